/** Figures are made of so many of the newest durations. */
const KEPT = 256;

/** How long something took, in milliseconds. */
export interface Times {
  /** Since the engine was started. */
  count: number;
  /** Median and 99th percentile of the newest 256; 0 while there are none. */
  p50: number;
  p99: number;
}

/** Collects how long something takes. */
export class Durations {
  readonly #newest: number[] = [];
  #count = 0;

  add(duration: number): void {
    this.#newest[this.#count % KEPT] = duration;
    this.#count += 1;
  }

  get times(): Times {
    const sorted = this.#newest.toSorted((a, b) => a - b);
    const at = (share: number): number => {
      const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return Math.round(value * 10) / 10;
    };
    return { count: this.#count, p50: at(0.5), p99: at(0.99) };
  }
}
