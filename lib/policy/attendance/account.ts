import { MINUTE } from '../local-time.ts';
import type {
  AccountingSite,
  AttendanceConflict,
  AttendanceDay,
  PersonAccount,
  PersonFacts,
} from './attendance.ts';
import { attendanceDay, isPresent } from './day.ts';
import { draftDay, type Draft, type Employer } from './draft.ts';
import { presenceOf } from './presence.ts';
import { rostersOf } from './roster.ts';
import { shareOut, type Dispute } from './sharing.ts';
import { WallClock, dateOf, daysFrom, minuteAt } from './wall-clock.ts';

/** Days beside a range that may share minutes with it. */
export const DAYS_AROUND = 2;

/**
 * The days of a person at all employers, from one date to another, both included. Made anew from facts,
 * plans, rules and corrections at every call, so that a late passage or plan changes what follows from it.
 * The facts must reach `DAYS_AROUND + 2` days beyond the range at both sides.
 */
export function accountPerson(
  person: PersonFacts,
  site: AccountingSite,
  range: { from: string; to: string },
): PersonAccount {
  const clock = new WallClock(site.zone);
  const days = daysFrom(range.from, range.to);
  const drafts = draftsOf(employersOf(person, site, clock), around(days), clock);
  const { owned, disputes } = shareOut(drafts.map(({ claim }) => claim));
  const wanted = new Set(days);
  const result: PersonAccount = { days: [], conflicts: [] };
  const now = minuteAt(site.asOf);
  for (const draft of drafts) {
    if (!wanted.has(draft.day)) continue;
    const shared = disputes.some(({ claims }) => claims.includes(draft.claim));
    const minutes = owned.get(draft.claim) ?? [];
    const entry = attendanceDay({ person: person.person, draft, minutes, shared, now });
    if (entry !== undefined) result.days.push(entry);
    if (entry !== undefined) result.conflicts.push(...conflictsOf(entry, draft, now));
  }
  const own = disputes.filter(({ claims }) => claims.some(({ day }) => wanted.has(day)));
  result.conflicts.push(...own.map((dispute) => sharedMinutes(person.person, dispute)));
  return result;
}

function employersOf(person: PersonFacts, site: AccountingSite, clock: WallClock): Employer[] {
  const rosters = rostersOf(person.employments, person.plans, site.rules, clock);
  return rosters.map((roster) => ({
    roster,
    presence: presenceOf(person, roster, { ...site, clock }),
    elsewhere: rosters
      .filter((other) => other !== roster)
      .flatMap(({ shifts }) => [...shifts.values()].filter((shift) => shift !== undefined)),
  }));
}

function draftsOf(
  employers: readonly Employer[],
  days: readonly number[],
  clock: WallClock,
): Draft[] {
  return employers.flatMap((employer) =>
    days.flatMap((day) => draftDay(employer, day, clock) ?? []),
  );
}

function around(days: readonly number[]): number[] {
  const [first] = days;
  if (first === undefined) return [];
  return Array.from({ length: days.length + 2 * DAYS_AROUND }, (_, i) => first - DAYS_AROUND + i);
}

function sharedMinutes(person: string, { claims, from, to }: Dispute): AttendanceConflict {
  return {
    code: 'sharedMinutes',
    person,
    date: dateOf(claims[0]?.day ?? 0),
    firms: claims.map(({ firm }) => firm),
    from: from * MINUTE,
    to: to * MINUTE,
  };
}

function conflictsOf(entry: AttendanceDay, draft: Draft, now: number): AttendanceConflict[] {
  const { person, date, firm, marks } = entry;
  const conflict = (code: AttendanceConflict['code'], from: number): AttendanceConflict => {
    return { code, person, date, firms: [firm], from: from * MINUTE };
  };
  const list = draft.missing
    .filter((missing) => !isPresent(missing, draft, now))
    .map(({ what, at }) => conflict(what === 'entry' ? 'missingEntry' : 'missingExit', at));
  const [presence] = draft.spans;
  if (marks.includes('notPlanned') && presence !== undefined) {
    list.push({ ...conflict('notPlanned', presence.from), to: presence.to * MINUTE });
  }
  if (marks.includes('plansOverlap') && draft.shift !== undefined) {
    list.push(conflict('plansOverlap', draft.shift.from));
  }
  return list;
}
