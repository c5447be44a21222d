import type { Direction } from '../../model/access-point.ts';
import type { Timers } from '../timers.ts';
import { SimulatedLock } from './lock.ts';

/** What the sensors of a simulated door or turnstile say, under the names that the turnstile node knows. */
export type SensorSignal = (sensor: 'contact' | 'passA' | 'passB', value: boolean) => void;

/** A door with a lock and a contact, and people who push it. */
export class SimulatedDoor {
  readonly lock: SimulatedLock;
  readonly #timers: Timers;
  readonly #signal: SensorSignal;
  #isOpen = false;
  #cancel: (() => void) | undefined;

  constructor(timers: Timers, signal: SensorSignal) {
    this.lock = new SimulatedLock(timers);
    this.#timers = timers;
    this.#signal = signal;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Tells where the contact stands, as a board does after its start. */
  report(): void {
    this.#signal('contact', this.#isOpen);
  }

  /** Somebody walks through, and the door falls shut after `time` milliseconds. Returns false if it is locked. */
  walk(time: number): boolean {
    if (!this.lock.isOpen && !this.#isOpen) return false;
    this.force();
    this.#cancel = this.#timers.after(time, () => {
      this.close();
    });
    return true;
  }

  /** The door is open, whatever the lock says. */
  force(): void {
    this.#move(true);
  }

  close(): void {
    this.#move(false);
  }

  #move(isOpen: boolean): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.#signal('contact', isOpen);
  }
}

/** How long the signal of a passage lasts, in milliseconds. */
const PASS_TIME = 200;

/** A turnstile with two ways; PASS A is the way in. */
export class SimulatedTurnstile {
  readonly locks: Readonly<Record<Direction, SimulatedLock>>;
  readonly #timers: Timers;
  readonly #signal: SensorSignal;

  constructor(timers: Timers, signal: SensorSignal) {
    this.locks = { in: new SimulatedLock(timers), out: new SimulatedLock(timers) };
    this.#timers = timers;
    this.#signal = signal;
  }

  /** Somebody walks through. Returns false if that way is locked. */
  walk(direction: Direction): boolean {
    if (!this.locks[direction].isOpen) return false;
    this.force(direction);
    return true;
  }

  /** Somebody gets through, whatever the lock says. */
  force(direction: Direction): void {
    const sensor = direction === 'in' ? 'passA' : 'passB';
    this.#signal(sensor, true);
    this.#timers.after(PASS_TIME, () => {
      this.#signal(sensor, false);
    });
  }
}
