import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { STREAMS, type Stream } from '../../model/record.ts';
import { readHeads, type Heads, type Identities } from '../store/heads.ts';
import type { OutgoingBatch, OutgoingQuery, OutgoingRecord, OutgoingStream } from './outgoing.ts';

/** Restores that a server is told of. */
const MOST_IDENTITIES = 16;
/** What a record takes in a message besides its body: id, times, hash and the names of its properties, in bytes. */
const ENVELOPE = 220;

export function outgoingStreams(db: DatabaseSync, heads: Readonly<Heads>): OutgoingStream[] {
  const stored = readHeads(db);
  return STREAMS.map((stream) => {
    const { first, last, head, acknowledged } = heads[stream];
    const identities = (stored[stream]?.identities ?? []).slice(-MOST_IDENTITIES);
    return { stream, identities: [...identities], first, last, head, acknowledged };
  });
}

/** See `OutgoingEngine.outgoingBatch`. */
export function outgoingBatch(
  db: DatabaseSync,
  heads: Readonly<Heads>,
  { stream, from, to, bytes }: OutgoingQuery,
): OutgoingBatch | undefined {
  const { first, last, base } = heads[stream];
  const start = Math.max(from, first);
  const identity = identityOf(readHeads(db)[stream]?.identities ?? [], start);
  const end = Math.min(to, last, identity.until);
  if (end < start) return undefined;
  const previous = start === first ? base : hashOf(db, stream, start - 1);
  const records = recordsWithin(db, stream, { from: start, to: end, bytes });
  return { stream, id: identity.id, from: start, previous, records };
}

/** Which identity a number bears, and the last number that bears it. */
function identityOf(identities: Identities, seq: number): { id: string; until: number } {
  const index = identities.findLastIndex(({ since }) => since <= seq);
  const until = (identities[index + 1]?.since ?? Number.MAX_SAFE_INTEGER) - 1;
  return { id: identities[index]?.id ?? '', until };
}

function hashOf(db: DatabaseSync, stream: Stream, seq: number): string {
  return String(db.prepare(`SELECT hash FROM ${stream}_record WHERE seq = ?`).get(seq)?.hash);
}

function recordsWithin(
  db: DatabaseSync,
  stream: Stream,
  { from, to, bytes }: Pick<OutgoingQuery, 'from' | 'to' | 'bytes'>,
): OutgoingRecord[] {
  const rows = db.prepare(
    `SELECT id, at, clock, body, hash, octet_length(body) AS size FROM ${stream}_record
     WHERE seq BETWEEN ? AND ? ORDER BY seq`,
  );
  const records: OutgoingRecord[] = [];
  let taken = 0;
  for (const row of rows.iterate(from, to)) {
    taken += Number(row.size) + ENVELOPE;
    if (taken > bytes && records.length > 0) break;
    records.push(recordOf(row));
  }
  return records;
}

function recordOf(row: Record<string, SQLOutputValue>): OutgoingRecord {
  return {
    id: String(row.id),
    at: Number(row.at),
    clock: row.clock === 'trusted' ? 'trusted' : 'untrusted',
    body: JSON.parse(String(row.body)) as Record<string, unknown>,
    hash: String(row.hash),
  };
}
