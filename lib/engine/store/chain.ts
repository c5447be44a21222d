import { createHmac, hash, type KeyObject } from 'node:crypto';
import type { ClockState, Stream } from '../../model/record.ts';

/** The hash before the first record of a stream. */
export const GENESIS = '0'.repeat(64);

/** A record as it is stored; `body` is canonical JSON. */
export interface RawRecord {
  id: string;
  at: number | bigint;
  clock: ClockState;
  body: string;
}

/** The state of a numbered stream: which rows it has and where its chain begins and ends. */
export interface StreamHead {
  stream: Stream;
  /**
   * Identity of the numbers that are given out now, a UUID: new whenever a database is created or comes
   * back from a backup, so that no two records ever have the same identity and number (I2).
   */
  id: string;
  /** Number of the oldest row kept; `last + 1` if none is kept. */
  first: number;
  last: number;
  /** Hash of the row before `first`, and of `last`. */
  base: string;
  head: string;
  /** Newest number the server has confirmed. */
  acknowledged: number;
  /** Unsent rows overwritten since the database was created (D9). */
  overwritten: number;
  /** Space taken by the rows that wait to be sent, see `recordBytes`. */
  unsentBytes: number;
}

/**
 * SHA-256 of the canonical JSON `[stream id, number, id, at, clock, body, previous hash]` in
 * hexadecimal: the link of a record to the one before (N13).
 */
export function recordHash(
  streamId: string,
  seq: number | bigint,
  record: RawRecord,
  previous: string,
): string {
  const { id, at, clock, body } = record;
  return hash(
    'sha256',
    `["${streamId}",${seq},${JSON.stringify(id)},${at},"${clock}",${body},"${previous}"]`,
  );
}

/** HMAC-SHA256 of a head under the engine's log key: whoever cuts off the tail cannot write a new one. */
export function headMac(key: KeyObject, head: StreamHead): string {
  const { stream, id, first, last, base, acknowledged, overwritten } = head;
  return createHmac('sha256', key)
    .update(JSON.stringify([stream, id, first, last, base, head.head, acknowledged, overwritten]))
    .digest('hex');
}
