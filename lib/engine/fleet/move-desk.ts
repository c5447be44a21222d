import {
  OFFER_ITEMS,
  type Move,
  type Offer,
  type OfferRequest,
  type Settle,
} from '../../link/sync/move.ts';
import { AccessError, toAccessError, type ErrorCode } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import { openOffered } from '../mastership/offered.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { PreparedChange } from '../store/store.ts';
import type { TakenQuery } from '../store/sync/decisions.ts';
import type { ShownQuery } from '../store/sync/shown.ts';
import { type Channel, type Exchange, type Pair } from '../sync/exchange.ts';
import type { Letters } from './letters.ts';
import { takenChange, type TakingParts } from './taken.ts';

export interface MoveParts extends TakingParts {
  exchange: Exchange;
  letters: Letters;
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
  async request(mover: Mover): Promise<OfferRequest | undefined> {
    const { gateway } = mover;
    return this.#request(
      mover,
      await this.#parts.store.sync('toTake', { gateway, limit: OFFER_ITEMS }),
    );
  }

  /** Asks to be shown what somebody has to decide next; undefined if that is known. */
  async requestBrief(mover: Mover): Promise<OfferRequest | undefined> {
    const { gateway } = mover;
    const items = await this.#parts.store.sync('toShow', { gateway, limit: OFFER_ITEMS });
    const request = this.#request(mover, items);
    return request && { ...request, brief: true };
  }

  #request({ site, gateway, move }: Mover, items: OfferRequest['items']): OfferRequest | undefined {
    if (items.length === 0) return undefined;
    const { publicKey } = this.#parts.exchange;
    return { kind: 'offer', site, gateway, move: move.id, exchange: publicKey, items };
  }

  /** Tells the gateway that its new master is in force. */
  async settle({ move, exchange: theirs, site, gateway }: Mover): Promise<Settle> {
    const { store, letters } = this.#parts;
    const { version, gateways } = await store.sync('gateways', {});
    const number = gateways.find(({ id }) => id === gateway)?.number ?? 0;
    return {
      ...{ kind: 'settle', site, gateway, move: move.id, number, version },
      ...letters.sharedKeys({ site, gateway }, theirs),
    };
  }

  /** Takes over what a gateway has offered, in one transaction, and keeps what became of each item. */
  async take({ exchange: theirs, site, gateway }: Mover, offer: Offer): Promise<void> {
    const { exchange, writer, store } = this.#parts;
    const channel = exchange.channel(theirs, { site, gateway });
    if (offer.brief === true) {
      await store.sync('shown', { gateway, items: shownItems(channel, offer) });
      return;
    }
    const items = await writer.alone(async () =>
      this.#takeAll(gateway, channel, { ...offer, items: await this.#decided(gateway, offer) }),
    );
    await store.sync('taken', { gateway, items });
  }

  /** Nothing is taken over but what somebody has decided so, and decides so still. */
  async #decided(gateway: string, { items }: Offer): Promise<Offer['items']> {
    const among = items.map(({ kind, id }) => ({ kind, id }));
    const open = await this.#parts.store.sync('toTake', { gateway, limit: OFFER_ITEMS, among });
    const wanted = new Set(open.map(({ kind, id }) => `${kind} ${id}`));
    return items.filter(({ kind, id }) => wanted.has(`${kind} ${id}`));
  }

  async #takeAll(gateway: string, channel: Channel, { move, items }: Offer): Promise<Taken[]> {
    if (items.length === 0) return [];
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

/** What is shown is for people's eyes; what cannot be read is not shown. */
function shownItems(channel: Channel, { move, items }: Offer): ShownQuery['items'] {
  return items.map(({ sealed, ...named }) => {
    if (sealed === undefined) return named;
    try {
      const { value, hint } = openOffered(channel, { move, ...named }, sealed);
      return { ...named, value: JSON.stringify({ ...value, ...optional('hint', hint) }) };
    } catch {
      return named;
    }
  });
}

function reasonOf({ code, message }: { code: ErrorCode; message: string }): string {
  return `${code}: ${message}`.slice(0, 256);
}

function takenEvent(gateway: string, items: number): EventEntry {
  const details = { gateway, items };
  return { category: 'administration', code: 'takenFromGateway', author: gateway, details };
}
