import {
  BATCH_CHARACTERS,
  BATCH_ITEMS,
  type Batch,
  type BatchLetter,
} from '../../link/sync/batch.ts';
import type { Offer, Settled } from '../../link/sync/move.ts';
import type { LetterAnswer } from '../../link/sync/receipt.ts';
import type { Report } from '../../link/sync/report.ts';
import type { Clock } from '../../model/clock.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import { createLimiter } from '../limiter.ts';
import type { Store } from '../store/store.ts';
import type { Composed } from '../store/sync/batches.ts';
import type { Pair } from '../sync/exchange.ts';
import { FLIGHT_LIFE, beginAnew, isAsking, newDialogue, type Dialogue } from './dialogue.ts';
import { Inspection } from './inspection.ts';
import type { Letters } from './letters.ts';
import type { MoveDesk, Mover } from './move-desk.ts';
import { Receipts } from './receipts.ts';

/** Batches that may wait for their receipts at the same time. */
const WINDOW = 2;

export interface DispatchParts {
  store: Store;
  clock: Clock;
  trust: ClockTrust;
  journal: Journal;
  administration: Administration;
  moves: MoveDesk;
  letters: Letters;
}

/** Keeps gateways as they shall be: what is next for each of them, and what became of it. */
export class Dispatch {
  readonly #parts: DispatchParts;
  readonly #dialogues = new Map<string, Dialogue>();
  /** Working out who is concerned by changes is done once, not for each gateway. */
  readonly #refreshing = createLimiter(1);
  readonly #letters: Letters;
  readonly #inspection: Inspection;
  readonly #receipts: Receipts;

  constructor(parts: DispatchParts) {
    const { letters } = parts;
    this.#parts = parts;
    this.#letters = letters;
    this.#inspection = new Inspection(parts);
    this.#receipts = new Receipts(parts);
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
    this.#inspection.begin(this.#dialogue(gateway));
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
    return (await this.#nextBatch(pair, dialogue)) ?? this.#inspection.question(pair, dialogue);
  }

  async take(gateway: string, letter: LetterAnswer): Promise<void> {
    const dialogue = this.#dialogue(gateway);
    if (letter.kind === 'receipt') return this.#receipts.take(gateway, dialogue, letter);
    if (letter.kind === 'settled') return this.#takeSettled(gateway, dialogue, letter);
    if (letter.kind === 'offer') return this.#takeOffer(gateway, dialogue, letter);
    return this.#inspection.take(gateway, dialogue, letter);
  }

  /** Everything is compared; then decisions are waited for and carried out; then the new master is in force. */
  async #nextOfMove(mover: Mover, dialogue: Dialogue): Promise<BatchLetter | undefined> {
    const { moves, store } = this.#parts;
    const { gateway, move } = mover;
    await this.#refresh();
    if (!dialogue.isCompared) {
      const question = await this.#inspection.question(mover, dialogue);
      if (question !== undefined || !this.isCompared(gateway)) return question;
    }
    if (isAsking(dialogue, this.#parts.clock.monotonic())) return undefined;
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
    return this.#letters.batch(pair, dialogue, { ...composed, after });
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
      return this.#receipts.pause(dialogue, { gateway, reason: letter.refused });
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
