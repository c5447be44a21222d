import { randomUUID, type KeyObject } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { STREAMS, type Stream } from '../../model/record.ts';
import type { StreamHealth } from '../engine.ts';
import { GENESIS, headMac, type StreamHead } from './chain.ts';

export type Heads = Record<Stream, StreamHead>;

/** From which number on a stream has had which identity; in the order of numbers. */
export type Identities = readonly { since: number; id: string }[];

/** Gives a new database its four streams; leaves the streams of an old one alone. */
export function createStreams(db: DatabaseSync, key: KeyObject): void {
  const known = readHeads(db);
  const insert = db.prepare(
    `INSERT INTO stream (name, first, last, base, head, acknowledged, overwritten, unsent_bytes, mac)
     VALUES (?, 1, 0, ?, ?, 0, 0, 0, ?)`,
  );
  const identify = db.prepare('INSERT INTO stream_identity (stream, since, id) VALUES (?, 1, ?)');
  for (const stream of STREAMS) {
    if (known[stream] !== undefined) continue;
    const head: StreamHead = {
      stream,
      id: randomUUID(),
      first: 1,
      last: 0,
      base: GENESIS,
      head: GENESIS,
      acknowledged: 0,
      overwritten: 0,
      unsentBytes: 0,
    };
    identify.run(stream, head.id);
    insert.run(stream, GENESIS, GENESIS, headMac(key, head));
  }
}

/** A head as it stands in the database, with its MAC. */
export interface StoredHead {
  head: StreamHead;
  mac: string;
  identities: Identities;
}

/** The heads that the database has. */
export function readHeads(db: DatabaseSync): Partial<Record<Stream, StoredHead>> {
  const select = db.prepare('SELECT * FROM stream WHERE name = ?');
  const selectIds = db.prepare(
    'SELECT since, id FROM stream_identity WHERE stream = ? ORDER BY since',
  );
  const stored: Partial<Record<Stream, StoredHead>> = {};
  for (const stream of STREAMS) {
    const row = select.get(stream);
    if (row === undefined) continue;
    const identities = selectIds
      .all(stream)
      .map(({ since, id }) => ({ since: Number(since), id: String(id) }));
    const id = identities.at(-1)?.id ?? '';
    stored[stream] = { head: headOfRow(stream, id, row), mac: String(row.mac), identities };
  }
  return stored;
}

function headOfRow(stream: Stream, id: string, row: Record<string, SQLOutputValue>): StreamHead {
  return {
    stream,
    id,
    first: Number(row.first),
    last: Number(row.last),
    base: String(row.base),
    head: String(row.head),
    acknowledged: Number(row.acknowledged),
    overwritten: Number(row.overwritten),
    unsentBytes: Number(row.unsent_bytes),
  };
}

/** One value per stream. */
export function perStream<T>(make: (stream: Stream) => T): Record<Stream, T> {
  return {
    access: make('access'),
    command: make('command'),
    passage: make('passage'),
    event: make('event'),
  };
}

/** Number of the newest row that does not wait to be sent: it was sent, or overwritten. */
export function settled(head: StreamHead): number {
  return Math.max(head.acknowledged, head.first - 1);
}

/** How many rows wait to be sent. */
export function unsent(head: StreamHead): number {
  return head.last - settled(head);
}

export function streamHealth({ last, acknowledged, overwritten, first }: StreamHead): StreamHealth {
  return { last, acknowledged, overwritten, first: first > last ? 0 : first };
}
