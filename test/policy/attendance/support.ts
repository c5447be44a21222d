import { Temporal } from 'temporal-polyfill';
import type { AccountingRules } from '../../../lib/model/accounting.ts';
import type { Employment } from '../../../lib/model/firm.ts';
import type { TimeCorrection } from '../../../lib/model/time-correction.ts';
import { accountPerson } from '../../../lib/policy/attendance/account.ts';
import type {
  AttendanceDay,
  DayTimes,
  PersonAccount,
  PersonFacts,
} from '../../../lib/policy/attendance/attendance.ts';
import { Zone } from '../../../lib/policy/zone.ts';

export interface Scene {
  zone?: string;
  /** Each `2026-03-02 08:00 17:00`, then zone and `unseen` entry; an exit before the entry is on the next day. */
  stays?: string[];
  /** By firm: `2026-03-02 08:00 17:00`, or only the date for a free day. */
  plans?: Record<string, string[]>;
  rules?: Record<string, AccountingRules>;
  employments?: Partial<Employment>[];
  corrections?: Partial<TimeCorrection>[];
  asOf?: string;
}

export const HOME = 'Europe/Berlin';

export function instant(local: string, zone = HOME): number {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
}

export function factsOf(scene: Scene): PersonFacts {
  const { zone = HOME, stays = [], plans = { a: [] }, corrections = [] } = scene;
  const employments = scene.employments ?? Object.keys(plans).map((firm) => ({ firm }));
  return {
    person: 'p',
    stays: stays.map((stay) => {
      const [date = '', entry = '', exit, place = 'site', unseen] = stay.split(' ');
      const entered = instant(`${date}T${entry}`, zone);
      if (exit === undefined) return { zone: place, entered };
      const day = exit >= entry ? date : Temporal.PlainDate.from(date).add({ days: 1 }).toString();
      const left = instant(`${day}T${exit}`, zone);
      return { zone: place, entered, left, unseenEntry: unseen === 'unseen' };
    }),
    employments: employments.map((one, index) => ({
      id: `e${index}`,
      person: 'p',
      firm: 'a',
      ...one,
    })),
    plans: Object.entries(plans).flatMap(([firm, list]) =>
      list.map((plan) => {
        const [date = '', arrival, departure] = plan.split(' ');
        const times = arrival && departure ? { arrival, departure } : {};
        return { id: `${firm} ${date}`, person: 'p', firm, date, ...times };
      }),
    ),
    corrections: corrections.map((one, index) => ({
      id: `c${index}`,
      person: 'p',
      from: '2026-03-02T08:00',
      to: '2026-03-02T17:00',
      present: true,
      reason: 'forgotten pass',
      author: 'guard',
      at: index,
      ...one,
    })),
  };
}

/** The account of a scene, over the days of its plans or those that are given. */
export function account(scene: Scene, from = '2026-03-02', to = from): PersonAccount {
  const { zone = HOME, rules = {}, asOf = '2027-01-01T00:00' } = scene;
  const site = {
    zone: new Zone(zone),
    rules: new Map(Object.entries(rules)),
    parents: new Map([
      ['hall', 'site'],
      ['cage', 'hall'],
    ]),
    asOf: instant(asOf, zone),
  };
  return accountPerson(factsOf(scene), site, { from, to });
}

/** A day as one line: `a 2026-03-02 08:00-17:00 540 missingExit`. */
export function lineOf(
  day: AttendanceDay,
  part: 'plan' | 'fact' | 'accounted',
  zone = HOME,
): string {
  return [day.firm, day.date, shown(day[part], zone), ...day.marks].join(' ');
}

export function lines(
  { days }: PersonAccount,
  part: 'plan' | 'fact' | 'accounted' = 'accounted',
  zone = HOME,
): string[] {
  return days.map((day) => lineOf(day, part, zone));
}

function shown(times: DayTimes | undefined, zone: string): string {
  if (times === undefined) return '-';
  const { arrival, departure, stay } = times;
  return `${clock(arrival, zone)}-${clock(departure, zone)} ${stay}`;
}

function clock(at: number | undefined, zone: string): string {
  if (at === undefined) return '?';
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' });
}
