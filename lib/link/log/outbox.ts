import { Ranges, type Range } from './ranges.ts';

export interface OutboxOptions {
  /** Records in one batch at most; fewer while batches get lost. */
  batch: number;
  /** Batches of the backlog that are on their way at the same time; one more is kept for live records. */
  window: number;
  /** How long an acknowledgement may take, in milliseconds; each time in a row it may take twice as long. */
  patience: number;
  /** The longest time between two tries, in milliseconds. */
  longest: number;
}

/** Records by which a batch grows with each acknowledgement, and the fewest of one. */
const GROWTH = 10;

interface Batch extends Range {
  /** When it counts as lost, on the monotonic clock. */
  due: number;
  live: boolean;
}

/**
 * Decides which records of one stream are sent when: at least once, in batches, until the server has said that it has
 * committed them. What is new goes before what waits, so that nobody at the server has to sit through a day's
 * backlog. Pure: time comes in, batches come out.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Everything that the server has. */
  #stored = new Ranges();
  /** The oldest record that still exists here, and the newest. */
  #first = 1;
  #last = 0;
  /** Records after this one are live. */
  #backlog = 0;
  /** The newest record that was ever sent. */
  #sent = 0;
  #batches: Batch[] = [];
  #size: number;
  #failures = 0;

  /** `acknowledged`: everything up to this number is known to be stored at the server. */
  constructor(options: OutboxOptions, acknowledged: number) {
    this.#options = options;
    this.#size = options.batch;
    this.#begin(acknowledged);
  }

  /** Everything up to this number is stored at the server, or overwritten. */
  get acknowledged(): number {
    const [first] = this.#stored.list;
    return first?.from === 1 ? first.to : 0;
  }

  /** Records that wait, sent or not. */
  get length(): number {
    const held = this.#stored.list.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return Math.max(0, this.#last - held);
  }

  /**
   * A connection begins: what was on its way is lost, and what is there now is the backlog. `acknowledged` is what
   * the server says now, which is less than before if it has come back from a backup (F-28).
   */
  connected(acknowledged = this.acknowledged): void {
    this.#batches = [];
    this.#failures = 0;
    this.#begin(acknowledged);
    this.#backlog = this.#last;
  }

  /** The stream holds records from `first` to `last`. What was overwritten before it was sent can never be. */
  holds({ first, last }: { first: number; last: number }): void {
    this.#first = Math.max(this.#first, first);
    this.#last = Math.max(this.#last, last);
    this.#stored.add({ from: 1, to: this.#first - 1 });
  }

  /** The next batch to be read and sent; undefined while there is none or enough are on their way. */
  next(now: number): Range | undefined {
    return this.#nextOf(true, now) ?? this.#nextOf(false, now);
  }

  /** Of a batch only the records up to `to` fitted into a message; the rest has not been sent. */
  shorten({ from, to }: Range, upTo: number): void {
    const batch = this.#batches.find((each) => each.from === from && each.to === to);
    if (batch !== undefined) batch.to = upTo;
  }

  /** When `next` should be asked again although nothing has happened; undefined if nothing is on its way. */
  get due(): number | undefined {
    return this.#batches.length === 0
      ? undefined
      : Math.min(...this.#batches.map(({ due }) => due));
  }

  /**
   * The server has stored these records. Returns false if that cannot be true, for they were never sent: it is
   * ignored, and somebody should be told.
   */
  take({ from, to }: Range): boolean {
    if (from < 1 || to < from || to > this.#sent) return false;
    this.#stored.add({ from, to });
    this.#batches = this.#batches.filter((batch) => !this.#stored.covers(batch));
    this.#failures = 0;
    this.#size = Math.min(this.#size + GROWTH, this.#options.batch);
    return true;
  }

  #begin(acknowledged: number): void {
    this.#stored = new Ranges();
    this.#stored.add({ from: 1, to: Math.max(acknowledged, this.#first - 1) });
    this.#sent = Math.max(this.#sent, acknowledged);
  }

  #nextOf(live: boolean, now: number): Range | undefined {
    this.#forgetLate(now);
    const limit = live ? 1 : this.#options.window;
    if (this.#batches.filter((each) => each.live === live).length >= limit) return undefined;
    const within = live
      ? { from: Math.max(this.#backlog + 1, this.#first), to: this.#last }
      : { from: this.#first, to: this.#backlog };
    const range = this.#settled().gap(within, this.#size);
    if (range === undefined) return undefined;
    this.#batches.push({ ...range, live, due: now + this.#patience() });
    this.#sent = Math.max(this.#sent, range.to);
    return range;
  }

  /** What need not be sent now: it is stored, or on its way. */
  #settled(): Ranges {
    const taken = new Ranges();
    for (const range of [...this.#stored.list, ...this.#batches]) taken.add(range);
    return taken;
  }

  /** Batches that got lost may have been too big for the line. */
  #forgetLate(now: number): void {
    const late = this.#batches.filter(({ due }) => due <= now);
    if (late.length === 0) return;
    this.#failures += 1;
    this.#size = Math.max(Math.ceil(this.#size / 2), Math.min(GROWTH, this.#options.batch));
    this.#batches = this.#batches.filter(({ due }) => due > now);
  }

  #patience(): number {
    const { patience, longest } = this.#options;
    return Math.min(patience * 2 ** this.#failures, longest);
  }
}
