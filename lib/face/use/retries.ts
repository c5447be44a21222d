/** How many failures in a row are borne. Times in milliseconds. */
export interface RetryLimits {
  /** From so many failures on, tries are `delay` apart. */
  rest: number;
  delay: number;
  /** After so many failures there are no more tries until somebody resets them. */
  stop: number;
  /** Failures so close together are one try: a camera sends several pictures of it. */
  burst: number;
}

/** With attack detection, as NIST SP 800-63B asks for (T-07). */
export const WITH_LIVENESS: RetryLimits = { rest: 10, delay: 30_000, stop: 100, burst: 2000 };
/** Without it. */
export const WITHOUT_LIVENESS: RetryLimits = { rest: 5, delay: 30_000, stop: 50, burst: 2000 };

/** People who are remembered; whoever failed longest ago goes first. */
const MOST_KEYS = 10_000;

interface Failures {
  count: number;
  /** Monotonic time of the last one. */
  at: number;
}

/** Counts failures in a row, by person or for the whole camera. */
export class Retries {
  readonly #limits: RetryLimits;
  readonly #now: () => number;
  readonly #failures = new Map<string, Failures>();

  constructor(limits: RetryLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** `resting`: the next try is allowed later; `stopped`: only after a reset. */
  state(key: string): 'open' | 'resting' | 'stopped' {
    const { count, at } = this.#failures.get(key) ?? { count: 0, at: 0 };
    const { stop, rest, delay, burst } = this.#limits;
    if (count >= stop) return 'stopped';
    const since = this.#now() - at;
    return count >= rest && since >= burst && since < delay ? 'resting' : 'open';
  }

  fail(key: string): void {
    const { count, at } = this.#failures.get(key) ?? { count: 0, at: -Infinity };
    const isSameTry = this.#now() - at < this.#limits.burst;
    this.#failures.delete(key);
    this.#failures.set(key, isSameTry ? { count, at } : { count: count + 1, at: this.#now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_KEYS && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeed(key: string): void {
    this.#failures.delete(key);
  }

  reset(): void {
    this.#failures.clear();
  }
}
