import type { Clock } from '../../lib/model/clock.ts';

/** A clock that only a test moves: wall time and monotonic time apart. */
export class TestClock implements Clock {
  #wall: number;
  #monotonic = 1_000_000;

  constructor(wall: number = Date.UTC(2026, 5, 10, 9, 0, 0)) {
    this.#wall = wall;
  }

  now = (): number => this.#wall;
  monotonic = (): number => this.#monotonic;
  /** The machine has been on for a day, unless a test says otherwise. */
  uptime: () => number = () => 86_400_000;

  /** Time passes. Milliseconds. */
  advance(duration: number): void {
    this.#wall += duration;
    this.#monotonic += duration;
  }

  /** Somebody sets the wall clock. Milliseconds. */
  step(by: number): void {
    this.#wall += by;
  }
}
