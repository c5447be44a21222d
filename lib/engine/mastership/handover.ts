import type { Offer, OfferRequest, Settle, Settled } from '../../link/sync/move.ts';
import { BATCH_CHARACTERS } from '../../link/sync/batch.ts';
import { AccessError } from '../../model/errors.ts';
import type { PolicyWriter } from '../policy-writer.ts';
import type { Secrets } from '../secrets.ts';
import type { PreparedChange, SideWrite, Store } from '../store/store.ts';
import { openSiteKeys, type Exchange } from '../sync/exchange.ts';
import type { OwnFaces } from '../sync/own-faces.ts';
import type { SyncState } from '../sync/state.ts';
import type { Mastership } from './mastership.ts';
import { offeredItem, sealOffered } from './offered.ts';
import { rekeyedAll } from './rekey.ts';

interface Parts {
  store: Store;
  secrets: Secrets;
  writer: PolicyWriter;
  exchange: Exchange;
  state: SyncState;
  mastership: Mastership;
  ownFaces: OwnFaces;
}

/** A gateway's part of the way to another master (N14): shows what it holds, and ends the way when it is told. */
export class Handover {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What is asked for, as much as one letter holds. Throws CONFLICT if this gateway is on no such way. */
  async offer(request: OfferRequest): Promise<Offer> {
    const { exchange, mastership } = this.#parts;
    const { move, brief = false } = request;
    if (mastership.move?.id !== move) {
      throw new AccessError('CONFLICT', 'nothing is offered but on the way to another master');
    }
    const channel = exchange.channel(request.exchange, request);
    const items: Offer['items'] = [];
    let left = BATCH_CHARACTERS;
    for (const named of request.items) {
      const item = await this.#item(named, brief);
      const sealed = item && sealOffered(channel, { move, ...named }, item);
      left -= sealed?.length ?? 0;
      if (left < 0 && items.length > 0) break;
      items.push({ ...named, ...(sealed && { sealed }) });
    }
    return { kind: 'offer', move, ...(brief && { brief }), items };
  }

  async #item(named: OfferRequest['items'][number], brief: boolean) {
    const { ownFaces } = this.#parts;
    if (named.kind === 'credential' && (await ownFaces.has(named.id))) return undefined;
    return offeredItem(this.#parts, named, brief);
  }

  /** Puts the new master into force. Resolves when that is committed, or refused. */
  settle(letter: Settle): Promise<Settled> {
    return this.#parts.writer.alone(async () => {
      const refused = await this.#settle(letter);
      return { kind: 'settled', move: letter.move, ...(refused && { refused }) };
    });
  }

  async #settle(letter: Settle): Promise<Settled['refused']> {
    const { mastership, state, exchange, writer } = this.#parts;
    const { move } = mastership;
    if (move?.id !== letter.move) return 'notMoving';
    if (letter.version < state.position.version) return 'oldVersion';
    const keys = openSiteKeys(exchange.channel(letter.exchange, letter), letter.keys);
    if (keys === undefined) return 'unreadable';
    const { event, side, enforce } = mastership.settlement(move.to, 'server');
    const position = this.#positionAfter(letter);
    const taken = move.to === 'cloud' ? await this.#adoption(keys) : NO_ADOPTION;
    await writer.writeSynced(
      taken.changes,
      event,
      [side, state.save(position), ...taken.side],
      () => {
        taken.enforce();
        state.position = position;
        enforce();
      },
    );
    return undefined;
  }

  /** Whatever the server sent before is too old from now on: it was for another master. */
  #positionAfter({ number, version, exchange, site, gateway }: Settle) {
    const { position } = this.#parts.state;
    const server = { exchange, site, gateway };
    return { number: Math.max(number, position.number), version, server };
  }

  /** From then on credentials are found with the keys of the site, in one transaction for all of them. */
  async #adoption(keys: Uint8Array): Promise<Adoption> {
    const { state, secrets } = this.#parts;
    if (state.hasKeys(keys)) return NO_ADOPTION;
    const rekeyed = await rekeyedAll(this.#parts, keys);
    return {
      changes: rekeyed.map((value) => ({ op: 'update', kind: 'credential', value })),
      side: [state.saveKeys(keys)],
      enforce: () => {
        secrets.adoptSiteKeys(keys);
      },
    };
  }
}

interface Adoption {
  changes: PreparedChange[];
  side: SideWrite[];
  enforce: () => void;
}

const NO_ADOPTION: Adoption = { changes: [], side: [], enforce: () => undefined };
