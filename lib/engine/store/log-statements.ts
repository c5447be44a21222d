import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Stream } from '../../model/record.ts';
import { perStream } from './heads.ts';

/** What a row takes besides its body: number, id, times, hash and its share of the page, in bytes. */
export const ROW_OVERHEAD = 150;

/** Rows that one statement inserts: that costs half of one statement for each. */
export const BLOCK_ROWS = 16;
const ROW = '(?, ?, ?, ?, ?, ?)';
/** Values of a row. */
export const ROW_CELLS = 6;

type Statements<Name extends string> = Readonly<Record<Name, StatementSync>>;

/** The statements of the log, prepared once per connection. */
export interface LogStatements {
  common: Statements<'begin' | 'commit' | 'rollback' | 'saveHead' | 'identify' | 'ownCopy'>;
  rows: Record<Stream, RowStatements>;
}

export type RowStatements = Statements<
  'insert' | 'insertBlock' | 'bytes' | 'sizes' | 'hashAt' | 'deleteUpTo'
>;

export function prepareStatements(db: DatabaseSync): LogStatements {
  return {
    common: {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      saveHead: db.prepare(
        `UPDATE stream SET first = ?, last = ?, base = ?, head = ?, acknowledged = ?, overwritten = ?,
           unsent_bytes = ?, mac = ? WHERE name = ?`,
      ),
      identify: db.prepare(
        `INSERT INTO stream_identity (stream, since, id) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET id = excluded.id`,
      ),
      ownCopy: db.prepare('DELETE FROM meta WHERE key = ?'),
    },
    rows: perStream((stream) => rowStatements(db, `${stream}_record`)),
  };
}

function rowStatements(db: DatabaseSync, table: string): RowStatements {
  const insert = `INSERT INTO ${table} (seq, id, at, clock, body, hash) VALUES`;
  const size = `octet_length(body) + ${ROW_OVERHEAD}`;
  return {
    insert: db.prepare(`${insert} ${ROW}`),
    insertBlock: db.prepare(`${insert} ${Array<string>(BLOCK_ROWS).fill(ROW).join(', ')}`),
    bytes: db.prepare(
      `SELECT coalesce(sum(${size}), 0) AS bytes FROM ${table} WHERE seq > ? AND seq <= ?`,
    ),
    sizes: db.prepare(
      `SELECT seq, ${size} AS bytes FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ?`,
    ),
    hashAt: db.prepare(`SELECT hash FROM ${table} WHERE seq = ?`),
    deleteUpTo: db.prepare(`DELETE FROM ${table} WHERE seq <= ?`),
  };
}
