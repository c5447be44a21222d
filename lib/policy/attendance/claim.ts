import type { AccountingRules } from '../../model/accounting.ts';
import type { Shift } from './roster.ts';
import { within, type Span } from './spans.ts';
import type { WallClock } from './wall-clock.ts';

/** One day of a person at one employer, before the minutes are shared out. */
export interface DayToClaim {
  day: number;
  window: Span;
  shift: Shift | undefined;
  /** What counts as present. */
  spans: readonly Span[];
  rules: AccountingRules;
}

/**
 * The minutes that an employer counts for a day if there is no other employer: presence within the plan, or
 * beyond it as far as the rules allow, with grace and rounding at both ends.
 */
export function claimOf(given: DayToClaim, clock: WallClock): Span[] {
  const limits = limitsOf(given);
  const present = within(given.spans, limits);
  const first = present[0];
  const last = present.at(-1);
  if (first === undefined || last === undefined) return [];
  const arrival = Math.max(arrivalOf(first.from, given, clock), limits.from);
  const departure = Math.min(departureOf(last.to, given, clock), limits.to);
  const stretched = present.map(({ from, to }) => ({
    from: from === first.from ? Math.min(from, arrival) : from,
    to: to === last.to ? Math.max(to, departure) : to,
  }));
  return within(stretched, { from: arrival, to: departure });
}

function limitsOf({ window, shift, rules }: DayToClaim): Span {
  if (shift === undefined) return window;
  return {
    from: rules.earlyArrival === true ? window.from : Math.max(window.from, shift.from),
    to: rules.lateDeparture === true ? window.to : Math.min(window.to, shift.to),
  };
}

/** Who is on time is not rounded, and nobody is made late by rounding. */
function arrivalOf(minute: number, { day, shift, rules }: DayToClaim, clock: WallClock): number {
  const { rounding, grace } = rules;
  const rounded = (): number => roundedTime(minute, 'arrival', day, rounding, clock);
  if (shift === undefined) return rounded();
  if (minute < shift.from) return Math.min(rounded(), shift.from);
  return minute <= shift.from + (grace?.late ?? 0) ? shift.from : Math.max(rounded(), shift.from);
}

function departureOf(minute: number, { day, shift, rules }: DayToClaim, clock: WallClock): number {
  const { rounding, grace } = rules;
  const rounded = (): number => roundedTime(minute, 'departure', day, rounding, clock);
  if (shift === undefined) return rounded();
  if (minute > shift.to) return Math.max(rounded(), shift.to);
  return minute >= shift.to - (grace?.early ?? 0) ? shift.to : Math.min(rounded(), shift.to);
}

/** The multiple beside a minute on the wall clock, counted from the midnight of its day. */
function roundedTime(
  minute: number,
  edge: 'arrival' | 'departure',
  day: number,
  rounding: AccountingRules['rounding'],
  clock: WallClock,
): number {
  if (rounding === undefined) return minute;
  const reading = clock.reading(minute, day);
  const part = ((reading % rounding.minutes) + rounding.minutes) % rounding.minutes;
  if (part === 0) return minute;
  const down = minute - part;
  const up = down + rounding.minutes;
  if (rounding.favour === 'nearest') return part * 2 < rounding.minutes ? down : up;
  return (rounding.favour === 'employee') === (edge === 'arrival') ? down : up;
}
