import type { Clock } from '../../model/clock.ts';

/**
 * How long somebody may be on the way through a door that has been told to open, in milliseconds. Until then, or
 * until the record of the passage says more, the same person gets no second grant into a guarded zone.
 */
const UNDER_WAY = 30_000;

interface Reservation {
  readonly persons: readonly string[];
  readonly entered: readonly string[];
  /** Monotonic. */
  until: number;
}

/**
 * Ways that are being taken: from the grant until its passage is recorded, taken or not. A grant that drives no
 * output ends with its life. Without this, one card could open two doors before it has gone through the first.
 */
export class Reservations {
  readonly #clock: Clock;
  /** By attempt. */
  readonly #held = new Map<string, Reservation>();
  /** Decision to attempt. */
  readonly #attempts = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `life` in milliseconds from now. */
  hold(
    attempt: string,
    persons: readonly string[],
    entered: readonly string[],
    life: number,
  ): void {
    this.#sweep();
    this.#held.set(attempt, { persons, entered, until: this.#clock.monotonic() + life });
  }

  /** From now on the way is known by its decision. */
  bind(attempt: string, decision: string): void {
    if (this.#held.has(attempt)) this.#attempts.set(decision, attempt);
  }

  /** The decision drives an output: somebody may be on the way. */
  driven(decision: string): void {
    const held = this.#held.get(this.#attempts.get(decision) ?? '');
    if (held !== undefined) held.until = this.#clock.monotonic() + UNDER_WAY;
  }

  /** The passage is recorded, or the grant was withdrawn. */
  end(decision: string | undefined): void {
    if (decision === undefined) return;
    this.cancel(this.#attempts.get(decision) ?? '');
    this.#attempts.delete(decision);
  }

  cancel(attempt: string): void {
    this.#held.delete(attempt);
  }

  isEntering(zone: string, person: string): boolean {
    return this.#entering(zone).some(({ persons }) => persons.includes(person));
  }

  /** The people on their way into a zone. */
  peopleEntering(zone: string): Set<string> {
    return new Set(this.#entering(zone).flatMap(({ persons }) => persons));
  }

  #entering(zone: string): Reservation[] {
    const now = this.#clock.monotonic();
    return [...this.#held.values()].filter(
      ({ entered, until }) => until > now && entered.includes(zone),
    );
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const [attempt, { until }] of this.#held) {
      if (until <= now) this.#held.delete(attempt);
    }
    for (const [decision, attempt] of this.#attempts) {
      if (!this.#held.has(attempt)) this.#attempts.delete(decision);
    }
  }
}
