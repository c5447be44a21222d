import type { HolidayGroup, Schedule as ScheduleModel } from '../model/schedule.ts';
import { compileCalendar, type Calendar } from './calendar.ts';
import { DAY, periodEnd, periodStart } from './local-time.ts';
import type { Zone } from './zone.ts';

interface Days {
  readonly zone: Zone;
  readonly calendar: Calendar;
}

/**
 * A compiled schedule of one site. It answers from the reading of the wall clock (R-015, R-016, D7): a
 * window 02:00–03:00 is two hours long in the night in which that hour comes twice, and does not exist in
 * the night that skips it. The last answer is kept together with the time for which it holds.
 */
export class Schedule {
  readonly #start: number;
  readonly #end: number;
  readonly #days: Days | undefined;
  /** The kept answer and the instants for which it holds. */
  #open = false;
  #from = Infinity;
  #until = -Infinity;

  /** Open from `start` to `end`, two instants, at the times that the days say; without days, all the time. */
  constructor(start: number, end: number, days?: Days) {
    this.#start = start;
    this.#end = end;
    this.#days = days;
  }

  /** Whether the answer depends on the time at all. */
  get limited(): boolean {
    return this.#days !== undefined || this.#start > -Infinity || this.#end < Infinity;
  }

  isOpen(instant: number): boolean {
    if (instant < this.#from || instant >= this.#until) this.#refresh(instant);
    return this.#open;
  }

  /** The first instant after the given one at which the answer is another; at most `horizon`. */
  nextFlip(instant: number, horizon: number): number {
    const open = this.isOpen(instant);
    let next = instant;
    while (next < horizon && this.isOpen(next) === open) next = this.#until;
    return Math.min(next, horizon);
  }

  #refresh(instant: number): void {
    if (instant < this.#start) this.#keep(false, -Infinity, this.#start);
    else if (instant >= this.#end) this.#keep(false, this.#end, Infinity);
    else if (this.#days === undefined) this.#keep(true, this.#start, this.#end);
    else this.#ask(this.#days, instant);
  }

  #ask({ zone, calendar }: Days, instant: number): void {
    const segment = zone.segmentAt(instant);
    const reading = instant + segment.offset;
    const day = Math.floor(reading / DAY);
    const midnight = day * DAY - segment.offset;
    const flips = calendar.flipsOn(day);
    let passed = 0;
    while (passed < flips.length && midnight + (flips[passed] ?? 0) <= instant) passed++;
    this.#keep(
      passed % 2 === 1,
      Math.max(this.#start, segment.from, midnight + (flips[passed - 1] ?? 0)),
      Math.min(this.#end, segment.until, midnight + (flips[passed] ?? DAY)),
    );
  }

  #keep(open: boolean, from: number, until: number): void {
    this.#open = open;
    this.#from = from;
    this.#until = until;
  }
}

export const ALWAYS_OPEN = new Schedule(-Infinity, Infinity);
export const NEVER_OPEN = new Schedule(Infinity, Infinity);

/**
 * Compiles a schedule for a zone. Undefined if it cannot be relied on: it names a holiday group or a date
 * that does not exist.
 */
export function compileSchedule(
  model: ScheduleModel,
  groups: ReadonlyMap<string, HolidayGroup>,
  zone: Zone,
): Schedule | undefined {
  const { rule, holidays = [] } = model;
  if (rule.kind === 'always' && holidays.length === 0) return ALWAYS_OPEN;
  const calendar = compileCalendar(model, groups);
  if (calendar === undefined) return undefined;
  if (rule.kind !== 'span') return new Schedule(-Infinity, Infinity, { zone, calendar });
  const start = zone.toInstant(periodStart(rule.from), 'start');
  const end = zone.toInstant(periodEnd(rule.to), 'end');
  if (Number.isNaN(start + end)) return undefined;
  return new Schedule(start, end, holidays.length > 0 ? { zone, calendar } : undefined);
}
