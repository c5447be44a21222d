import type { AccessPoint, Direction } from '../../model/access-point.ts';
import type { Reason } from '../../model/reasons.ts';
import type { EventEntry } from '../../model/record.ts';
import { guardsEntry, violationsOf, type Violation } from '../../policy/presence/anti-passback.ts';
import { refusesMore } from '../../policy/presence/occupancy.ts';
import { wayBack, wayByPosition, wayThrough, type Way } from '../../policy/presence/way.ts';
import type { Policy, Verdict } from '../../policy/policy.ts';
import type { Site } from '../site.ts';
import type { Positions } from './positions.ts';
import type { Reservations } from './reservations.ts';
import type { Sharing } from './sharing.ts';

const NOTHING: readonly Reason[] = [];

interface Parts {
  policy: Policy;
  site: Site;
  positions: Positions;
  reservations: Reservations;
  sharing: Sharing;
}

/** What positions and occupancy have to say to an attempt. */
export class Admission {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What speaks against the way of this person through an access point; without a person, of a stranger. */
  obstacles(accessPoint: string | undefined, person: string | undefined): readonly Reason[] {
    const way = this.wayOf(accessPoint, person);
    if (way === undefined) return NOTHING;
    const reasons: Reason[] = [];
    if (this.#violations(way, person).some(({ refused }) => refused)) reasons.push('antiPassback');
    if (way.direction === 'in' && this.#isFull(way, person)) reasons.push('areaFull');
    return reasons;
  }

  /**
   * Takes note of a grant, in the same turn in which it was decided: holds the way for it, and returns what has to
   * be reported.
   */
  admit(attempt: string, accessPoint: string | undefined, verdict: Verdict): EventEntry[] {
    const persons = [verdict.person, verdict.secondPerson].flatMap((one) => one?.id ?? []);
    const way = this.wayOf(accessPoint, persons[0]);
    const point = this.#parts.site.accessPoint(accessPoint);
    if (way === undefined || point === undefined) return [];
    const events = persons.flatMap((person) => this.#reports(point, way, person));
    const guarded = way.entered.filter((zone) => this.#isGuarded(zone));
    if (guarded.length > 0 && persons.length > 0) {
      this.#parts.reservations.hold(attempt, persons, guarded, point.grantLife);
    }
    return events;
  }

  /** The way that somebody would take through an access point; undefined where there are no zones. */
  wayOf(accessPoint: string | undefined, person: string | undefined): Way | undefined {
    const point = this.#parts.site.accessPoint(accessPoint);
    return point && this.wayTaken(point, person, point.direction);
  }

  /** As `wayOf`, for somebody who was seen to go in a direction; where nobody saw it, their position tells. */
  wayTaken(
    point: AccessPoint,
    person: string | undefined,
    direction: Direction | 'undefined',
  ): Way | undefined {
    if (point.zoneFrom === undefined && point.zoneTo === undefined) return undefined;
    const { policy, positions } = this.#parts;
    positions.setTree(policy.zones);
    const isSeen = point.directionByPosition !== true && direction !== 'undefined';
    const place = isSeen || person === undefined ? null : positions.placeOf(person);
    if (place !== null) return wayByPosition(policy.zones, point, place);
    return !isSeen || direction === point.direction
      ? wayThrough(policy.zones, point)
      : wayBack(policy.zones, point);
  }

  #violations(way: Way, person: string | undefined): Violation[] {
    const { policy, positions, reservations, sharing } = this.#parts;
    if (person === undefined) return [];
    return violationsOf(policy.zones, way, {
      place: positions.placeOf(person),
      enteredAgo: (zone) => positions.enteredAgo(zone, person),
      isEntering: (zone) => reservations.isEntering(zone, person),
      inReach: sharing.missing.length === 0,
    });
  }

  /** Whether a zone on the way has no room for one more. People on their way in take their place already. */
  #isFull(way: Way, person: string | undefined): boolean {
    const { policy, positions } = this.#parts;
    return way.entered.some((zone) => {
      const occupancy = policy.zones.zone(zone)?.occupancy;
      if (occupancy?.full !== 'deny' || this.#isIn(person, zone)) return false;
      const coming = [...this.#parts.reservations.peopleEntering(zone)];
      const more = coming.filter((other) => other !== person && !this.#isIn(other, zone)).length;
      return refusesMore(occupancy, positions.count(zone) + more);
    });
  }

  #isIn(person: string | undefined, zone: string): boolean {
    const { policy, positions } = this.#parts;
    if (person === undefined) return false;
    const place = positions.placeOf(person);
    return place !== null && policy.zones.isWithin(place, zone);
  }

  #isGuarded(zone: string): boolean {
    const { antiPassback, occupancy } = this.#parts.policy.zones.zone(zone) ?? {};
    return (antiPassback !== undefined && guardsEntry(antiPassback)) || occupancy?.full === 'deny';
  }

  #reports({ id }: AccessPoint, way: Way, person: string): EventEntry[] {
    if (this.#parts.policy.isExempt(person)) return [];
    return this.#violations(way, person).map(({ zone, kind }) => {
      const event = { accessPoint: id, details: { person, zone, kind } };
      return kind === 'outOfReach'
        ? { category: 'system', code: 'antiPassbackUnchecked', ...event }
        : { category: 'alarm', code: 'antiPassbackViolation', ...event };
    });
  }
}
