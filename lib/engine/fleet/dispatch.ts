import {
  BATCH_CHARACTERS,
  BATCH_ITEMS,
  type Batch,
  type BatchItem,
  type BatchLetter,
} from '../../link/batch.ts';
import type { Offer, Settled } from '../../link/move.ts';
import type { Ended, LetterAnswer, Receipt } from '../../link/receipt.ts';
import type { Report } from '../../link/report.ts';
import type { Clock } from '../../model/clock.ts';
import type { Change } from '../../model/entity.ts';
import { optional } from '../../model/optional.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import { createLimiter } from '../limiter.ts';
import type { Secrets } from '../secrets.ts';
import type { Store } from '../store/store.ts';
import type { Composed } from '../store/sync/batches.ts';
import { writeSecrets } from '../sync/credential-secrets.ts';
import { sealSiteKeys, type Channel, type Exchange, type Pair } from '../sync/exchange.ts';
import { Comparison, type Entries } from './comparison.ts';
import { beginAnew, newDialogue, type Dialogue } from './dialogue.ts';
import type { MoveDesk, Mover } from './move-desk.ts';

/** Batches that may wait for their receipts at the same time. */
const WINDOW = 2;
/** A batch without a receipt counts as lost after so many milliseconds. */
const FLIGHT_LIFE = 15_000;
/** A gateway that has refused a batch is offered the next one after so many milliseconds. */
const PAUSE = 5000;
/** So often everything is compared that a gateway holds, in milliseconds. */
const COMPARE_EVERY = 6 * 3_600_000;
const PAGE = 1000;

export interface DispatchParts {
  store: Store;
  secrets: Secrets;
  clock: Clock;
  trust: ClockTrust;
  journal: Journal;
  exchange: Exchange;
  administration: Administration;
  moves: MoveDesk;
}

