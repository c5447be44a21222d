import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { EntityKind, StoredEntities } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import type { FindQuery } from '../../engine.ts';
import { foldText, type Codec } from './codec.ts';
import { complete } from './queries.ts';
import { CODECS } from './registry.ts';
import { VISIBLE } from './scope.ts';
import { tableOf, type Tables } from './tables.ts';

const DEFAULT_LIMIT = 100;

/** Filters that only some kinds know; `t` is the table of the kind. */
type Filter = (value: string) => RawBuilder<SqlBool>;
const FILTER_NAMES = ['person', 'group', 'lookup', 'firm', 'tag', 'due', 'from', 'to'] as const;
type Filters = Partial<Record<(typeof FILTER_NAMES)[number], Filter>>;

const ofPerson: Filter = (id) => sql`t.person = ${id}`;
const ofFirm: Filter = (id) => sql`t.firm = ${id}`;
/** Not over before a day, and begun by the end of a day; texts of dates compare as they are. */
const validFromDay: Filter = (day) => sql`ifnull(t.valid_to, '9999') >= ${day}`;
const validToDay: Filter = (day) => sql`ifnull(t.valid_from, '') < ${`${day}T24`}`;

const FILTERS: Readonly<Record<EntityKind, Filters>> = {
  person: {
    group: (id) => sql`t.id in (select person from person_group where group_id = ${id})`,
    lookup: (value) => sql`t.id in (select ifnull(p.person, c.person) from credential c
      left join pass p on p.tag = c.id and p.status = 'active' where c.lookup = ${value})`,
    firm: (id) => sql`t.id in (select person from employment where firm = ${id})`,
  },
  credential: {
    person: (id) => sql`(t.person = ${id}
      or t.id in (select tag from pass where person = ${id} and status = 'active'))`,
    lookup: (value) => sql`t.lookup = ${value}`,
  },
  consent: { person: ofPerson },
  permission: { person: ofPerson, group: (id) => sql`t.group_id = ${id}` },
  group: {},
  schedule: {},
  holidayGroup: {},
  zone: {},
  firm: {},
  employment: { person: ofPerson, firm: ofFirm, from: validFromDay, to: validToDay },
  plannedDay: {
    person: ofPerson,
    firm: ofFirm,
    from: (day) => sql`t.date >= ${day}`,
    to: (day) => sql`t.date <= ${day}`,
  },
  timeCorrection: {
    person: ofPerson,
    firm: ofFirm,
    from: (day) => sql`t."to" >= ${day}`,
    to: (day) => sql`t."from" < ${`${day}T24`}`,
  },
  pass: {
    person: ofPerson,
    firm: ofFirm,
    tag: (id) => sql`t.tag = ${id}`,
    due: (time) =>
      sql`t.status = 'active' and t.valid_to is not null
        and iif(length(t.valid_to) = 10, t.valid_to || 'T24', t.valid_to) <= ${time}`,
    from: (day) => sql`ifnull(t.ended_at, ifnull(t.valid_to, '9999')) >= ${day}`,
    to: validToDay,
  },
  waiver: {
    person: (id) => sql`t.pass in (select id from pass where person = ${id})`,
  },
  deal: { person: ofPerson, firm: ofFirm },
  fitting: {},
};

/** What still goes on, of the kinds that come to an end. */
const OPEN: Readonly<Partial<Record<EntityKind, RawBuilder<SqlBool>>>> = {
  pass: sql`t.status = 'active'`,
  deal: sql`t.closed_at is null`,
  consent: sql`t.withdrawn_at is null`,
};

/** A query in which a credential value has been replaced by its keyed digest. */
export type StoreQuery<K extends EntityKind> = Omit<FindQuery<K>, 'credential'> & {
  lookup?: string;
};

/**
 * The entities that fit all filters, in the order of their ids. Throws INPUT_INVALID for a filter that
 * the kind does not have.
 */
export async function findEntities<K extends EntityKind>(
  db: Kysely<Tables>,
  query: StoreQuery<K>,
): Promise<StoredEntities[K][]> {
  const codec: Codec<K> = CODECS[query.kind];
  const conditions = conditionsOf(query);
  const rows = await db
    .selectFrom(db.dynamic.table(tableOf(query.kind)).as('t'))
    .selectAll('t')
    .$if(conditions.length > 0, (select) => select.where((eb) => eb.and(conditions)))
    .orderBy('t.id')
    .limit(query.limit ?? DEFAULT_LIMIT)
    .execute();
  return (await complete(db, query.kind, rows)).map((row) => codec.entity(row));
}

function conditionsOf(query: StoreQuery<EntityKind>): RawBuilder<SqlBool>[] {
  const { kind, id, after, text } = query;
  const conditions: RawBuilder<SqlBool>[] = [];
  if (id !== undefined) conditions.push(sql`t.id = ${id}`);
  if (after !== undefined) conditions.push(sql`t.id > ${after}`);
  if (text !== undefined) conditions.push(sql`t.search like ${pattern(text)} escape '\\'`);
  if (query.scope !== undefined) conditions.push(VISIBLE[kind](query.scope));
  if (query.open === true) conditions.push(OPEN[kind] ?? unknownFilter(kind, 'open'));
  for (const name of FILTER_NAMES) {
    const value = query[name];
    if (value === undefined) continue;
    const filter = FILTERS[kind][name] ?? unknownFilter(kind, name);
    conditions.push(filter(value));
  }
  return conditions;
}

function unknownFilter(kind: EntityKind, name: string): never {
  throw new AccessError('INPUT_INVALID', `a search for ${kind} knows no filter "${name}"`);
}

/** A pattern that finds the text anywhere and takes every character literally. */
function pattern(text: string): string {
  return `%${foldText(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
