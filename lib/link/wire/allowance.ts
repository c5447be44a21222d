import type { Clock } from '../../model/clock.ts';

/** A budget that refills with time: `rate` a second, and at most two seconds' worth of it at once. */
export class Allowance {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #rate: number;
  #left: number;
  #at: number;

  constructor(rate: number, clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#rate = rate;
    this.#left = 2 * rate;
    this.#at = clock.monotonic();
  }

  /** Takes one from the budget; false if nothing is left. */
  take(): boolean {
    const now = this.#clock.monotonic();
    const refilled = this.#left + ((now - this.#at) / 1000) * this.#rate;
    this.#left = Math.min(2 * this.#rate, refilled);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
