import type { Window } from '../model/schedule.ts';
import { DAY, MINUTE, minuteOf } from './local-time.ts';

/** A part of a day in milliseconds, end exclusive. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The windows that begin on one day: what they cover of that day, and of the next morning. */
export interface DayPlan {
  readonly today: readonly Span[];
  readonly tomorrow: readonly Span[];
}

export const CLOSED_DAY: DayPlan = { today: [], tomorrow: [] };
export const OPEN_DAY: DayPlan = { today: [{ from: 0, to: DAY }], tomorrow: [] };

/** A window that does not end after it begins runs on into the next day (D7). */
export function planOf(windows: readonly Window[]): DayPlan {
  const today: Span[] = [];
  const tomorrow: Span[] = [];
  for (const window of windows) {
    const from = minuteOf(window.from) * MINUTE;
    const to = minuteOf(window.to) * MINUTE;
    if (to > from) {
      today.push({ from, to });
    } else {
      today.push({ from, to: DAY });
      tomorrow.push({ from: 0, to });
    }
  }
  return { today, tomorrow };
}

/** All windows of several plans together. */
export function unionOf(plans: readonly DayPlan[]): DayPlan {
  return {
    today: plans.flatMap((plan) => plan.today),
    tomorrow: plans.flatMap((plan) => plan.tomorrow),
  };
}

/**
 * The times of a day at which it opens, closes, opens … in milliseconds, given its own plan and the plan
 * of the day before. A day begins closed; one that is open from its start begins with a 0.
 */
export function flipsOf(plan: DayPlan, dayBefore: DayPlan): number[] {
  const spans = [...plan.today, ...dayBefore.tomorrow].sort((a, b) => a.from - b.from);
  const flips: number[] = [];
  let end = -1;
  for (const span of spans) {
    if (span.to <= span.from) continue;
    if (span.from > end) {
      if (end >= 0) flips.push(end);
      flips.push(span.from);
    }
    end = Math.max(end, span.to);
  }
  if (end >= 0 && end < DAY) flips.push(end);
  return flips;
}
