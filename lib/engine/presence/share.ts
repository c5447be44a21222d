import { AccessError } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import type { ClockTrust, Moment } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { SharedBatch, SharedPassage, SharingState } from '../engine.ts';
import type { SideWrite, Store } from '../store/store.ts';
import type { TransitWrite } from '../store/presence/moves.ts';
import type { Passages } from './passages.ts';
import {
  CURSORS_SETTING,
  SHARING_SETTING,
  type Cursor,
  type Sharing,
  type SharingConfig,
} from './sharing.ts';

interface Parts {
  store: Store;
  journal: Journal;
  trust: ClockTrust;
  sharing: Sharing;
  passages: Passages;
}

/** The exchange of passages with other gateways, over whatever wire. */
export class Share {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async configure(config: SharingConfig): Promise<SharingState> {
    const { sharing, journal, trust } = this.#parts;
    const value = JSON.stringify(config);
    if (value !== JSON.stringify(sharing.config)) {
      const details = { gateway: config.gateway, peers: config.peers.join(' ').slice(0, 1000) };
      const event: EventEntry = { category: 'system', code: 'sharingConfigured', details };
      const setting = { kind: 'setting', key: SHARING_SETTING, value } as const;
      await journal.event(event, trust.read(), [setting]);
      sharing.configure(config);
    }
    return this.state();
  }

  state(): SharingState {
    const { missing, cursors } = this.#parts.sharing;
    const known = Object.entries(cursors).map(([gateway, { seq }]): [string, number] => [
      gateway,
      seq,
    ]);
    return { missing, known: Object.fromEntries(known) };
  }

  /** What this gateway has seen after a number, and how far that goes. */
  async own(query: { after?: number; limit: number }): Promise<SharedBatch> {
    const { store, sharing } = this.#parts;
    const after = query.after ?? (await store.history('newest', {}));
    const { limit } = query;
    const entries = await store.history('own', { after, limit });
    return {
      gateway: sharing.config?.gateway ?? '',
      after,
      upTo: entries.at(-1)?.n ?? after,
      passages: entries.map(({ passage, clock }) => ({ passage, clock })),
    };
  }

  /**
   * Takes over what another gateway has seen. A batch that does not follow on what is known leaves a gap, and is
   * left alone: the answer says from where on it is needed.
   */
  async accept(batch: SharedBatch): Promise<SharingState> {
    const { gateway, after, upTo, passages } = batch;
    const cursor = this.#cursor(gateway, upTo);
    if (after <= cursor.seq) {
      if (upTo > cursor.seq && passages.length > 0) await this.#take(batch, cursor);
      if ((this.#parts.sharing.cursors[gateway]?.seq ?? 0) >= upTo)
        this.#parts.sharing.heard(gateway);
    }
    return this.state();
  }

  /** A sign of life. It counts only if everything that the other gateway has seen is known here. */
  heard({ gateway, upTo }: { gateway: string; upTo: number }): SharingState {
    if (this.#cursor(gateway, upTo).seq >= upTo) this.#parts.sharing.heard(gateway);
    return this.state();
  }

  /** A gateway whose numbers lie before what is known of it counts anew: its database was replaced. */
  #cursor(gateway: string, upTo: number): Cursor {
    const { sharing } = this.#parts;
    if (sharing.config?.peers.includes(gateway) !== true) {
      throw new AccessError('INPUT_INVALID', `positions are not shared with a gateway ${gateway}`);
    }
    const cursor = sharing.cursors[gateway] ?? { seq: 0, placed: 0 };
    if (upTo >= cursor.seq) return cursor;
    const anew = { seq: 0, placed: cursor.placed };
    sharing.advance(gateway, anew);
    return anew;
  }

  async #take({ gateway, upTo, passages }: SharedBatch, before: Cursor): Promise<void> {
    const { journal, trust, sharing } = this.#parts;
    const moment = trust.read();
    const writes: TransitWrite[] = [];
    let { placed } = before;
    for (const shared of passages) {
      placed = this.#placed(shared, placed, moment);
      writes.push(this.#write(shared, gateway, placed, moment));
    }
    const cursors = { ...sharing.cursors, [gateway]: { seq: upTo, placed } };
    const setting = {
      kind: 'setting',
      key: CURSORS_SETTING,
      value: JSON.stringify(cursors),
    } as const;
    const details = { gateway, passages: passages.length, upTo };
    const event: EventEntry = { category: 'system', code: 'passagesShared', details };
    await journal.event(event, moment, [...writes, setting] satisfies SideWrite[]);
    sharing.advance(gateway, { seq: upTo, placed });
  }

  /** Where the clock of the other gateway was wrong, the order of its numbers says when it was. */
  #placed({ passage, clock }: SharedPassage, before: number, moment: Moment): number {
    if (clock === 'untrusted') return before > 0 ? before : moment.now;
    return moment.trusted ? this.#parts.passages.placed(passage.at, moment) : passage.at;
  }

  #write(
    { passage, clock }: SharedPassage,
    gateway: string,
    placed: number,
    moment: Moment,
  ): TransitWrite {
    const keepFrom = this.#parts.passages.keepFrom(moment);
    return { kind: 'transit', passage, placed, clock, late: true, keepFrom, gateway };
  }
}
