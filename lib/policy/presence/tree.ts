import type { Zone } from '../../model/zone.ts';

/** Where somebody is: the id of a zone, or undefined for outside of all of them. */
export type Place = string | undefined;

/** A place as far as it is known: null is nowhere in particular, which counts as anywhere. */
export type KnownPlace = Place | null;

const OUTSIDE: readonly string[] = [];

/** The zones of a site and what lies in what. A zone that nobody has described has no parent and no rules. */
export class ZoneTree {
  readonly #zones: ReadonlyMap<string, Zone>;
  readonly #chains = new Map<string, readonly string[]>();

  constructor(zones: Iterable<Zone> = []) {
    this.#zones = new Map([...zones].map((zone) => [zone.id, zone]));
  }

  get zones(): Iterable<Zone> {
    return this.#zones.values();
  }

  zone(id: string): Zone | undefined {
    return this.#zones.get(id);
  }

  /** The zone and all that it lies in, from the inside out; nothing for outside. */
  chain(place: Place): readonly string[] {
    if (place === undefined) return OUTSIDE;
    let chain = this.#chains.get(place);
    if (chain === undefined) {
      chain = this.#climb(place);
      this.#chains.set(place, chain);
    }
    return chain;
  }

  /** Whether a place is a zone or lies in it; only outside is in outside. */
  isWithin(place: Place, zone: Place): boolean {
    return zone === undefined ? place === undefined : this.chain(place).includes(zone);
  }

  /** Zones that are parents of each other end where they would begin again. */
  #climb(place: string): string[] {
    const chain: string[] = [];
    let next: Place = place;
    while (next !== undefined && !chain.includes(next)) {
      chain.push(next);
      next = this.#zones.get(next)?.parent;
    }
    return chain;
  }
}
