import { CREDENTIAL_TYPES, type CredentialType } from '../model/credential.ts';
import { periodEnd, periodStart } from './local-time.ts';
import type { CredentialIndex, PolicyCredential } from './policy.ts';
import { Records } from './records.ts';
import { Slots } from './slots.ts';
import { typeNumber } from './type-set.ts';

const NONE = -1;

const ACTIVE = 1;
const DURESS = 2;
const TOKEN = 4;

const FROM = 0;
const UNTIL = 1;
/** One more than the number of the holder, so that a record that was never written belongs to nobody. */
const HOLDER = 2;
const FLAGS = 3;
const TYPE = 4;
const NEXT = 5;
const WIDTH = 6;

/** A credential ready to be stored: everything that could go wrong has been done. */
export interface CredentialEntry {
  readonly id: string;
  readonly type: number;
  readonly lookup: string;
  readonly flags: number;
  /** Local milliseconds; the end is exclusive. */
  readonly from: number;
  readonly until: number;
}

/** A validity that names a time that does not exist has not begun and is over. */
export function credentialEntry(credential: PolicyCredential): CredentialEntry {
  const from = periodStart(credential.validFrom);
  const until = periodEnd(credential.validTo);
  return {
    id: credential.id,
    type: typeNumber(credential.type),
    lookup: credential.lookup,
    flags:
      (credential.status === 'active' ? ACTIVE : 0) |
      (credential.duress ? DURESS : 0) |
      (credential.token ? TOKEN : 0),
    from: Number.isNaN(from) ? Infinity : from,
    until: Number.isNaN(until) ? -Infinity : until,
  };
}

/**
 * All credentials, found by the keyed digest of type and value. The credentials of a person form a chain.
 * An index that is not in use belongs to nobody.
 */
export class Credentials {
  readonly #slots = new Slots();
  readonly #byLookup = CREDENTIAL_TYPES.map(() => new Map<string, number>());
  readonly #ids: string[] = [];
  readonly #lookups: string[] = [];
  readonly #records = new Records(WIDTH);
  readonly #firstOfPerson: number[] = [];

  get count(): number {
    return this.#slots.count;
  }

  find(type: CredentialType, lookup: string): CredentialIndex {
    return this.#byLookup[typeNumber(type)]?.get(lookup) ?? NONE;
  }

  /** Stores a credential of the person with number `person`, in place of what its id stood for. */
  put(entry: CredentialEntry, person: number): void {
    this.delete(entry.id);
    const slot = this.#slots.take(entry.id);
    this.#ids[slot] = entry.id;
    this.#lookups[slot] = entry.lookup;
    this.#records.set(slot, FROM, entry.from);
    this.#records.set(slot, UNTIL, entry.until);
    this.#records.set(slot, HOLDER, person + 1);
    this.#records.set(slot, FLAGS, entry.flags);
    this.#records.set(slot, TYPE, entry.type);
    this.#records.set(slot, NEXT, this.first(person));
    this.#firstOfPerson[person] = slot;
    this.#byLookup[entry.type]?.set(entry.lookup, slot);
  }

  delete(id: string): void {
    const slot = this.#slots.of(id);
    if (slot < 0) return;
    const byLookup = this.#byLookup[this.#records.get(slot, TYPE)];
    const lookup = this.#lookups[slot] ?? '';
    if (byLookup?.get(lookup) === slot) byLookup.delete(lookup);
    this.#unchain(slot);
    this.#slots.release(id);
    this.#ids[slot] = '';
    this.#lookups[slot] = '';
    this.#records.set(slot, HOLDER, 0);
    this.#records.set(slot, FLAGS, 0);
  }

  deleteOf(person: number): void {
    for (let slot = this.first(person); slot >= 0; slot = this.first(person)) {
      this.delete(this.id(slot));
    }
  }

  /** The first credential of a person, then `next` of each; -1 after the last. */
  first(person: number): CredentialIndex {
    return this.#firstOfPerson[person] ?? NONE;
  }

  next(index: CredentialIndex): CredentialIndex {
    return this.#records.get(index, NEXT);
  }

  id(index: CredentialIndex): string {
    return this.#ids[index] ?? '';
  }

  /** The number of the holder; -1 for an index that is not in use. */
  person(index: CredentialIndex): number {
    return index >= 0 ? this.#records.get(index, HOLDER) - 1 : NONE;
  }

  type(index: CredentialIndex): CredentialType | undefined {
    return CREDENTIAL_TYPES[this.#records.get(index, TYPE)];
  }

  active(index: CredentialIndex): boolean {
    return (this.#records.get(index, FLAGS) & ACTIVE) !== 0;
  }

  duress(index: CredentialIndex): boolean {
    return (this.#records.get(index, FLAGS) & DURESS) !== 0;
  }

  token(index: CredentialIndex): boolean {
    return (this.#records.get(index, FLAGS) & TOKEN) !== 0;
  }

  from(index: CredentialIndex): number {
    return this.#records.get(index, FROM);
  }

  until(index: CredentialIndex): number {
    return this.#records.get(index, UNTIL);
  }

  #unchain(slot: number): void {
    const person = this.person(slot);
    const next = this.next(slot);
    let before = this.first(person);
    if (before === slot) {
      this.#firstOfPerson[person] = next;
      return;
    }
    while (this.next(before) !== slot) before = this.next(before);
    this.#records.set(before, NEXT, next);
  }
}
