import { isDeepStrictEqual } from 'node:util';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import { DAYS_AROUND, accountPerson } from '../../policy/attendance/account.ts';
import type {
  AttendanceConflict,
  AttendanceDay,
  PersonAccount,
} from '../../policy/attendance/attendance.ts';
import { dateOf } from '../../policy/attendance/wall-clock.ts';
import { DAY, dayOf } from '../../policy/local-time.ts';
import { Zone } from '../../policy/zone.ts';
import type { AccountedDays } from '../store/accounted-days.ts';
import type { FactReader, Reach } from './fact-reader.ts';
import type { Accounted, ReportMoment } from './protocol.ts';
import {
  MOST_DAYS,
  type Attendance,
  type AttendanceQuery,
  type FirmQuery,
  type Timesheet,
} from './working-time.ts';

const DEFAULT_LIMIT = 100;
/** Plans and stays so many days beyond a range have a say in it. */
const DAYS_READ = DAYS_AROUND + 2;

interface Range {
  from: string;
  to: string;
}

/** The days of one person. Throws NOT_FOUND for a person who does not work for the firm of the scope. */
export function attendance(
  reader: FactReader,
  { person, scope, ...range }: AttendanceQuery,
  moment: ReportMoment,
): Accounted<Attendance> {
  checkRange(range, MOST_DAYS.person);
  const { accounts, changed } = account(reader, [person], range, moment);
  const { days, conflicts } = accounts.get(person) ?? { days: [], conflicts: [] };
  if (scope === undefined) return { answer: { days, conflicts }, changed };
  const [facts] = reader.facts([person], reachOf(range));
  if (facts?.employments.some(({ firm }) => firm === scope.firm) !== true) {
    throw new AccessError('NOT_FOUND', `${person} does not work for ${scope.firm}`);
  }
  return { answer: seenBy(scope.firm, { days, conflicts }), changed };
}

/** A page of a firm's timesheet. Throws NOT_FOUND for a firm that does not exist or is out of scope. */
export function timesheet(
  reader: FactReader,
  { firm, after = '', limit = DEFAULT_LIMIT, scope, ...range }: FirmQuery,
  moment: ReportMoment,
): Accounted<Timesheet> {
  checkRange(range, MOST_DAYS.firm);
  const name = reader.firmName(firm);
  if (name === undefined || (scope !== undefined && scope.firm !== firm)) {
    throw new AccessError('NOT_FOUND', `there is no firm ${firm}`);
  }
  const staff = reader.staff(firm, range, after, limit);
  const ids = staff.map(({ id }) => id);
  const { accounts, changed } = account(reader, ids, range, moment);
  const seen = staff.map((person) => ({
    person,
    ...seenBy(firm, accounts.get(person.id) ?? { days: [], conflicts: [] }, scope !== undefined),
  }));
  const answer: Timesheet = {
    firm: { id: firm, name },
    ...range,
    asOf: moment.asOf,
    people: seen.map(({ person, days }) => ({ ...person, days })),
    conflicts: seen.flatMap(({ conflicts }) => conflicts),
    ...optional('next', staff.length === limit ? ids.at(-1) : undefined),
  };
  return { answer, changed };
}

/** What concerns one firm; for its own eyes without the names of the others. */
function seenBy(
  firm: string,
  { days, conflicts }: PersonAccount,
  hideOthers = true,
): PersonAccount {
  const shown = (conflict: AttendanceConflict): AttendanceConflict =>
    hideOthers ? { ...conflict, firms: [firm] } : conflict;
  return {
    days: days.filter((day) => day.firm === firm),
    conflicts: conflicts.filter(({ firms }) => firms.includes(firm)).map(shown),
  };
}

function checkRange({ from, to }: Range, most: number): void {
  const days = dayOf(to) - dayOf(from) + 1;
  if (days >= 1 && days <= most) return;
  throw new AccessError('INPUT_INVALID', `from and to must be 1 to ${most} real days apart`);
}

function reachOf({ from, to }: Range): Reach {
  const first = dayOf(from) - DAYS_READ;
  const last = dayOf(to) + DAYS_READ;
  // No zone is more than a day away from UTC.
  const instants = { since: (first - 1) * DAY, until: (last + 2) * DAY };
  return { from: dateOf(first), to: dateOf(last), ...instants };
}

function account(
  reader: FactReader,
  people: readonly string[],
  range: Range,
  { asOf, zone }: ReportMoment,
): { accounts: Map<string, PersonAccount>; changed: AccountedDays } {
  const site = { zone: new Zone(zone), rules: reader.rules(), parents: reader.parents(), asOf };
  const facts = reader.facts(people, reachOf(range));
  const accounts = new Map(
    facts.map((person) => [person.person, accountPerson(person, site, range)]),
  );
  const days = [...accounts.values()].flatMap((one) => one.days);
  const changed = differences(reader.accounted(people, range), days);
  return { accounts, changed: { ...changed, computedAt: asOf, ...reader.state() } };
}

/** How stored days have to change to be as they are now. */
function differences(
  stored: readonly AttendanceDay[],
  days: readonly AttendanceDay[],
): Pick<AccountedDays, 'put' | 'drop'> {
  const left = new Map(stored.map((day) => [keyOf(day), day]));
  const put = days.filter((day) => {
    const known = left.get(keyOf(day));
    left.delete(keyOf(day));
    return !isDeepStrictEqual(known, day);
  });
  return { put, drop: [...left.values()] };
}

function keyOf({ person, firm, date }: AttendanceDay): string {
  return JSON.stringify([person, firm, date]);
}
