import { sql, type Kysely, type RawBuilder } from 'kysely';
import { ENTITY_KINDS, type EntityKind } from '../../../model/entity.ts';
import type { Secrets } from '../protocol.ts';
import { present, referenceKey, type Columns, type Reference, type Unique } from './codec.ts';
import { runCompiled } from './compiled.ts';
import { tableOf, type Rows, type Tables } from './tables.ts';

type Database = Kysely<Tables>;

/** The stored rows among these ids, by id. */
export async function loadRows<K extends EntityKind>(
  db: Database,
  kind: K,
  ids: readonly string[],
): Promise<Map<string, Rows[K]>> {
  const rows = await runCompiled(db, `load ${kind} ${ids.length}`, ids, () => {
    const table = db.dynamic.table(tableOf(kind)).as('t');
    return db.selectFrom(table).selectAll('t').where('t.id', 'in', ids);
  });
  return new Map((await complete(db, kind, rows)).map((row) => [row.id, row]));
}

/** Adds to rows what stands in a table beside them: the groups of people. */
export async function complete<K extends EntityKind>(
  db: Database,
  kind: K,
  rows: readonly { id: string }[],
): Promise<Rows[K][]> {
  if (kind !== 'person') return rows as readonly object[] as Rows[K][];
  const groups = new Map(rows.map(({ id }) => [id, [] as string[]]));
  const people = [...groups.keys()];
  const links = await runCompiled(db, `groups ${people.length}`, people, () =>
    db.selectFrom('person_group').selectAll().where('person', 'in', people).orderBy('group_id'),
  );
  for (const link of links) groups.get(link.person)?.push(link.group_id);
  const withGroups = rows.map((row) => ({ ...row, groups: groups.get(row.id) ?? [] }));
  return withGroups as readonly object[] as Rows[K][];
}

/** Inserts rows, or replaces those that exist. */
export async function saveRows<K extends EntityKind>(
  db: Database,
  kind: K,
  rows: readonly Rows[K][],
): Promise<void> {
  if (kind !== 'person') {
    await upsert(db, tableOf(kind), rows);
    return;
  }
  const people = rows as readonly Rows['person'][];
  await upsert(db, 'person', people);
  const ids = people.map(({ id }) => id);
  await runCompiled(db, `forget groups ${ids.length}`, ids, () =>
    db.deleteFrom('person_group').where('person', 'in', ids),
  );
  const links = people.flatMap(({ id, groups }) =>
    groups.map((group_id) => ({ person: id, group_id })),
  );
  const values = links.flatMap(({ person, group_id }) => [person, group_id]);
  if (links.length === 0) return;
  await runCompiled(db, `join ${links.length}`, values, () =>
    db.insertInto('person_group').values(links),
  );
}

/** Properties of a row that are no column of its table, or a generated one. */
const NOT_WRITTEN: ReadonlySet<string> = new Set(['groups', 'stored_schedule']);

async function upsert(db: Database, table: keyof Tables, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first).filter((column) => !NOT_WRITTEN.has(column));
  const cells = rows.flatMap((row) => {
    const values = row as Readonly<Record<string, unknown>>;
    return columns.map((column) => values[column]);
  });
  await runCompiled(db, `save ${table} ${rows.length} ${columns.join(' ')}`, cells, () => ({
    compile: () => upsertOf(table, columns, rows.length).compile(db),
  }));
}

