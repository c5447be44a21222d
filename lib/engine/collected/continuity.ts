import type { DatabaseSync } from 'node:sqlite';
import type { LogFault, RecordBatch } from '../../link/log/records.ts';
import type { Stream } from '../../model/record.ts';
import { GENESIS, recordHash, type RawRecord } from '../store/chain.ts';
import type { CollectedRow } from './collect.ts';

interface Arrived {
  gateway: string;
  batch: RecordBatch;
  rows: readonly CollectedRow[];
}

interface Broken extends LogFault {
  from: number;
  to: number;
}

/**
 * Where a batch does not continue the chain (N13): within itself, after the record before it, or before the one that
 * follows it, whichever of them came first.
 */
export function chainFaults(db: DatabaseSync, { gateway, batch, rows }: Arrived): Broken[] {
  const broken: number[] = [];
  let { previous } = batch;
  if (!continues(db, { gateway, batch })) broken.push(batch.from);
  for (const row of rows) {
    if (recordHash(batch.id, row.seq, row, previous) !== row.hash) broken.push(row.seq);
    previous = row.hash;
  }
  const last = rows.at(-1);
  if (last !== undefined && !isContinued(db, gateway, batch, last)) broken.push(last.seq);
  return [...new Set(broken)].map((seq) => ({
    ...{ kind: 'chainBroken', stream: batch.stream, from: seq, to: seq },
  }));
}

/** Whether the record before, if it is known, is the one that the batch names. */
function continues(db: DatabaseSync, { gateway, batch }: Omit<Arrived, 'rows'>): boolean {
  const { stream, from, previous } = batch;
  if (from === 1) return previous === GENESIS;
  const known = recordsAt(db, { gateway, stream, seq: from - 1 });
  return known.length === 0 || known.some(({ hash }) => hash === previous);
}

/** Whether the record after, if it is known under the same identity, continues the last one of the batch. */
function isContinued(
  db: DatabaseSync,
  gateway: string,
  { stream, id }: RecordBatch,
  { seq, hash }: CollectedRow,
): boolean {
  const known = recordsAt(db, { gateway, stream, seq: seq + 1 }).filter(
    ({ source }) => source === id,
  );
  return (
    known.length === 0 || known.some((next) => recordHash(id, seq + 1, next, hash) === next.hash)
  );
}

interface Known extends RawRecord {
  hash: string;
  /** Identity of the stream. */
  source: string;
}

/** The records that a gateway has sent under a number of a stream, of whatever identity. */
function recordsAt(
  db: DatabaseSync,
  { gateway, stream, seq }: { gateway: string; stream: Stream; seq: number },
): Known[] {
  const rows = db
    .prepare(
      `SELECT r.id, r.at, r.clock, r.body, r.hash, s.id AS source
       FROM collected_source AS s JOIN collected_record AS r ON r.source = s.n AND r.seq = ?
       WHERE s.gateway = ? AND s.stream = ?`,
    )
    .all(seq, gateway, stream);
  return rows.map((row) => ({
    id: String(row.id),
    at: Number(row.at),
    clock: row.clock === 'trusted' ? 'trusted' : 'untrusted',
    body: String(row.body),
    hash: String(row.hash),
    source: String(row.source),
  }));
}