/** Keeps gateways as they shall be: what is next for each of them, and what became of it. */
export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #dialogues = new Map<string, Dialogue>();
  /** Working out who is concerned by changes is done once, not for each gateway. */
  readonly #refreshing = createLimiter(1);

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  async report(gateway: string, report: Report): Promise<void> {
    const { store, clock } = this.#parts;
    const at = clock.now();
    const known = await store.sync('gateway', { gateway });
    const before = known && (JSON.parse(known.report) as Report);
    const review = before === undefined || needOf(before) !== needOf(report);
    const { number, version, clock: theirs } = report;
    const row = { gateway, report: JSON.stringify(report), review, number, version };
    await store.sync('report', {
      ...row,
      isMoving: report.move !== undefined,
      at,
      drift: theirs.now - at,
    });
    const dialogue = this.#dialogue(gateway);
    dialogue.exchange = report.exchange;
    if (report.move?.id !== dialogue.move?.id) {
      beginAnew(dialogue, clock.monotonic(), report.move);
    }
    // It has confirmed more than it knows of: it was set back.
    if (known !== undefined && number < known.received) this.compare(gateway);
  }

  /** Has everything compared as soon as nothing is to be sent. */
  compare(gateway: string): void {
    const dialogue = this.#dialogue(gateway);
    dialogue.compareAt = this.#parts.clock.monotonic();
    dialogue.isCompared = false;
    delete dialogue.comparison;
  }

  /** Whether all differences are known of a gateway that is on its way to another master. */
  isCompared(gateway: string): boolean {
    return this.#dialogues.get(gateway)?.isCompared ?? false;
  }

  async next(pair: Pair): Promise<BatchLetter | undefined> {
    const dialogue = this.#dialogues.get(pair.gateway);
    if (dialogue === undefined || dialogue.exchange === '') return undefined; // who is it?
    const now = this.#parts.clock.monotonic();
    dialogue.flights = dialogue.flights.filter(({ at }) => now - at < FLIGHT_LIFE);
    if (dialogue.flights.length >= WINDOW || now < dialogue.pausedUntil) return undefined;
    dialogue.site = pair.site;
    const mover = moverOf(pair.gateway, dialogue);
    if (mover !== undefined) return this.#nextOfMove(mover, dialogue);
    return (await this.#nextBatch(pair, dialogue)) ?? this.#question(pair, dialogue);
  }

  async take(gateway: string, letter: LetterAnswer): Promise<void> {
    const dialogue = this.#dialogue(gateway);
    if (letter.kind === 'receipt') return this.#takeReceipt(gateway, dialogue, letter);
    if (letter.kind === 'settled') return this.#takeSettled(gateway, dialogue, letter);
    if (letter.kind === 'offer') return this.#takeOffer(gateway, dialogue, letter);
    const { comparison } = dialogue;
    if (letter.number !== comparison?.number) return;
    const correction = await comparison.take(letter);
    delete dialogue.askedAt;
    if (correction === undefined || correction.held.length === 0) return;
    await this.#parts.store.sync('correct', {
      gateway,
      ...correction,
      now: this.#parts.clock.now(),
    });
  }

  /** Everything is compared; then decisions are waited for and carried out; then the new master is in force. */
  async #nextOfMove(mover: Mover, dialogue: Dialogue): Promise<BatchLetter | undefined> {
    const { moves, store } = this.#parts;
    const { gateway, move } = mover;
    await this.#refresh();
    if (!dialogue.isCompared) {
      const question = await this.#question(mover, dialogue);
      if (question !== undefined || !this.isCompared(gateway)) return question;
    }
    if (this.#isAsking(dialogue)) return undefined;
    const { undecided, toTake, toSend } = await store.sync('moveState', { gateway });
    if (toTake > 0) return this.#ask(dialogue, await moves.request(mover));
    if (undecided > 0) return this.#ask(dialogue, await moves.requestBrief(mover));
    if (toSend > 0 && move.to === 'local') return this.#nextBatch(mover, dialogue);
    return this.#ask(dialogue, await moves.settle(mover));
  }

  /** Nothing more is said until the answer is there, or does not come. */
  #ask(dialogue: Dialogue, letter: BatchLetter | undefined): BatchLetter | undefined {
    if (letter !== undefined) dialogue.askedAt = this.#parts.clock.monotonic();
    return letter;
  }

  async #nextBatch(pair: Pair, dialogue: Dialogue): Promise<Batch | undefined> {
    const composed = await this.#compose(pair.gateway, dialogue);
    if (composed === undefined) return undefined;
    delete dialogue.comparison;
    const after = dialogue.flights.at(-1)?.number ?? 0;
    dialogue.flights.push({ number: composed.number, at: this.#parts.clock.monotonic() });
    return this.#batch(pair, dialogue, { ...composed, after });
  }

  #isAsking({ askedAt }: Dialogue): boolean {
    return askedAt !== undefined && this.#parts.clock.monotonic() - askedAt < FLIGHT_LIFE;
  }

  /** What was not asked for, since this start, is no answer. */
  async #takeOffer(gateway: string, dialogue: Dialogue, offer: Offer): Promise<void> {
    const mover = moverOf(gateway, dialogue);
    if (mover?.move.id !== offer.move || dialogue.askedAt === undefined) return;
    await this.#parts.moves.take(mover, offer);
    delete dialogue.askedAt;
  }

  /** The gateway's next report says the same. */
  async #takeSettled(gateway: string, dialogue: Dialogue, letter: Settled): Promise<void> {
    const { clock, store } = this.#parts;
    if (letter.move !== dialogue.move?.id) return;
    delete dialogue.askedAt;
    if (letter.refused !== undefined) {
      return this.#pause(dialogue, { gateway, reason: letter.refused });
    }
    await store.sync('endMove', { gateway });
    beginAnew(dialogue, clock.monotonic(), undefined);
  }

  /** Looks at every change until it is known whom it concerns. */
  #refresh(): Promise<void> {
    const { store, clock } = this.#parts;
    return this.#refreshing(async () => {
      for (;;) {
        const { more, reviewing } = await store.sync('refresh', { now: clock.now() });
        if (!more && !reviewing) return;
      }
    });
  }

  /** Work is left until every change is known to concern somebody or nobody. */
  #compose(gateway: string, { flights, move }: Dialogue): Promise<Composed | undefined> {
    const { store, clock } = this.#parts;
    return this.#refreshing(async () => {
      for (;;) {
        const now = clock.now();
        const { more, reviewing } = await store.sync('refresh', { now });
        if (more) continue;
        const limits = { limit: BATCH_ITEMS, characters: BATCH_CHARACTERS };
        const live = flights.map(({ number }) => number);
        const decided = move !== undefined;
        const composed = await store.sync('compose', { gateway, live, ...limits, now, decided });
        if (composed !== 'changing' && (composed !== undefined || !reviewing)) return composed;
      }
    });
  }

  #batch(
    { site, gateway }: Pair,
    { exchange, move }: Dialogue,
    composed: Composed & { after: number },
  ): Batch {
    const { secrets, exchange: own } = this.#parts;
    const pair = { site, gateway };
    const channel = own.channel(exchange, pair);
    const { number, after, version, items } = composed;
    return {
      kind: 'batch',
      ...pair,
      number,
      after,
      version,
      exchange: own.publicKey,
      keys: sealSiteKeys(channel, secrets.siteKeys()),
      ...optional('move', move?.id),
      items: items.map((item) => this.#item(item, channel)),
    };
  }

  #item(
    { kind, id, value, secrets: stored }: Composed['items'][number],
    channel: Channel,
  ): BatchItem {
    if (value === undefined) return { drop: kind, id };
    const put = { put: kind, value } as BatchItem;
    if (stored === undefined || Object.keys(stored).length === 0) return put;
    const { secrets } = this.#parts;
    const opened = {
      ...(stored.pin && { pin: secrets.open(id, 'value', stored.pin) }),
      ...(stored.template && { template: secrets.open(id, 'template', stored.template) }),
      ...(stored.tokenKey && { tokenKey: secrets.open(id, 'tokenKey', stored.tokenKey) }),
    };
    return { ...put, secret: writeSecrets(channel, id, opened) } as BatchItem;
  }

  async #question(pair: Pair, dialogue: Dialogue): Promise<BatchLetter | undefined> {
    const now = this.#parts.clock.monotonic();
    if (dialogue.flights.length > 0 || this.#isAsking(dialogue)) return undefined;
    if (dialogue.comparison === undefined) {
      if (now < dialogue.compareAt) return undefined;
      const { gateway } = pair;
      if (dialogue.move !== undefined) await this.#parts.store.sync('beginMove', { gateway });
      const row = await this.#parts.store.sync('gateway', { gateway });
      const wanted = (kind: SyncKind) => this.#wanted(gateway, kind);
      dialogue.comparison = new Comparison(row?.received ?? 0, wanted);
    }
    const { site, gateway } = pair;
    const question = dialogue.comparison.question({ site, gateway });
    if (question === undefined) {
      delete dialogue.comparison;
      dialogue.compareAt = now + COMPARE_EVERY;
      dialogue.isCompared = true;
      return undefined;
    }
    dialogue.askedAt = now;
    if (question.kind !== 'roots' || dialogue.move?.to !== 'cloud') return question;
    return { ...question, keys: this.#sharedKeys(pair, dialogue) };
  }

  #sharedKeys({ site, gateway }: Pair, { exchange: theirs }: Dialogue) {
    const { secrets, exchange } = this.#parts;
    const channel = exchange.channel(theirs, { site, gateway });
    return { exchange: exchange.publicKey, keys: sealSiteKeys(channel, secrets.siteKeys()) };
  }

  async #wanted(gateway: string, kind: SyncKind): Promise<Entries> {
    const entries = new Map<string, string>();
    let after = '';
    for (;;) {
      const page = await this.#parts.store.sync('wanted', { gateway, kind, after, limit: PAGE });
      for (const [id, digest] of page) entries.set(id, digest);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return entries;
      [after] = last;
    }
  }

  async #takeReceipt(gateway: string, dialogue: Dialogue, receipt: Receipt): Promise<void> {
    const { number, received, version, refused, failed, ended } = receipt;
    if (refused !== undefined) {
      await this.#refused(gateway, dialogue, receipt);
      return;
    }
    dialogue.flights = dialogue.flights.filter((flight) => flight.number > number);
    dialogue.isComplaining = false;
    const reasons = failed.map(({ code, message, ...item }) => ({
      ...item,
      reason: `${code}: ${message}`,
    }));
    const over = ended.map(({ kind, id }) => ({ kind, id, reason: 'ended at the gateway' }));
    await this.#parts.store.sync('receipt', {
      gateway,
      number,
      received,
      version,
      failed: [...reasons, ...over],
    });
    await this.#follow(gateway, ended);
  }

  /**
   * Whatever was sent behind a refused batch is refused for the gap, or was taken over for a reason of its own. A
   * gateway that has seen a newer version than this server needs somebody to decide (F-28).
   */
  async #refused(gateway: string, dialogue: Dialogue, receipt: Receipt): Promise<void> {
    const { number, received, version, refused = 'unreadable' } = receipt;
    if (!dialogue.flights.some((flight) => flight.number === number)) return;
    const { store } = this.#parts;
    dialogue.flights = [];
    await store.sync('receipt', { gateway, number: 0, received, version, failed: [] });
    if (refused === 'gap' || refused === 'oldNumber') return;
    await this.#pause(dialogue, { gateway, reason: refused, version });
  }

  /** Leaves a gateway that refuses everything alone for a while, and says so once. */
  async #pause(
    dialogue: Dialogue,
    details: { gateway: string; reason: string; version?: number },
  ): Promise<void> {
    const { journal, trust, clock } = this.#parts;
    dialogue.pausedUntil = clock.monotonic() + PAUSE;
    if (dialogue.isComplaining) return;
    dialogue.isComplaining = true;
    const category = details.reason === 'localMaster' ? 'system' : 'alarm';
    await journal.event({ category, code: 'gatewayRefuses', details }, trust.read());
  }

  /** What has ended at a door has ended. */
  async #follow(gateway: string, ended: readonly Ended[]): Promise<void> {
    if (ended.length === 0) return;
    const changes = ended.map((item): Change => {
      const { kind, id, at } = item;
      const value =
        kind === 'pass'
          ? { id, status: 'inactive', end: 'exit', endedAt: at }
          : { id, closedAt: at };
      return { op: 'update', kind, value };
    });
    await this.#parts.administration.change(changes, { author: gateway, atomic: false });
  }

  #dialogue(gateway: string): Dialogue {
    const known = this.#dialogues.get(gateway);
    if (known !== undefined) return known;
    const dialogue = newDialogue(this.#parts.clock.monotonic());
    this.#dialogues.set(gateway, dialogue);
    return dialogue;
  }
}

/** What of a report decides what a gateway shall hold. */
function needOf({ accessPoints, ownFaces }: Report): string {
  return JSON.stringify([accessPoints, ownFaces]);
}

function moverOf(gateway: string, { site, exchange, move }: Dialogue): Mover | undefined {
  return move && { site, gateway, exchange, move };
}