/** An insertion of rows of these columns that replaces rows with the same ids. */
function upsertOf(
  table: keyof Tables,
  columns: readonly string[],
  rows: number,
): RawBuilder<unknown> {
  const tuple = sql`(${sql.join(columns.map(() => sql`${null}`))})`;
  const changes = columns.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
  return sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    values ${sql.join(Array.from({ length: rows }, () => tuple))}
    on conflict (id) do update set ${sql.join(changes)}`;
}

/** Which of these references exist, as `referenceKey`. */
export async function presentReferences(
  db: Database,
  references: readonly Reference[],
): Promise<Set<string>> {
  const present = new Set<string>();
  for (const kind of ENTITY_KINDS) {
    const ids = references.filter((reference) => reference.kind === kind).map(({ id }) => id);
    if (ids.length === 0) continue;
    const rows = await runCompiled(db, `present ${kind} ${ids.length}`, ids, () => {
      const table = db.dynamic.table(tableOf(kind)).as('t');
      return db.selectFrom(table).select('t.id').where('t.id', 'in', ids);
    });
    for (const { id } of rows) present.add(referenceKey({ kind, id }));
  }
  return present;
}

/** The stored rows whose claims could meet those of these rows, by claim. */
export async function ownersOf<K extends EntityKind>(
  db: Database,
  kind: K,
  { by, key }: Unique<K>,
  rows: readonly Partial<Columns<K>>[],
): Promise<Map<string, Rows[K]>> {
  const complete = rows.filter((row) => by.every((column) => row[column] !== undefined));
  if (complete.length === 0) return new Map();
  const cells = complete.flatMap((row) => by.map((column) => row[column]));
  const found = await runCompiled<Rows[K]>(db, `owners ${kind} ${complete.length}`, cells, () => ({
    compile: () => rowsBy<Rows[K]>(tableOf(kind), by, complete.length).compile(db),
  }));
  return new Map(
    found.flatMap((row) => {
      const claimed = key(row);
      return claimed === undefined ? [] : [[claimed, row]];
    }),
  );
}

/** A query for the rows that have one of so many combinations of values in these columns. */
function rowsBy<Row>(
  table: keyof Tables,
  columns: readonly string[],
  combinations: number,
): RawBuilder<Row> {
  const tuple = sql`(${sql.join(columns.map(() => sql`${null}`))})`;
  return sql<Row>`
    select * from ${sql.table(table)} where (${sql.join(columns.map((column) => sql.ref(column)))})
    in (values ${sql.join(Array.from({ length: combinations }, () => tuple))})`;
}

/** Where each kind is referred to by others that keep it from being deleted. */
const USES: Readonly<Partial<Record<EntityKind, readonly [EntityKind, string][]>>> = {
  group: [['permission', 'group_id']],
  schedule: [['permission', 'schedule']],
  zone: [
    ['zone', 'parent'],
    ['permission', 'zone'],
  ],
  credential: [['pass', 'tag']],
  firm: [
    ['employment', 'firm'],
    ['pass', 'firm'],
    ['deal', 'firm'],
    ['plannedDay', 'firm'],
    ['timeCorrection', 'firm'],
  ],
};

/** An entity that refers to this one and so keeps it from being deleted. */
export async function userOf(
  db: Database,
  kind: EntityKind,
  id: string,
): Promise<Reference | undefined> {
  if (kind === 'holidayGroup') return schedule(db, id);
  if (kind === 'group') {
    const user = await member(db, id);
    if (user !== undefined) return user;
  }
  for (const [user, column] of USES[kind] ?? []) {
    const found = await sql<{ id: string }>`
      select id from ${sql.table(tableOf(user))} where ${sql.ref(column)} = ${id} limit 1`.execute(
      db,
    );
    const [first] = found.rows;
    if (first !== undefined) return { kind: user, id: first.id };
  }
  return undefined;
}

async function member(db: Database, group: string): Promise<Reference | undefined> {
  const link = await db
    .selectFrom('person_group')
    .select('person')
    .where('group_id', '=', group)
    .limit(1)
    .executeTakeFirst();
  return link && { kind: 'person', id: link.person };
}

async function schedule(db: Database, holidayGroup: string): Promise<Reference | undefined> {
  const uses = sql<boolean>`exists (
    select 1 from json_each(holidays) where json_extract(value, '$.group') = ${holidayGroup})`;
  const row = await db.selectFrom('schedule').select('id').where(uses).limit(1).executeTakeFirst();
  return row && { kind: 'schedule', id: row.id };
}

const POLICY_VERSION = 'policyVersion';

/** Number of the newest change; 0 for a new database. */
export async function readPolicyVersion(db: Database): Promise<number> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('key', '=', POLICY_VERSION)
    .executeTakeFirst();
  return Number(row?.value ?? 0);
}

export async function savePolicyVersion(db: Database, version: number): Promise<void> {
  const value = String(version);
  await db
    .insertInto('meta')
    .values({ key: POLICY_VERSION, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** The sealed parts of a credential. */
export async function readSecrets(db: Database, credential: string): Promise<Secrets | undefined> {
  const row = await db
    .selectFrom('credential')
    .select(['sealed', 'template', 'token_key'])
    .where('id', '=', credential)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return present<Secrets>({
    sealed: row.sealed,
    template: row.template,
    tokenKey: row.token_key,
  });
}
