import { randomBytes } from 'node:crypto';
import type { PolicyChange } from '../../policy/policy.ts';
import type { PreparedChange } from '../store/store.ts';

/** Whoever is further behind than this many changes begins anew. */
const MOST_TOUCHED = 20_000;

export type TouchedKind = 'credential' | 'person' | 'consent';

/** Ids of what may have changed, by kind. */
export type TouchedIds = Record<TouchedKind, string[]>;

/** How far a gallery has come: in a listing of everything, or in the changes since. */
export interface Cursor {
  run: string;
  seq: number;
  /** The last credential of the listing so far; undefined when it is through. */
  listed?: string;
}

/** Remembers what changes may have done to templates, so that galleries can follow them. */
export class Touched {
  #run = newRun();
  #last = 0;
  /** What was touched at which number, the newest last. */
  readonly #at = new Map<string, number>();
  /** Numbers up to this one have been forgotten. */
  #forgotten = 0;

  /** Where a listing begins now. */
  start(): Cursor {
    return { run: this.#run, seq: this.#last, listed: '' };
  }

  /** Everybody begins anew. */
  reset(): void {
    this.#run = newRun();
    this.#at.clear();
    this.#forgotten = this.#last;
  }

  /** What has been committed; `changes` as they were asked for, `applied` as decisions see them. */
  note(changes: readonly PreparedChange[], applied: readonly PolicyChange[]): void {
    for (const change of changes) {
      if (change.kind !== 'consent') continue;
      // Whose consent it was is not known any more.
      if (change.op === 'delete') this.reset();
      else this.#touch('consent', change.value.id);
    }
    for (const change of applied) {
      if (change.kind !== 'credential' && change.kind !== 'person') continue;
      if (!('put' in change)) this.#touch(change.kind, change.delete);
      else if (isOfInterest(change)) this.#touch(change.kind, change.put.id);
    }
  }

  /** Whether the changes since a cursor are still known. */
  knows({ run, seq }: Cursor): boolean {
    return run === this.#run && seq >= this.#forgotten && seq <= this.#last;
  }

  /** The oldest changes after a number, and the number of the last of them. */
  after(seq: number, limit: number): { ids: TouchedIds; seq: number; more: boolean } {
    const newer = [...this.#at].filter(([, at]) => at > seq);
    const taken = newer.slice(0, limit);
    const ids: TouchedIds = { credential: [], person: [], consent: [] };
    for (const [key] of taken) {
      const [kind, id] = parted(key);
      ids[kind].push(id);
    }
    return { ids, seq: taken.at(-1)?.[1] ?? seq, more: newer.length > taken.length };
  }

  #touch(kind: TouchedKind, id: string): void {
    const key = `${kind}:${id}`;
    this.#at.delete(key);
    this.#at.set(key, ++this.#last);
    if (this.#at.size <= MOST_TOUCHED) return;
    const [oldest] = this.#at;
    if (oldest === undefined) return;
    this.#at.delete(oldest[0]);
    this.#forgotten = oldest[1];
  }
}

function isOfInterest(change: PolicyChange): boolean {
  return change.kind !== 'credential' || !('put' in change) || change.put.type === 'face';
}

function parted(key: string): [TouchedKind, string] {
  const colon = key.indexOf(':');
  return [key.slice(0, colon) as TouchedKind, key.slice(colon + 1)];
}

function newRun(): string {
  return randomBytes(6).toString('base64url');
}

export function cursorText({ run, seq, listed }: Cursor): string {
  return listed === undefined ? `${run}.${seq}` : `${run}.${seq}.${listed}`;
}

/** The cursor that a text stands for; undefined for anything else. */
export function cursorOf(text: string | undefined): Cursor | undefined {
  const parts = /^([\w-]+)\.(\d+)(?:\.(.*))?$/s.exec(text ?? '');
  if (parts === null) return undefined;
  const [, run = '', seq, listed] = parts as (string | undefined)[];
  return { run, seq: Number(seq), ...(listed !== undefined && { listed }) };
}
