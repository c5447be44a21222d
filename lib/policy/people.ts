import { GroupSets } from './group-sets.ts';
import { periodEnd, periodStart } from './local-time.ts';
import type { PolicyPerson } from './policy.ts';
import { Records } from './records.ts';
import { Slots } from './slots.ts';

/** A person ready to be stored: everything that could go wrong has been done. */
export interface PersonEntry {
  readonly id: string;
  readonly name: string;
  readonly disabled: boolean;
  /** Local milliseconds; the end is exclusive. */
  readonly from: number;
  readonly until: number;
  /** Numbers of the groups, as `groupNumber` gives them. */
  readonly groups: readonly number[];
}

/** A validity that names a time that does not exist has not begun and is over. */
export function personEntry(
  person: PolicyPerson,
  groupNumber: (id: string) => number,
): PersonEntry {
  const from = periodStart(person.validFrom);
  const until = periodEnd(person.validTo);
  return {
    id: person.id,
    name: person.name,
    disabled: person.disabled,
    from: Number.isNaN(from) ? Infinity : from,
    until: Number.isNaN(until) ? -Infinity : until,
    groups: Array.from(person.groups, groupNumber),
  };
}

const FROM = 0;
const UNTIL = 1;
const DISABLED = 2;
const GROUPS = 3;
const WIDTH = 4;

/** All persons, found by a number. */
export class People {
  readonly groups = new GroupSets();
  readonly #slots = new Slots();
  readonly #ids: string[] = [];
  readonly #names: string[] = [];
  readonly #records = new Records(WIDTH);

  get count(): number {
    return this.#slots.count;
  }

  /** The number of a person; -1 if there is none of that id. */
  slotOf(id: string): number {
    return this.#slots.of(id);
  }

  put(entry: PersonEntry): void {
    const slot = this.#slots.take(entry.id);
    this.#ids[slot] = entry.id;
    this.#names[slot] = entry.name;
    this.#records.set(slot, FROM, entry.from);
    this.#records.set(slot, UNTIL, entry.until);
    this.#records.set(slot, DISABLED, entry.disabled ? 1 : 0);
    this.#records.set(slot, GROUPS, this.groups.add(entry.groups));
  }

  delete(id: string): void {
    const slot = this.#slots.of(id);
    if (slot < 0) return;
    this.#slots.release(id);
    this.#ids[slot] = '';
    this.#names[slot] = '';
    this.#records.set(slot, DISABLED, 1);
  }

  id(slot: number): string {
    return this.#ids[slot] ?? '';
  }

  name(slot: number): string {
    return this.#names[slot] ?? '';
  }

  from(slot: number): number {
    return this.#records.get(slot, FROM);
  }

  until(slot: number): number {
    return this.#records.get(slot, UNTIL);
  }

  disabled(slot: number): boolean {
    return this.#records.get(slot, DISABLED) !== 0;
  }

  /** The number of the set of groups that the person is in. */
  groupSet(slot: number): number {
    return this.#records.get(slot, GROUPS);
  }
}
