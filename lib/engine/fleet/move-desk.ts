import {
  OFFER_ITEMS,
  type Move,
  type Offer,
  type OfferRequest,
  type Settle,
} from '../../link/move.ts';
import { AccessError, toAccessError, type ErrorCode } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import { openOffered } from '../mastership/offered.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { PreparedChange } from '../store/store.ts';
import type { TakenQuery } from '../store/sync/decisions.ts';
import { sealSiteKeys, type Channel, type Exchange, type Pair } from '../sync/exchange.ts';
import { takenChange, type TakingParts } from './taken.ts';

export interface MoveParts extends TakingParts {
  exchange: Exchange;
  writer: PolicyWriter;
  journal: Journal;
  trust: ClockTrust;
}

/** A gateway on its way, and the key of its engine. */
export interface Mover extends Pair {
  exchange: string;
  move: Move;
}

type Taken = TakenQuery['items'][number];

/** The server's part of the way of a gateway to another master (N14), once everything has been compared. */
export class MoveDesk {
  readonly #parts: MoveParts;

  constructor(parts: MoveParts) {
    this.#parts = parts;
  }

  /** Asks for what shall be taken over from the gateway; undefined if nothing is. */
  async request({ site, gateway, move }: Mover): Promise<OfferRequest | undefined> {
    const { store, exchange } = this.#parts;
    const items = await store.sync('toTake', { gateway, limit: OFFER_ITEMS });
    if (items.length === 0) return undefined;
    return { kind: 'offer', site, gateway, move: move.id, exchange: exchange.publicKey, items };
  }

  /** Tells the gateway that its new master is in force. */
  async settle({ move, exchange: theirs, site, gateway }: Mover): Promise<Settle> {
    const { store, exchange, secrets } = this.#parts;
    const { version, gateways } = await store.sync('gateways', {});
    const number = gateways.find(({ id }) => id === gateway)?.number ?? 0;
    const channel = exchange.channel(theirs, { site, gateway });
    const keys = sealSiteKeys(channel, secrets.siteKeys());
    return {
      ...{ kind: 'settle', site, gateway, move: move.id, number, version },
      ...{ exchange: exchange.publicKey, keys },
    };
  }

  /** Takes over what a gateway has offered, in one transaction, and keeps what became of each item. */
  async take({ exchange: theirs, move, ...pair }: Mover, offer: Offer): Promise<void> {
    const { exchange, writer, store } = this.#parts;
    if (offer.move !== move.id) return;
    const channel = exchange.channel(theirs, pair);
    const items = await writer.alone(() => this.#takeAll(pair.gateway, channel, offer));
    await store.sync('taken', { gateway: pair.gateway, items });
  }

  async #takeAll(gateway: string, channel: Channel, { move, items }: Offer): Promise<Taken[]> {
    const taken: Taken[] = [];
    const ready: { item: Taken; change: PreparedChange }[] = [];
    for (const { sealed, ...named } of items) {
      const item: Taken = { ...named };
      taken.push(item);
      try {
        if (sealed === undefined) throw new AccessError('NOT_FOUND', 'the gateway has it no more');
        const offered = openOffered(channel, { move, ...named }, sealed);
        ready.push({ item, change: await takenChange(named, offered, this.#parts) });
      } catch (error) {
        item.failed = reasonOf(toAccessError(error));
      }
    }
    const changes = ready.map(({ change }) => change);
    const event = takenEvent(gateway, changes.length);
    const outcome = await this.#parts.writer.write(changes, false, event);
    for (const { index, ...error } of outcome.failed) {
      const item = ready[index]?.item;
      if (item !== undefined) item.failed = reasonOf(error);
    }
    return taken;
  }

  /** Records who decided how many differences. */
  async recordDecision(
    gateway: string,
    author: string,
    decided: readonly { kind: SyncKind; id: string }[],
  ): Promise<void> {
    const { journal, trust } = this.#parts;
    const details = { gateway, decided: decided.length };
    const event = {
      category: 'administration',
      code: 'differencesDecided',
      author,
      details,
    } as const;
    await journal.event(event, trust.read());
  }
}

function reasonOf({ code, message }: { code: ErrorCode; message: string }): string {
  return `${code}: ${message}`.slice(0, 256);
}

function takenEvent(gateway: string, items: number): EventEntry {
  const details = { gateway, items };
  return { category: 'administration', code: 'takenFromGateway', author: gateway, details };
}
