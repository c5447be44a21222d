import type { HolidayGroup, Schedule as ScheduleModel } from '../model/schedule.ts';
import { compileHolidays, type Holidays } from './holidays.ts';
import { dayOf, weekdayOf } from './local-time.ts';
import { CLOSED_DAY, OPEN_DAY, flipsOf, planOf, unionOf, type DayPlan } from './windows.ts';

/** Days kept ready: enough for any look ahead, and a bound for a process that runs for years. */
const KEPT_DAYS = 500;

interface SpecialPlan {
  readonly days: Holidays;
  readonly plan: DayPlan;
}

/** What a schedule says of each local day, whatever the zone. */
export class Calendar {
  readonly #week: readonly DayPlan[];
  readonly #first: number;
  readonly #last: number;
  readonly #specials: readonly SpecialPlan[];
  readonly #ready = new Map<number, readonly number[]>();

  /** `week` holds seven plans from Monday; `first` and `last` are the day numbers that bound them. */
  constructor(
    week: readonly DayPlan[],
    bounds: { first: number; last: number },
    specials: readonly SpecialPlan[],
  ) {
    this.#week = week;
    this.#first = bounds.first;
    this.#last = bounds.last;
    this.#specials = specials;
  }

  /** The times of the day at which the schedule opens, closes, opens …, in milliseconds. */
  flipsOn(day: number): readonly number[] {
    let flips = this.#ready.get(day);
    if (flips === undefined) {
      if (this.#ready.size >= KEPT_DAYS) this.#ready.clear();
      flips = flipsOf(this.#planOf(day), this.#planOf(day - 1));
      this.#ready.set(day, flips);
    }
    return flips;
  }

  /** A special day replaces the plan of the weekday; several special plans are united. */
  #planOf(day: number): DayPlan {
    if (day < this.#first || day > this.#last) return CLOSED_DAY;
    const specials = this.#specials.filter((special) => special.days.has(day));
    if (specials.length > 0) return unionOf(specials.map((special) => special.plan));
    return this.#week[weekdayOf(day) - 1] ?? CLOSED_DAY;
  }
}

/**
 * The calendar of a schedule; undefined if it names a holiday group or a date that does not exist.
 * Outside its dates a schedule is closed, on holidays too.
 */
export function compileCalendar(
  { rule, holidays = [] }: ScheduleModel,
  groups: ReadonlyMap<string, HolidayGroup>,
): Calendar | undefined {
  const specials: SpecialPlan[] = [];
  for (const holiday of holidays) {
    const group = groups.get(holiday.group);
    const days = group && compileHolidays(group);
    if (days === undefined) return undefined;
    specials.push({ days, plan: planOf(holiday.windows) });
  }
  const bounds = boundsOf(rule);
  if (Number.isNaN(bounds.first) || Number.isNaN(bounds.last)) return undefined;
  return new Calendar(weekOf(rule), bounds, specials);
}

function weekOf(rule: ScheduleModel['rule']): DayPlan[] {
  switch (rule.kind) {
    case 'always':
    case 'span':
      return everyDay(OPEN_DAY);
    case 'daily':
      return everyDay(planOf(rule.windows));
    case 'weekly':
      return everyDay(CLOSED_DAY).map((_, index) =>
        unionOf(
          rule.days
            .filter((entry) => entry.days.includes(index + 1))
            .map((entry) => planOf(entry.windows)),
        ),
      );
  }
}

function everyDay(plan: DayPlan): DayPlan[] {
  return Array.from({ length: 7 }, () => plan);
}

function boundsOf(rule: ScheduleModel['rule']): { first: number; last: number } {
  if (rule.kind !== 'daily' && rule.kind !== 'weekly') return { first: -Infinity, last: Infinity };
  return {
    first: rule.from === undefined ? -Infinity : dayOf(rule.from),
    last: rule.to === undefined ? Infinity : dayOf(rule.to),
  };
}
