import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What a row takes besides its body: number, id, times, hash and its share of the page, in bytes. */
export const ROW_OVERHEAD = 150;

/** Rows that one statement inserts: that costs half of one statement for each. */
export const BLOCK_ROWS = 16;
const ROW = '(?, ?, ?, ?, ?, ?, ?)';
/** Values of a row. */
export const ROW_CELLS = 7;

/** The statements of the log, prepared once per connection. */
export type LogStatements = Readonly<
  Record<keyof ReturnType<typeof prepareStatements>, StatementSync>
>;

export function prepareStatements(db: DatabaseSync) {
  const insert = 'INSERT INTO record (stream, seq, id, at, clock, body, hash) VALUES';
  const size = `octet_length(body) + ${ROW_OVERHEAD}`;
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    insert: db.prepare(`${insert} ${ROW}`),
    insertBlock: db.prepare(`${insert} ${Array<string>(BLOCK_ROWS).fill(ROW).join(', ')}`),
    saveHead: db.prepare(
      `UPDATE stream SET first = ?, last = ?, base = ?, head = ?, acknowledged = ?, overwritten = ?,
         unsent_bytes = ?, mac = ? WHERE name = ?`,
    ),
    bytes: db.prepare(
      `SELECT coalesce(sum(${size}), 0) AS bytes FROM record WHERE stream = ? AND seq > ? AND seq <= ?`,
    ),
    sizes: db.prepare(
      `SELECT seq, ${size} AS bytes FROM record WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    hashAt: db.prepare('SELECT hash FROM record WHERE stream = ? AND seq = ?'),
    identify: db.prepare(
      `INSERT INTO stream_identity (stream, since, id) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET id = excluded.id`,
    ),
    ownCopy: db.prepare('DELETE FROM meta WHERE key = ?'),
    deleteUpTo: db.prepare('DELETE FROM record WHERE stream = ? AND seq <= ?'),
  };
}
