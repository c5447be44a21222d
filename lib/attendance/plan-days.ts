import { optional } from '../model/optional.ts';
import { dateOf } from '../policy/attendance/wall-clock.ts';
import { dayOf, weekdayOf } from '../policy/local-time.ts';
import { EVERYBODY, FREE, type PlanLine } from './plan-line.ts';

/** What a line says of one day. */
export interface LineDay {
  date: string;
  arrival?: string;
  departure?: string;
  stay?: number;
}

/** The longest period of a pattern, in days. */
export const MOST_PATTERN_DAYS = 366;

/** The days of a line, in order. The dates must be real and the period must not be too long. */
export function daysOf(line: PlanLine): LineDay[] {
  if ('date' in line) return [{ date: line.date, ...timesOf(line) }];
  const first = dayOf(line.from);
  const period = Array.from({ length: dayOf(line.to) - first + 1 }, (_, index) => first + index);
  if ('weekdays' in line) {
    const chosen = period.filter((day) => line.weekdays.includes(weekdayOf(day)));
    return chosen.map((day) => ({ date: dateOf(day), ...timesOf(line) }));
  }
  const start = dayOf(line.start ?? line.from);
  return period.map((day) => rotated(line.rotation, day - start, dateOf(day)));
}

function timesOf({ arrival, departure, stay }: Omit<LineDay, 'date'>): Omit<LineDay, 'date'> {
  return {
    ...optional('arrival', arrival),
    ...optional('departure', departure),
    ...optional('stay', stay),
  };
}

function rotated(rotation: readonly string[], steps: number, date: string): LineDay {
  const place = ((steps % rotation.length) + rotation.length) % rotation.length;
  const entry = rotation[place] ?? FREE;
  if (entry === FREE) return { date };
  const [arrival = '', departure = ''] = entry.split('-');
  return { date, arrival, departure };
}

/** Lower goes before: a day before a pattern, a person before everybody. */
export function rankOf(line: PlanLine): number {
  return ('date' in line ? 0 : 2) + (line.person === EVERYBODY ? 1 : 0);
}
