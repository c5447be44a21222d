import { timingSafeEqual, type KeyObject } from 'node:crypto';
import type { SQLOutputValue } from 'node:sqlite';
import type { Stream } from '../../model/record.ts';
import { headMac, recordHash, type RawRecord, type StreamHead } from './chain.ts';
import type { Identities, StoredHead } from './heads.ts';

/** Something in a log that does not fit, with the first and last row it is about. */
export interface LogProblem {
  stream: Stream;
  kind: keyof typeof PLURAL;
  from: number;
  to: number;
  /** A sentence that names stream, rows and what is wrong. */
  text: string;
}

/** How a problem reads when several rows in succession have it. */
const PLURAL = {
  changed: 'were changed',
  missing: 'are missing',
  unexpected: 'do not belong into the log',
  head: 'are not what the head was written for',
} as const;

/** A row as the verifier reads it: in big integers, for a forger may write any number. */
export interface LogRow extends RawRecord {
  seq: bigint;
  hash: string;
}

export function logRow(row: Record<string, SQLOutputValue>): LogRow {
  return {
    seq: row.seq as bigint,
    id: String(row.id),
    at: row.at as bigint,
    clock: String(row.clock) as RawRecord['clock'],
    body: String(row.body),
    hash: String(row.hash),
  };
}

/**
 * Follows the chain of one stream row by row, in the order of numbers, and names every row that was
 * changed, deleted, inserted or moved (N13). Keeps no rows.
 */
export class StreamVerifier {
  readonly problems: LogProblem[] = [];
  readonly #head: StreamHead;
  readonly #mac: string;
  readonly #identities: Identities;
  #expected: number;
  /** Hashes that the row before may have; none while it is missing, for then nothing can be said. */
  #previous: readonly string[];
  #count = 0;

  /** Starts at row `from`; `previous` is the hash of the row before it. */
  constructor(
    { head, mac, identities }: StoredHead,
    from: number = head.first,
    previous: string = head.base,
  ) {
    this.#head = head;
    this.#mac = mac;
    this.#identities = identities;
    this.#expected = from;
    this.#previous = [previous];
  }

  /** Rows seen so far. */
  get count(): number {
    return this.#count;
  }

  add(row: LogRow): void {
    const seq = Number(row.seq);
    this.#count += 1;
    if (seq < this.#expected || seq > this.#head.last) {
      this.#report('unexpected', seq, seq, 'does not belong into the log');
      return;
    }
    if (seq > this.#expected) {
      this.#report('missing', this.#expected, seq - 1, 'is missing');
      this.#previous = [];
    }
    this.#previous = this.#follow(seq, row);
    this.#expected = seq + 1;
  }

  /** Compares the end of the chain with the head, and the head with its MAC where the key is known. */
  end(key?: KeyObject): void {
    const { last, head } = this.#head;
    if (this.#expected <= last) {
      this.#report('missing', this.#expected, last, 'is missing at the end of the log');
    } else if (!this.#previous.includes(head)) {
      this.#report('head', last, last, 'is not what the head was written for');
    }
    if (key !== undefined && !sameText(this.#mac, headMac(key, this.#head))) {
      this.#report('head', last, last, 'is not an end that this engine has signed');
    }
  }

  /** Checks one link; returns the hashes that the next row may continue. */
  #follow(seq: number, row: LogRow): readonly string[] {
    const id = this.#identities.findLast(({ since }) => since <= seq)?.id ?? this.#head.id;
    const computed = this.#previous.map((hash) => recordHash(id, row.seq, row, hash));
    if (computed.length === 0 || computed.includes(row.hash)) return [row.hash];
    const also = seq > this.#head.first ? `, or ${seq - 1} was, together with its hash` : '';
    this.#report('changed', seq, seq, `was changed${also}`);
    return [row.hash, ...computed.slice(0, 1)];
  }

  /** Notes a problem; one that continues the last is joined to it, so that memory stays bounded. */
  #report(kind: LogProblem['kind'], from: number, to: number, text: string): void {
    const { stream } = this.#head;
    const last = this.problems.at(-1);
    if (last?.kind === kind && last.to === from - 1) {
      last.to = to;
      last.text = `${stream} ${last.from} to ${to} ${PLURAL[kind]}`;
    } else {
      const rows = from === to ? String(from) : `${from} to ${to}`;
      this.problems.push({ stream, kind, from, to, text: `${stream} ${rows} ${text}` });
    }
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
