import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { RecordBodies, StoredRecord, Stream } from '../../model/record.ts';

/** Records of a stream after a number, oldest first. */
export function recordsAfter(
  db: DatabaseSync,
  stream: Stream,
  after: number,
  limit: number,
): StoredRecord[] {
  return db
    .prepare(`SELECT * FROM ${stream}_record WHERE seq > ? ORDER BY seq LIMIT ?`)
    .all(after, limit)
    .map((row) => recordOfRow(stream, row));
}

/** The newest records of a stream, newest first. */
export function newestRecords(db: DatabaseSync, stream: Stream, limit: number): StoredRecord[] {
  return db
    .prepare(`SELECT * FROM ${stream}_record ORDER BY seq DESC LIMIT ?`)
    .all(limit)
    .map((row) => recordOfRow(stream, row));
}

function recordOfRow(stream: Stream, row: Record<string, SQLOutputValue>): StoredRecord {
  return {
    stream,
    seq: Number(row.seq),
    id: String(row.id),
    at: Number(row.at),
    clock: row.clock === 'trusted' ? 'trusted' : 'untrusted',
    body: JSON.parse(String(row.body)) as RecordBodies[Stream],
    hash: String(row.hash),
  };
}
