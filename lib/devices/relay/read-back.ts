import type { Clock } from '../../model/clock.ts';
import type { Timers } from '../timers.ts';
import type { RelayDriver } from './driver.ts';
import { MismatchWatch } from './mismatch-watch.ts';

/** `silent`: the board gave no answer; `skipped`: interrupted, or the board can't tell at all. */
export type Observed = 'confirmed' | 'wrong' | 'silent' | 'skipped';

/** Milliseconds between two readings while the output is not what it should be. */
export const RECHECK = 100;

/** Reads an output back and remembers whether it obeys. One call at a time. */
export class ReadBack {
  readonly #driver: RelayDriver;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #watch: MismatchWatch;
  #interrupt: (() => void) | undefined;
  #halted = false;

  constructor(driver: RelayDriver, clock: Clock, timers: Timers, limit: number) {
    this.#driver = driver;
    this.#clock = clock;
    this.#timers = timers;
    this.#watch = new MismatchWatch(limit);
  }

  /** The output has not obeyed for too long, and has not been seen to obey since. */
  get faulty(): boolean {
    return this.#watch.faulty;
  }

  /** The last reading was wrong, and it is not known yet whether that lasts. */
  get doubtful(): boolean {
    return this.#watch.doubtful;
  }

  /** Reads until the output is as expected, or has not been for the whole time limit. */
  async verify(expected: boolean): Promise<Observed> {
    for (let contrary = false; ; contrary = true) {
      const seen = await this.#read(expected);
      if (seen === 'skipped') return contrary ? 'wrong' : 'skipped';
      if (seen !== 'wrong') return seen === 'alarm' ? 'wrong' : seen;
      if (!(await this.#pause())) return 'wrong';
    }
  }

  /** Reads once. */
  async look(expected: boolean): Promise<Observed> {
    const seen = await this.#read(expected);
    return seen === 'alarm' ? 'wrong' : seen;
  }

  /** Ends the call in work at once; without one it does nothing. */
  interrupt(): void {
    this.#interrupt?.();
    this.#interrupt = undefined;
  }

  /** Interrupts, and reads no more. */
  halt(): void {
    this.#halted = true;
    this.interrupt();
  }

  async #read(expected: boolean): Promise<Observed | 'alarm'> {
    if (!this.#driver.readable || this.#halted) return 'skipped';
    const actual = await new Promise<boolean | 'silent' | 'skipped'>((resolve) => {
      this.#interrupt = () => {
        resolve('skipped');
      };
      this.#driver.read().then(resolve, () => {
        resolve('silent');
      });
    });
    if (typeof actual === 'string') return actual;
    const reading = this.#watch.observe(expected, actual, this.#clock.monotonic());
    return reading === 'good' ? 'confirmed' : reading;
  }

  /** Resolves to false if it was interrupted. */
  #pause(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(RECHECK, () => {
        resolve(true);
      });
      this.#interrupt = () => {
        cancel();
        resolve(false);
      };
    });
  }
}
