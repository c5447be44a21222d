/** Events that were summed instead of being told one by one. Times are monotonic milliseconds. */
export interface FloodSummary {
  count: number;
  from: number;
  to: number;
}

/**
 * Keeps a flood of like events small without losing count (T-18): in each window of time the first `limit`
 * are told singly, the rest as one sum. A window begins with the first event after the last one ended.
 */
export class FloodCounter {
  readonly #limit: number;
  readonly #window: number;
  #start = -Infinity;
  #inWindow = 0;
  #summed: FloodSummary | undefined;

  constructor(limit: number, window: number) {
    this.#limit = limit;
    this.#window = window;
  }

  /** Notes an event: true if it is to be told singly, false if it was added to the sum. */
  note(now: number): boolean {
    if (now - this.#start >= this.#window) {
      this.#start = now;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    if (this.#inWindow <= this.#limit) return true;
    this.#summed = {
      count: (this.#summed?.count ?? 0) + 1,
      from: this.#summed?.from ?? now,
      to: now,
    };
    return false;
  }

  /** Hands out the sum once the window it belongs to is over, and begins a new one. */
  take(now: number): FloodSummary | undefined {
    if (now - this.#start < this.#window) return undefined;
    const summary = this.#summed;
    this.#summed = undefined;
    return summary;
  }
}
