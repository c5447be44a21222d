import type { Clock } from '../../model/clock.ts';
import { ZoneTree, type KnownPlace, type Place } from '../../policy/presence/tree.ts';
import type { Moved, StoredPosition } from '../store/presence/moves.ts';

interface Known {
  readonly stored: StoredPosition;
  /** Forgiven or reset: it counts neither against the person nor for the occupancy of a zone. */
  forgotten: boolean;
}

/** An entry by the wall clock and by the monotonic one. */
interface Entry {
  readonly at: number;
  readonly monotonic: number;
}

/** Where everybody is, in memory: a mirror of what the store has committed. */
export class Positions {
  readonly #clock: Clock;
  #tree = new ZoneTree();
  readonly #people = new Map<string, Known>();
  /** How many people count in a zone itself, not below it. */
  readonly #counts = new Map<string, number>();
  /** Zone, person and the monotonic instant of the last entry; only for zones that need it. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  /** When a zone has last forgotten everybody. */
  readonly #resets = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get tree(): ZoneTree {
    return this.#tree;
  }

  /** All that is known, forgotten or not. */
  *known(): Iterable<StoredPosition & { forgotten: boolean }> {
    for (const { stored, forgotten } of this.#people.values()) yield { ...stored, forgotten };
  }

  setTree(tree: ZoneTree): void {
    if (tree === this.#tree) return;
    this.#tree = tree;
    for (const known of this.#people.values()) this.#forgetIfReset(known);
  }

  load(positions: Iterable<StoredPosition>): void {
    for (const stored of positions) this.#put(stored);
  }

  /** Takes over what was committed; `now` is wall time in milliseconds. */
  apply({ person, position, entries }: Moved, now: number): void {
    if (position === undefined) this.#drop(person);
    else this.#put(position);
    for (const { zone, at } of entries) this.noteEntry(zone, person, at, now);
  }

  /** Remembers an entry for as long as a rule may ask for it. */
  noteEntry(zone: string, person: string, at: number, now: number): void {
    if (this.#tree.zone(zone)?.antiPassback?.minutes === undefined) return;
    const entries = this.#entries.get(zone) ?? new Map<string, Entry>();
    this.#entries.set(zone, entries);
    if ((entries.get(person)?.at ?? -Infinity) >= at) return;
    entries.set(person, { at, monotonic: this.#clock.monotonic() - Math.max(0, now - at) });
  }

  /** Where somebody is as far as rules may rely on it. */
  placeOf(person: string): KnownPlace {
    const known = this.#people.get(person);
    return known === undefined || known.forgotten ? null : known.stored.zone;
  }

  find(person: string): (StoredPosition & { forgotten: boolean }) | undefined {
    const known = this.#people.get(person);
    return known && { ...known.stored, forgotten: known.forgotten };
  }

  /** Milliseconds since somebody last entered a zone, by the monotonic clock. */
  enteredAgo(zone: string, person: string): number | undefined {
    const entry = this.#entries.get(zone)?.get(person);
    return entry && this.#clock.monotonic() - entry.monotonic;
  }

  /** How many people count in a zone and below it. */
  count(zone: string): number {
    let sum = 0;
    for (const [inner, people] of this.#counts) {
      if (this.#tree.isWithin(inner, zone)) sum += people;
    }
    return sum;
  }

  /** Forgets who has been in the zone or below it since before an instant. Returns how many that are. */
  reset(zone: string, at: number): number {
    if ((this.#resets.get(zone) ?? -Infinity) >= at) return 0;
    this.#resets.set(zone, at);
    let count = 0;
    for (const known of this.#people.values()) {
      if (!known.forgotten && this.#forgetIfReset(known)) count++;
    }
    return count;
  }

  #put(stored: StoredPosition): void {
    this.#drop(stored.person);
    const known: Known = { stored, forgotten: stored.forgiven };
    this.#people.set(stored.person, known);
    if (!known.forgotten) this.#add(stored.zone, 1);
    this.#forgetIfReset(known);
  }

  #drop(person: string): void {
    const known = this.#people.get(person);
    if (known === undefined) return;
    this.#people.delete(person);
    if (!known.forgotten) this.#add(known.stored.zone, -1);
  }

  #forgetIfReset(known: Known): boolean {
    if (known.forgotten) return false;
    const { zone, at } = known.stored;
    const isReset = this.#tree
      .chain(zone)
      .some((outer) => at < (this.#resets.get(outer) ?? -Infinity));
    if (!isReset) return false;
    known.forgotten = true;
    this.#add(zone, -1);
    return true;
  }

  #add(zone: Place, people: number): void {
    if (zone !== undefined) this.#counts.set(zone, (this.#counts.get(zone) ?? 0) + people);
  }
}
