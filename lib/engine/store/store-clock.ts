import { performance } from 'node:perf_hooks';
import type { ClockState } from '../../model/record.ts';

/** The engine's clock at one instant, as it travels into the writer's thread. */
export interface ClockStamp {
  now: number;
  monotonic: number;
}

/**
 * The engine's clock inside the writer's thread: the last stamp that arrived, and what has passed since.
 * It dates the events that the store writes about itself.
 */
export class StoreClock {
  /** What the engine said of the clock in its newest record. */
  state: ClockState = 'untrusted';
  #stamp: ClockStamp;
  #taken = performance.now();

  constructor(stamp: ClockStamp) {
    this.#stamp = stamp;
  }

  set(stamp: ClockStamp): void {
    this.#stamp = stamp;
    this.#taken = performance.now();
  }

  /** Milliseconds since 1970 UTC. */
  now(): number {
    return this.#stamp.now + Math.trunc(this.#elapsed());
  }

  /** Monotonic milliseconds. */
  monotonic(): number {
    return this.#stamp.monotonic + this.#elapsed();
  }

  #elapsed(): number {
    return performance.now() - this.#taken;
  }
}
