import type { Timers } from '../../lib/devices/timers.ts';
import type { Clock } from '../../lib/model/clock.ts';

interface Timer {
  at: number;
  run: () => void;
}

/** A clock that stands still until it is told to go on. Wall time can jump without the timers noticing. */
export class FakeTime implements Clock, Timers {
  readonly #timers = new Set<Timer>();
  #monotonic = 0;
  #wallOffset = 1_700_000_000_000;

  now(): number {
    return this.#wallOffset + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  uptime(): number {
    return this.#monotonic;
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#monotonic + delay, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Number of timers that still run. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves the wall clock only. */
  jump(by: number): void {
    this.#wallOffset += by;
  }

  /** Lets time pass while nothing runs, as for a process that is stopped; the timers come late. */
  stall(by: number): void {
    this.#monotonic += by;
  }

  /** Lets time pass, and everything happen that it brings about. */
  async advance(by: number): Promise<void> {
    const end = this.#monotonic + by;
    await settle();
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      this.#timers.delete(next);
      this.#monotonic = Math.max(this.#monotonic, next.at);
      next.run();
      await settle();
    }
    this.#monotonic = end;
  }

  #nextUntil(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }
}

/** The timers of one user, counted. */
export class CountedTimers implements Timers {
  readonly #timers: Timers;
  #pending = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Number of timers that still run. */
  get pending(): number {
    return this.#pending;
  }

  after(delay: number, run: () => void): () => void {
    let running = true;
    this.#pending += 1;
    const end = (): void => {
      if (running) this.#pending -= 1;
      running = false;
    };
    const cancel = this.#timers.after(delay, () => {
      end();
      run();
    });
    return () => {
      end();
      cancel();
    };
  }
}

/** Lets all promises settle that can settle without time passing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
