import type { Question } from '../../link/batch.ts';
import { HELD_ENTRIES, type Answer } from '../../link/receipt.ts';
import { Buckets, bucketOf } from '../../server/buckets.ts';
import { SYNC_KINDS, type SyncKind } from '../../server/wanted/kinds.ts';
import type { Store } from '../store/store.ts';
import type { Entry } from '../store/sync/fleet.ts';
import type { SyncState } from './state.ts';

/** Rows that are read at a time: live records wait so long. */
const PAGE = 500;

/** Tells the server what is really in the tables of this gateway (N17). */
export class Inventory {
  readonly #store: Store;
  readonly #state: SyncState;
  /** The parts of the comparison that is going on. */
  #comparison = { id: '', parts: new Map<SyncKind, Buckets>() };

  constructor(store: Store, state: SyncState) {
    this.#store = store;
    this.#state = state;
  }

  async answer(question: Question): Promise<Answer> {
    const { kind, id } = question;
    // Taken before anything is read: what changes meanwhile makes the answer too old, not wrong.
    const { number } = this.#state.position;
    switch (kind) {
      case 'roots':
        return { kind, id, number, roots: await this.#roots(id) };
      case 'buckets': {
        const parts = (await this.#partsOf(id)).get(question.of) ?? new Buckets();
        return { kind, id, number, of: question.of, buckets: parts.digests };
      }
      case 'held':
        return { kind, id, number, of: question.of, ...(await this.#held(question)) };
    }
  }

  async #roots(id: string) {
    const parts = await this.#partsOf(id);
    const there = [...parts].filter(([, { count }]) => count > 0);
    return there.map(([of, { root }]) => ({ of, digest: root }));
  }

  async #partsOf(id: string): Promise<ReadonlyMap<SyncKind, Buckets>> {
    if (this.#comparison.id === id) return this.#comparison.parts;
    const parts = new Map<SyncKind, Buckets>();
    for (const kind of SYNC_KINDS) {
      const buckets = new Buckets();
      for await (const [entryId, digest] of this.#entries(kind, '')) buckets.add(entryId, digest);
      parts.set(kind, buckets);
    }
    this.#comparison = { id, parts };
    return parts;
  }

  async #held({ of, buckets, after = '' }: Extract<Question, { kind: 'held' }>) {
    const asked = new Set(buckets);
    const entries: [string, string][] = [];
    for await (const [id, digest] of this.#entries(of, after)) {
      if (!asked.has(bucketOf(id))) continue;
      entries.push([id, digest]);
      if (entries.length === HELD_ENTRIES) return { entries, next: id };
    }
    return { entries };
  }

  async *#entries(kind: SyncKind, start: string): AsyncIterable<Entry> {
    let after = start;
    for (;;) {
      const page = await this.#store.sync('held', { kind, after, limit: PAGE });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      [after] = last;
    }
  }
}
