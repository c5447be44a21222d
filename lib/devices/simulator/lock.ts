import type { Timers } from '../timers.ts';

/** A lock behind an ideal relay: open for a pulse, or until it is switched off. */
export class SimulatedLock {
  readonly #timers: Timers;
  #cancel: (() => void) | undefined;
  #isOpen = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  on(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isOpen = true;
  }

  /** Opens for `duration` milliseconds; a further pulse moves the end. */
  pulse(duration: number): void {
    this.on();
    this.#cancel = this.#timers.after(duration, () => {
      this.off();
    });
  }

  off(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isOpen = false;
  }
}
