import { GroupSets } from './group-sets.ts';
import { readPeriod, type Period } from './local-time.ts';
import type { PolicyPerson } from './policy.ts';
import { Pairs, Periods } from './records.ts';
import { Slots } from './slots.ts';

const DISABLED = 1;
/** There is a start or an end. */
const LIMITED = 2;
/** Anti-passback is not applied. */
const EXEMPT = 4;

/** Who somebody is, as decisions tell it. */
export interface Identity {
  readonly id: string;
  readonly name: string;
}

/** A person ready to be stored: everything that could go wrong has been done. */
export interface PersonEntry {
  readonly identity: Identity;
  readonly disabled: boolean;
  readonly exempt: boolean;
  readonly period: Period;
  /** Numbers of the groups. */
  readonly groups: readonly number[];
}

export function personEntry(
  person: PolicyPerson,
  groupNumber: (id: string) => number,
): PersonEntry {
  return {
    identity: { id: person.id, name: person.name },
    disabled: person.disabled,
    exempt: person.antiPassbackExempt === true,
    period: readPeriod(person.validFrom, person.validTo),
    groups: person.groups.map((group) => groupNumber(group)),
  };
}

/** All persons, found by a number. */
export class People {
  readonly groups = new GroupSets();
  readonly periods = new Periods();
  readonly #slots = new Slots();
  readonly #identities: Identity[] = [];
  /** Flags and group set. */
  readonly #records = new Pairs();

  get count(): number {
    return this.#slots.count;
  }

  /** The number of a person; -1 if there is none of that id. */
  slotOf(id: string): number {
    return this.#slots.of(id);
  }

  put({ identity, disabled, exempt, period, groups }: PersonEntry): void {
    const known = this.#slots.of(identity.id);
    const slot = known < 0 ? this.#slots.add(identity.id) : known;
    const flags =
      (disabled ? DISABLED : 0) | (period.limited ? LIMITED : 0) | (exempt ? EXEMPT : 0);
    this.#identities[slot] = identity;
    this.#records.set(slot, flags, this.groups.add(groups));
    this.periods.set(slot, period.from, period.until);
  }

  delete(id: string): void {
    const slot = this.#slots.of(id);
    if (slot < 0) return;
    this.#slots.release(id);
    this.#identities[slot] = NOBODY;
    this.#records.set(slot, DISABLED, this.groups.add([]));
  }

  identity(slot: number): Identity {
    return this.#identities[slot] ?? NOBODY;
  }

  disabled(slot: number): boolean {
    return (this.#records.first(slot) & DISABLED) !== 0;
  }

  /** Whether anti-passback is not applied to the person. */
  exempt(slot: number): boolean {
    return (this.#records.first(slot) & EXEMPT) !== 0;
  }

  /** Whether the validity has a start or an end. */
  limited(slot: number): boolean {
    return (this.#records.first(slot) & LIMITED) !== 0;
  }

  /** The number of the set of groups that the person is in. */
  groupSet(slot: number): number {
    return this.#records.second(slot);
  }
}

const NOBODY: Identity = { id: '', name: '' };
