import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { Ranges, type Range } from '../../link/log/ranges.ts';
import type { Stream } from '../../model/record.ts';

/** One identity of one stream of one gateway, or a branch of it. */
export interface SourceKey {
  gateway: string;
  stream: Stream;
  id: string;
  branch: number;
}

export interface Source extends SourceKey {
  n: number;
  /** Numbers that are stored, and those that nobody has any more. */
  stored: Ranges;
  missing: Ranges;
  /** Last number of the gateway's own log when that was found to be cut off before; 0 if it was not. */
  cutOff: number;
}

/** The source of this key; made if it is new. */
export function openSource(db: DatabaseSync, key: SourceKey): Source {
  const { gateway, stream, id, branch } = key;
  const found = findSource(db, key);
  if (found !== undefined) return found;
  const insert = db.prepare(
    `INSERT INTO collected_source (gateway, stream, id, branch, stored, missing, cut_off)
     VALUES (?, ?, ?, ?, '[]', '[]', 0)`,
  );
  const n = Number(insert.run(gateway, stream, id, branch).lastInsertRowid);
  return { ...key, n, stored: new Ranges(), missing: new Ranges(), cutOff: 0 };
}

export function findSource(db: DatabaseSync, key: SourceKey): Source | undefined {
  const { gateway, stream, id, branch } = key;
  const row = db
    .prepare(
      'SELECT * FROM collected_source WHERE gateway = ? AND stream = ? AND id = ? AND branch = ?',
    )
    .get(gateway, stream, id, branch);
  return row && sourceOfRow(row);
}

export function allSources(db: DatabaseSync): Source[] {
  const rows = db.prepare('SELECT * FROM collected_source ORDER BY gateway, stream, n').all();
  return rows.map(sourceOfRow);
}

/** Writes down which numbers a source has now. */
export function saveSource(db: DatabaseSync, { n, stored, missing, cutOff }: Source): void {
  db.prepare('UPDATE collected_source SET stored = ?, missing = ?, cut_off = ? WHERE n = ?').run(
    JSON.stringify(stored.list),
    JSON.stringify(missing.list),
    cutOff,
    n,
  );
}

/** Newest number stored, 0 if none. */
export function lastOf({ stored }: Pick<Source, 'stored'>): number {
  return stored.list.at(-1)?.to ?? 0;
}

function sourceOfRow(row: Record<string, SQLOutputValue>): Source {
  return {
    n: Number(row.n),
    gateway: String(row.gateway),
    stream: row.stream as Stream,
    id: String(row.id),
    branch: Number(row.branch),
    stored: rangesOf(row.stored),
    missing: rangesOf(row.missing),
    cutOff: Number(row.cut_off),
  };
}

function rangesOf(json: SQLOutputValue | undefined): Ranges {
  const ranges = new Ranges();
  for (const range of JSON.parse(String(json)) as Range[]) ranges.add(range);
  return ranges;
}
