import type { Question } from '../../link/sync/batch.ts';
import { HELD_ENTRIES, type Answer } from '../../link/sync/receipt.ts';
import { Buckets, bucketOf } from '../../server/buckets.ts';
import { SYNC_KINDS, type SyncKind } from '../../server/wanted/kinds.ts';
import { rekeyedPage } from '../mastership/rekey.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import type { Entry } from '../store/sync/fleet.ts';
import { openSiteKeys, type Exchange } from './exchange.ts';
import type { OwnFaces } from './own-faces.ts';
import type { SyncState } from './state.ts';

/** Rows that are read at a time: live records wait so long. */
const PAGE = 500;

interface Parts {
  store: Store;
  secrets: Secrets;
  exchange: Exchange;
  state: SyncState;
  ownFaces: OwnFaces;
  writer: Pick<PolicyWriter, 'alone'>;
}

interface Compared {
  id: string;
  parts: ReadonlyMap<SyncKind, Buckets>;
  /** The keys with which credentials shall be found, if they are not found so already. */
  keys?: Uint8Array;
}

/** Tells the server what is really in the tables of this gateway (N17). */
export class Inventory {
  readonly #parts: Parts;
  /** The comparison that is going on. */
  #comparison: Compared = { id: '', parts: new Map() };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async answer(question: Question): Promise<Answer> {
    const { kind, id } = question;
    // Taken before anything is read: what changes meanwhile makes the answer too old, not wrong.
    const { number } = this.#parts.state.position;
    switch (kind) {
      case 'roots':
        return { kind, id, number, roots: await this.#roots(question) };
      case 'buckets': {
        const parts = (await this.#partsOf(id)).get(question.of) ?? new Buckets();
        return { kind, id, number, of: question.of, buckets: parts.digests };
      }
      case 'held':
        return { kind, id, number, of: question.of, ...(await this.#held(question)) };
    }
  }

  async #roots({ id, keys, ...pair }: Extract<Question, { kind: 'roots' }>) {
    const { exchange, state, writer } = this.#parts;
    // A change that was allowed before the way to another master began may still wait to be written.
    await writer.alone(() => Promise.resolve());
    const shared = keys && openSiteKeys(exchange.channel(keys.exchange, pair), keys.keys);
    const isOther = shared !== undefined && !state.hasKeys(shared);
    this.#comparison = { id: '', parts: new Map(), ...(isOther && { keys: shared }) };
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
    this.#comparison = { ...this.#comparison, id, parts };
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
      const lookups = await this.#lookups(kind, after);
      const { store, ownFaces } = this.#parts;
      const withoutFaces = ownFaces.areApart;
      const query = { kind, after, limit: PAGE, lookups, withoutFaces };
      const page = await store.sync('held', query);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      [after] = last;
    }
  }

  /** How the next credentials would be found with the keys of the site. */
  async #lookups(kind: SyncKind, after: string): Promise<Map<string, string>> {
    const { keys } = this.#comparison;
    if (kind !== 'credential' || keys === undefined) return new Map();
    const page = await rekeyedPage(this.#parts, keys, { after, limit: PAGE });
    return new Map(page.map(({ id, secret }) => [id, secret.lookup]));
  }
}
