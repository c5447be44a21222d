/** `wrong`: not what was commanded, but not for long enough yet. `alarm`: for the time limit or longer. */
export type Reading = 'good' | 'wrong' | 'alarm';

/**
 * Compares what an output should be with what it is. A difference that lasts is a fault; the fault stays until
 * the output is seen to obey in the same position: a coil that did not go on is not repaired by being off.
 */
export class MismatchWatch {
  readonly #limit: number;
  #since: number | undefined;
  #expected: boolean | undefined;
  #faultIn: boolean | undefined;

  /** `limit`: milliseconds for which a difference is tolerated. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get faulty(): boolean {
    return this.#faultIn !== undefined;
  }

  /** The last reading was wrong, and it is not known yet whether that lasts. */
  get doubtful(): boolean {
    return this.#since !== undefined && !this.faulty;
  }

  /** `now` is monotonic, in milliseconds. */
  observe(expected: boolean, actual: boolean, now: number): Reading {
    if (expected === actual) {
      this.#since = undefined;
      if (this.#faultIn === expected) this.#faultIn = undefined;
      return 'good';
    }
    if (this.#since === undefined || this.#expected !== expected) this.#since = now;
    this.#expected = expected;
    if (now - this.#since < this.#limit) return 'wrong';
    this.#faultIn = expected;
    return 'alarm';
  }
}
