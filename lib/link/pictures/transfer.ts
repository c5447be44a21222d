export interface TransferOptions {
  /** Bytes in one part. */
  part: number;
  /** Parts on their way at once: what a message that is more urgent may have to wait for. */
  window: number;
  /** After how many milliseconds without an answer the file is offered again; doubled each time. */
  patience: number;
  /** Longest wait for an answer, and the wait after a refusal, in milliseconds. */
  longest: number;
}

export const TRANSFER_OPTIONS: TransferOptions = {
  part: 32 * 1024,
  window: 2,
  patience: 5000,
  longest: 60_000,
};

/** What to send now: the offer, or the bytes from `offset` to before `end`. */
export type Step = { kind: 'offer' } | { kind: 'part'; offset: number; end: number };

/**
 * One file on its way: when to offer it, and which of its parts to send when. Each offer is answered with the place from
 * where the server wants it, so that nothing has to be remembered over a cut or a restart. Pure: time comes with the
 * calls, in monotonic milliseconds.
 */
export class Transfer {
  readonly #size: number;
  readonly #options: TransferOptions;
  #isWanted = false;
  /** The server has everything before. */
  #acknowledged = 0;
  /** Everything before was sent. */
  #sent = 0;
  #due = -Infinity;
  #patience: number;

  constructor(size: number, options: TransferOptions) {
    this.#size = size;
    this.#options = options;
    this.#patience = options.patience;
  }

  /** When it has to be offered again if nothing comes before. */
  get due(): number {
    return this.#due;
  }

  /** The way is gone, and what was on it. */
  cut(): void {
    this.#isWanted = false;
    this.#due = -Infinity;
    this.#patience = this.#options.patience;
  }

  /** What to send now; undefined while there is something to wait for. */
  next(now: number): Step | undefined {
    if (now >= this.#due) return this.#offer(now);
    const { part, window } = this.#options;
    const room = this.#acknowledged + part * window - this.#sent;
    if (!this.#isWanted || room <= 0 || this.#sent >= this.#size) return undefined;
    const offset = this.#sent;
    this.#sent = Math.min(offset + part, this.#size);
    return { kind: 'part', offset, end: this.#sent };
  }

  /** The server wants what follows `offset`. False if it cannot have said so. */
  wanted(offset: number, now: number): boolean {
    if (offset > this.#size) return false;
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.#sent = offset;
    } else if (offset <= this.#acknowledged || offset > this.#sent) {
      return true; // Late or repeated: if it is the truth, nothing more comes, and the next offer tells.
    }
    this.#acknowledged = offset;
    this.#patience = this.#options.patience;
    this.#due = now + this.#patience;
    return true;
  }

  /** The server does not take it: it is offered again after the longest wait. */
  refused(now: number): void {
    this.#isWanted = false;
    this.#due = now + this.#options.longest;
  }

  #offer(now: number): Step {
    this.#isWanted = false;
    this.#due = now + this.#patience;
    this.#patience = Math.min(this.#patience * 2, this.#options.longest);
    return { kind: 'offer' };
  }
}
