import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ZoneTree } from '../../policy/presence/tree.ts';
import type { MusterEntry, MusterQuery, Position, PositionQuery, ZoneState } from '../engine.ts';
import type { Affiliation } from '../store/presence/history.ts';
import type { Past } from './past.ts';
import type { Positions } from './positions.ts';

interface Parts {
  policy: Policy;
  positions: Positions;
  past: Past;
}

const DAY = 86_400_000;

/** Answers questions about where people are: now from memory, of the past from the store. */
export class PresenceReports {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Rejects with INPUT_INVALID unless either a person or a tag is given. */
  async position({ person, tag, at }: PositionQuery, now: number): Promise<Position> {
    if ((person === undefined) === (tag === undefined)) {
      throw new AccessError('INPUT_INVALID', 'query: give a person or a tag');
    }
    if (person !== undefined && at === undefined) return this.#now(person);
    const found = await this.#parts.past.ask('position', {
      at: at ?? now,
      ...optional('person', person),
      ...optional('tag', tag),
    });
    if (found === undefined) return { state: 'unknown', ...optional('person', person) };
    const { zone, ...rest } = found;
    return { state: zone === undefined ? 'outside' : 'inside', ...optional('zone', zone), ...rest };
  }

  /** Every zone that is described or that somebody is in, with how many people are in it or below it. */
  zones(): ZoneState[] {
    const { policy, positions } = this.#parts;
    positions.setTree(policy.zones);
    const described = [...policy.zones.zones];
    const ids = new Set(described.map(({ id }) => id));
    for (const { zone } of positions.known()) if (zone !== undefined) ids.add(zone);
    return [...ids].sort().map((id) => {
      const zone = policy.zones.zone(id);
      return {
        id,
        name: zone?.name ?? id,
        people: positions.count(id),
        ...optional('parent', zone?.parent),
        ...optional('limit', zone?.occupancy?.limit),
      };
    });
  }

  /** Who has to be accounted for: everybody inside, those whose position was forgotten included. */
  async muster({ zone, firm, at }: MusterQuery, now: number): Promise<MusterEntry[]> {
    const people = at === undefined ? this.#inside(zone) : await this.#insideThen(zone, at);
    const date = this.#dateOf(at ?? now);
    const affiliations = await this.#parts.past.ask('affiliations', { date });
    const firms = byPerson(affiliations);
    const entries = people.map((entry) => ({
      ...entry,
      firms: (firms.get(entry.person) ?? []).map(({ firm: id, name }) => ({ id, name })),
    }));
    return entries
      .filter(({ firms: theirs }) => firm === undefined || theirs.some(({ id }) => id === firm))
      .sort(
        (a, b) => compare(a.zone, b.zone) || compare(a.name, b.name) || compare(a.person, b.person),
      );
  }

  #now(person: string): Position {
    const found = this.#parts.positions.find(person);
    if (found === undefined) return { state: 'unknown', person };
    const { zone, at, passage, tag, forgotten } = found;
    return {
      state: zone === undefined ? 'outside' : 'inside',
      person,
      at,
      passage,
      ...optional('zone', zone),
      ...optional('tag', tag),
      ...(forgotten ? { uncertain: true } : {}),
    };
  }

  #inside(within: string | undefined): Omit<MusterEntry, 'firms'>[] {
    const { policy, positions } = this.#parts;
    const people: Omit<MusterEntry, 'firms'>[] = [];
    for (const { person, zone, at, tag, forgotten } of positions.known()) {
      if (zone === undefined) continue;
      if (within !== undefined && !policy.zones.isWithin(zone, within)) continue;
      const name = policy.nameOf(person) ?? person;
      people.push({ person, name, zone, since: at, uncertain: forgotten, ...optional('tag', tag) });
    }
    return people;
  }

  async #insideThen(within: string | undefined, at: number): Promise<Omit<MusterEntry, 'firms'>[]> {
    const { policy, past } = this.#parts;
    const all = await past.ask('inside', { at });
    const innermost = new Map<string, (typeof all)[number]>();
    for (const entry of all) {
      const other = innermost.get(entry.person);
      if (other === undefined || isDeeper(policy.zones, entry.zone, other.zone)) {
        innermost.set(entry.person, entry);
      }
    }
    return [...innermost.values()]
      .filter(({ zone }) => within === undefined || policy.zones.isWithin(zone, within))
      .map((entry) => ({
        ...entry,
        name: policy.nameOf(entry.person) ?? entry.person,
        uncertain: false,
      }));
  }

  /** The date at the site, for the firms of that day. */
  #dateOf(instant: number): string {
    const local = instant + this.#parts.policy.timeZone.segmentAt(instant).offset;
    return new Date(Math.floor(local / DAY) * DAY).toISOString().slice(0, 10);
  }
}

function isDeeper(tree: ZoneTree, zone: string, than: string): boolean {
  return tree.chain(zone).length > tree.chain(than).length;
}

function byPerson(affiliations: readonly Affiliation[]): Map<string, Affiliation[]> {
  const found = new Map<string, Affiliation[]>();
  for (const affiliation of affiliations) {
    const list = found.get(affiliation.person);
    if (list === undefined) found.set(affiliation.person, [affiliation]);
    else list.push(affiliation);
  }
  return found;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
