import type { Clock } from '../../model/clock.ts';

/**
 * How long somebody may be on the way through a door that has been told to open, in milliseconds. Until then, or
 * until the record of the passage says more, the same person gets no second grant into a guarded zone.
 */
const UNDER_WAY = 30_000;

interface Reservation {
  readonly attempt: string;
  readonly persons: readonly string[];
  readonly entered: readonly string[];
  /** Known once the grant is committed. */
  decision: string | undefined;
  /** Monotonic. */
  until: number;
}

/**
 * Ways that are being taken: from the grant until its passage is recorded, taken or not. A grant that drives no
 * output ends with its life. Without this, one card could open two doors before it has gone through the first.
 */
export class Reservations {
  readonly #clock: Clock;
  readonly #held = new Set<Reservation>();

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
    const until = this.#clock.monotonic() + life;
    this.#sweep();
    this.#held.add({ attempt, persons, entered, decision: undefined, until });
  }

  /** From now on the way is known by its decision. Nobody vouches for the id of an attempt: it may come twice. */
  bind(attempt: string, decision: string): void {
    const held = this.#unbound(attempt);
    if (held !== undefined) held.decision = decision;
  }

  /** The grant did not come into force. */
  cancel(attempt: string): void {
    const held = this.#unbound(attempt);
    if (held !== undefined) this.#held.delete(held);
  }

  /** The decision drives an output: somebody may be on the way. */
  driven(decision: string): void {
    const held = this.#bound(decision);
    if (held !== undefined) held.until = this.#clock.monotonic() + UNDER_WAY;
  }

  /** The passage is recorded. */
  end(decision: string): void {
    const held = this.#bound(decision);
    if (held !== undefined) this.#held.delete(held);
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
    return [...this.#held].filter(({ entered, until }) => until > now && entered.includes(zone));
  }

  #unbound(attempt: string): Reservation | undefined {
    return [...this.#held].find((held) => held.attempt === attempt && held.decision === undefined);
  }

  #bound(decision: string): Reservation | undefined {
    return [...this.#held].find((held) => held.decision === decision);
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const held of this.#held) if (held.until <= now) this.#held.delete(held);
  }
}
