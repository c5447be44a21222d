import type { AccessPoint } from '../model/access-point.ts';
import type { Permission, PermissionSubject } from '../model/permission.ts';
import { Coverage } from './coverage.ts';
import { periodEnd, periodStart } from './local-time.ts';
import type { Moment } from './moment.ts';
import type { People } from './people.ts';
import { ALWAYS_OPEN, NEVER_OPEN, type Schedule } from './schedule.ts';
import { EVERYONE, SubjectIndex } from './subject-index.ts';

/** No permission speaks about this person and access point. */
export const NOT_COVERED = -2;
/** At least one does, but none is in force now. */
export const NOT_IN_FORCE = -1;

export interface PermissionContext {
  accessPoints: readonly AccessPoint[];
  /** Undefined for a schedule that cannot be relied on. */
  scheduleOf: (id: string | undefined) => Schedule | undefined;
  /** -1 for a group that does not exist. */
  groupNumber: (id: string) => number;
}

/** A permission as a decision names it. */
export interface Grant {
  readonly id: string;
  readonly source?: string;
}

/** A permission with its schedule; the limits are local milliseconds, the end exclusive. */
export interface PermissionRow {
  readonly permission: Permission;
  readonly grant: Grant;
  readonly schedule: Schedule;
  readonly from: number;
  readonly until: number;
  /** Whether there is a start or an end. */
  readonly bounded: boolean;
  /** Whether it depends on the time at all. */
  readonly limited: boolean;
}

/**
 * All permissions, compiled for the access points of a site, in the order of their ids. Each grant is a row
 * of its own (D17). What cannot be relied on, such as a schedule or a date that does not exist, never allows
 * and always denies.
 */
export class Permissions {
  readonly #allows: SubjectIndex;
  readonly #denies: SubjectIndex;
  readonly #rows: readonly PermissionRow[];
  readonly #coverage: Coverage;

  constructor(permissions: Iterable<Permission>, context: PermissionContext) {
    const sorted = [...permissions].sort((a, b) => (a.id < b.id ? -1 : 1));
    const entries = sorted.map(({ subject, effect }, row) => ({ subject, effect, row }));
    const index = (deny: boolean): SubjectIndex => {
      const chosen = entries.filter(({ effect }) => (effect === 'deny') === deny);
      return new SubjectIndex(chosen, context.groupNumber);
    };
    this.#allows = index(false);
    this.#denies = index(true);
    this.#rows = sorted.map((permission) => compileRow(permission, context));
    this.#coverage = new Coverage(
      sorted.map(({ target }) => target),
      context.accessPoints,
    );
  }

  grant(row: number): Grant | undefined {
    return this.#rows[row]?.grant;
  }

  /**
   * The row that allows a person to pass an access point now, the last in the order of ids if there are
   * several; else NOT_IN_FORCE or NOT_COVERED. While the clock cannot be trusted, only rows without any time
   * limit are in force.
   */
  allowing(people: People, person: number, accessPoint: number, moment: Moment): number {
    return this.#strongest(this.#allows, people, person, accessPoint, moment);
  }

  /** The row that denies, in the same way. */
  denying(people: People, person: number, accessPoint: number, moment: Moment): number {
    if (this.#denies.isEmpty) return NOT_COVERED;
    return this.#strongest(this.#denies, people, person, accessPoint, moment);
  }

  /** Every row that speaks about a person at an access point, in the order of ids. */
  covering(people: People, person: number, accessPoint: number): PermissionRow[] {
    const groups = people.groups.members(people.groupSet(person));
    const rows: number[] = [];
    for (const index of [this.#allows, this.#denies]) {
      const own = [EVERYONE, index.ofPerson(people.identity(person).id)];
      for (const list of own.concat(groups.map((group) => index.ofGroup(group)))) {
        for (let at = index.start(list); at < index.end(list); at++) rows.push(index.row(at));
      }
    }
    return rows
      .filter((row) => this.#coverage.has(row, accessPoint))
      .sort((a, b) => a - b)
      .map((row) => this.#rows[row])
      .filter((row) => row !== undefined);
  }

  /** Whom the permissions that allow speak about at an access point, one for each permission. */
  subjectsAt(accessPoint: number): PermissionSubject[] {
    return this.#rows
      .filter(
        ({ permission }, row) =>
          permission.effect !== 'deny' && this.#coverage.has(row, accessPoint),
      )
      .map(({ permission }) => permission.subject);
  }

  #strongest(
    index: SubjectIndex,
    people: People,
    person: number,
    accessPoint: number,
    moment: Moment,
  ): number {
    const { groups } = people;
    const set = people.groupSet(person);
    const size = groups.size(set);
    let best = this.#strongestIn(index, EVERYONE, accessPoint, moment);
    for (let at = 0; at < size; at++) {
      const list = index.ofGroup(groups.member(set, at));
      const row = this.#strongestIn(index, list, accessPoint, moment);
      if (row > best) best = row;
    }
    if (!index.hasPersons) return best;
    const own = index.ofPerson(people.identity(person).id);
    return Math.max(best, this.#strongestIn(index, own, accessPoint, moment));
  }

  #strongestIn(index: SubjectIndex, list: number, accessPoint: number, moment: Moment): number {
    const start = index.start(list);
    let best = NOT_COVERED;
    for (let at = index.end(list) - 1; at >= start; at--) {
      const row = index.row(at);
      if (!this.#coverage.has(row, accessPoint)) continue;
      if (isInForce(this.#rows[row], moment)) return row;
      best = NOT_IN_FORCE;
    }
    return best;
  }
}

function isInForce(row: PermissionRow | undefined, moment: Moment): boolean {
  if (row === undefined) return false;
  if (!row.limited) return true;
  if (!moment.trusted) return false;
  if (row.bounded && (row.from > moment.begun || row.until <= moment.ended)) return false;
  return row.schedule.isOpen(moment.instant);
}

function compileRow(permission: Permission, context: PermissionContext): PermissionRow {
  const { id, source, validFrom, validTo } = permission;
  const deny = permission.effect === 'deny';
  const never = deny ? -Infinity : Infinity;
  const from = periodStart(validFrom);
  const until = periodEnd(validTo);
  const schedule = context.scheduleOf(permission.schedule) ?? (deny ? ALWAYS_OPEN : NEVER_OPEN);
  const bounded = validFrom !== undefined || validTo !== undefined;
  return {
    permission,
    grant: source === undefined ? { id } : { id, source },
    schedule,
    from: Number.isNaN(from) ? never : from,
    until: Number.isNaN(until) ? -never : until,
    bounded,
    limited: bounded || schedule.limited,
  };
}
