/** Growing waits between attempts: doubled each time up to a limit, spread by ±50 % so that many do not try at once. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  readonly #random: () => number;
  #attempt = 0;

  /** Both limits in milliseconds. `random` gives 0 to 1. */
  constructor(first: number, most: number, random: () => number = Math.random) {
    this.#first = first;
    this.#most = most;
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const wait = Math.min(this.#most, this.#first * 2 ** this.#attempt);
    this.#attempt += 1;
    return wait * (0.5 + this.#random());
  }

  /** The last attempt succeeded. */
  reset(): void {
    this.#attempt = 0;
  }
}
