import type { HolidayGroup } from '../model/schedule.ts';
import { dayOf, monthDayOf } from './local-time.ts';

/** The days of a holiday group. */
export interface Holidays {
  has(day: number): boolean;
}

type HolidayRule = HolidayGroup['days'][number];
type DayTest = (day: number, monthDay: number) => boolean;

/** Undefined if a date of the group does not exist: such a group cannot be relied on. */
export function compileHolidays(group: HolidayGroup): Holidays | undefined {
  const tests: DayTest[] = [];
  for (const rule of group.days) {
    const test = compileRule(rule);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return {
    has(day) {
      const monthDay = monthDayOf(day);
      return tests.some((test) => test(day, monthDay));
    },
  };
}

function compileRule(rule: HolidayRule): DayTest | undefined {
  const first = dayOf(rule.from);
  const last = dayOf(rule.to ?? rule.from);
  if (Number.isNaN(first + last)) return undefined;
  if (rule.yearly !== true) return (day) => day >= first && day <= last;
  return yearly(rule.from, monthDayOf(first), rule.to ?? rule.from, monthDayOf(last));
}

/**
 * The same days of each year, also across New Year. 29 February exists in leap years only: in other
 * years it is neither the day before nor the day after.
 */
function yearly(from: string, first: number, to: string, last: number): DayTest {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  if (years > 1 || (years === 1 && last >= first)) return () => true;
  if (last >= first) return (_, monthDay) => monthDay >= first && monthDay <= last;
  return (_, monthDay) => monthDay >= first || monthDay <= last;
}
