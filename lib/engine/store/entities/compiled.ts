import type { CompiledQuery, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

type Compiled = CompiledQuery;

/** How many compiled queries are kept of each database; an import needs few forms of many lengths. */
const MOST = 256;

const compiled = new WeakMap<Kysely<Tables>, Map<string, Compiled>>();

/**
 * Runs a query that has been built before under the same key, with other parameters: building one takes many
 * times as long as SQLite needs to answer it. What is built must bind `parameters` and nothing else, in this order.
 */
export async function runCompiled<Row>(
  db: Kysely<Tables>,
  key: string,
  parameters: readonly unknown[],
  build: () => { compile(): CompiledQuery<Row> },
): Promise<Row[]> {
  const known = queriesOf(db);
  let query = known.get(key) as CompiledQuery<Row> | undefined;
  if (query === undefined) {
    query = build().compile();
    if (known.size >= MOST) known.clear();
    known.set(key, query);
  }
  const { rows } = await db.executeQuery<Row>({ ...query, parameters });
  return rows;
}

function queriesOf(db: Kysely<Tables>): Map<string, Compiled> {
  let queries = compiled.get(db);
  if (queries === undefined) {
    queries = new Map();
    compiled.set(db, queries);
  }
  return queries;
}
