import { CREDENTIAL_TYPES, type CredentialType } from '../model/credential.ts';
import { readPeriod, type Period } from './local-time.ts';
import { Lookups } from './lookups.ts';
import type { CredentialIndex, PolicyCredential } from './policy.ts';
import { Pairs, Periods } from './records.ts';
import { Slots } from './slots.ts';
import { typeNumber } from './type-set.ts';

const NONE = -1;

const ACTIVE = 1;
const DURESS = 2;
const TOKEN = 4;
/** There is a start or an end. */
const LIMITED = 8;
/** The number of the type stands above the flags. */
const TYPE_SHIFT = 4;

/** A credential ready to be stored: everything that could go wrong has been done. */
export interface CredentialEntry {
  readonly id: string;
  readonly lookup: string;
  /** Flags and type in one number. */
  readonly kind: number;
  readonly period: Period;
  readonly host: string | undefined;
  readonly oneOffPass: string | undefined;
}

export function credentialEntry(credential: PolicyCredential): CredentialEntry {
  const period = readPeriod(credential.validFrom, credential.validTo);
  return {
    id: credential.id,
    lookup: credential.lookup,
    kind:
      (credential.status === 'active' ? ACTIVE : 0) |
      (credential.duress ? DURESS : 0) |
      (credential.token ? TOKEN : 0) |
      (period.limited ? LIMITED : 0) |
      (typeNumber(credential.type) << TYPE_SHIFT),
    period,
    host: credential.host,
    oneOffPass: credential.oneOffPass,
  };
}

/**
 * All credentials, found by the keyed digest of type and value. The credentials of a person form a chain.
 * An index that is not in use belongs to nobody.
 */
export class Credentials {
  readonly periods = new Periods();
  readonly #slots = new Slots();
  readonly #lookups = new Lookups();
  readonly #ids: string[] = [];
  /** Kind, and one more than the number of the holder: what was never written belongs to nobody. */
  readonly #records = new Pairs();
  readonly #next: number[] = [];
  readonly #firstOfPerson: number[] = [];
  /** Only guests have one. */
  readonly #hosts = new Map<number, string>();
  readonly #oneOffPasses = new Map<number, string>();

  get count(): number {
    return this.#slots.count;
  }

  /**
   * The credential with a digest; -1 if there is none. Two people may have the same PIN: then it leads to the
   * one that is active, and to none if that is not clear either.
   */
  find(type: CredentialType, lookup: string): CredentialIndex {
    if (type !== 'pin') return this.#lookups.find(typeNumber(type), lookup);
    const all = this.#lookups.findAll(typeNumber(type), lookup);
    if (all.length <= 1) return all[0] ?? NONE;
    const active = all.filter((index) => this.active(index));
    if (active.length > 0) return active.length === 1 ? (active[0] ?? NONE) : NONE;
    return all.reduce((first, index) => (this.id(index) < this.id(first) ? index : first));
  }

  /** Stores a credential of the person with number `person`, in place of what its id stood for. */
  put({ id, lookup, kind, period, host, oneOffPass }: CredentialEntry, person: number): void {
    const known = this.#slots.of(id);
    const slot = known < 0 ? this.#slots.add(id) : known;
    if (known >= 0) this.#forget(slot);
    this.#ids[slot] = id;
    this.#records.set(slot, kind, person + 1);
    this.periods.set(slot, period.from, period.until);
    this.#next[slot] = this.first(person);
    this.#firstOfPerson[person] = slot;
    this.#lookups.add(slot, kind >> TYPE_SHIFT, lookup);
    if (host !== undefined) this.#hosts.set(slot, host);
    if (oneOffPass !== undefined) this.#oneOffPasses.set(slot, oneOffPass);
  }

  delete(id: string): void {
    const slot = this.#slots.of(id);
    if (slot < 0) return;
    this.#forget(slot);
    this.#slots.release(id);
    this.#ids[slot] = '';
    this.#records.set(slot, 0, 0);
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
    return this.#next[index] ?? NONE;
  }

  id(index: CredentialIndex): string {
    return this.#ids[index] ?? '';
  }

  /** The number of the holder; -1 for an index that is not in use. */
  person(index: CredentialIndex): number {
    return index >= 0 ? this.#records.second(index) - 1 : NONE;
  }

  type(index: CredentialIndex): CredentialType | undefined {
    return CREDENTIAL_TYPES[this.#records.first(index) >> TYPE_SHIFT];
  }

  active(index: CredentialIndex): boolean {
    return (this.#records.first(index) & ACTIVE) !== 0;
  }

  duress(index: CredentialIndex): boolean {
    return (this.#records.first(index) & DURESS) !== 0;
  }

  token(index: CredentialIndex): boolean {
    return (this.#records.first(index) & TOKEN) !== 0;
  }

  /** Whom the holder visits. */
  host(index: CredentialIndex): string | undefined {
    return this.#hosts.get(index);
  }

  /** The active pass of a credential, if it is a one-off one. */
  oneOffPass(id: string): string | undefined {
    return this.#oneOffPasses.get(this.#slots.of(id));
  }

  /** Whether the validity has a start or an end. */
  limited(index: CredentialIndex): boolean {
    return (this.#records.first(index) & LIMITED) !== 0;
  }

  /** Ends what leads to a credential and from it: its digest, its holder and its host. */
  #forget(slot: number): void {
    this.#lookups.delete(slot);
    this.#hosts.delete(slot);
    this.#oneOffPasses.delete(slot);
    const person = this.person(slot);
    const next = this.next(slot);
    let before = this.first(person);
    if (before === slot) {
      this.#firstOfPerson[person] = next;
      return;
    }
    while (this.next(before) !== slot) before = this.next(before);
    this.#next[before] = next;
  }
}
