import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { EntityKind, StoredEntities } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import type { FindQuery } from '../../engine.ts';
import { foldText, type Codec } from './codec.ts';
import { complete } from './queries.ts';
import { CODECS } from './registry.ts';
import { tableOf, type Tables } from './tables.ts';

const DEFAULT_LIMIT = 100;

/** Filters that only some kinds know; `t` is the table of the kind. */
type Filter = (value: string) => RawBuilder<SqlBool>;
const FILTERS: Readonly<
  Record<EntityKind, Partial<Record<'person' | 'group' | 'lookup', Filter>>>
> = {
  person: {
    group: (id) => sql`t.id in (select person from person_group where group_id = ${id})`,
    lookup: (value) => sql`t.id in (select person from credential where lookup = ${value})`,
  },
  credential: {
    person: (id) => sql`t.person = ${id}`,
    lookup: (value) => sql`t.lookup = ${value}`,
  },
  permission: {
    person: (id) => sql`t.person = ${id}`,
    group: (id) => sql`t.group_id = ${id}`,
  },
  group: {},
  schedule: {},
  holidayGroup: {},
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
  for (const name of ['person', 'group', 'lookup'] as const) {
    const value = query[name];
    if (value === undefined) continue;
    const filter = FILTERS[kind][name];
    if (filter === undefined) {
      throw new AccessError('INPUT_INVALID', `a search for ${kind} knows no filter "${name}"`);
    }
    conditions.push(filter(value));
  }
  return conditions;
}

/** A pattern that finds the text anywhere and takes every character literally. */
function pattern(text: string): string {
  return `%${foldText(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}
