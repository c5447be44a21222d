import { claimOf } from './claim.ts';
import { belongsTo, holds, type MinuteStay, type Missing, type Presence } from './presence.ts';
import type { Roster, Shift } from './roster.ts';
import type { Claim } from './sharing.ts';
import { touches, within, type Span } from './spans.ts';
import { workDay } from './work-day.ts';
import type { WallClock } from './wall-clock.ts';

/** An employment without priority comes after all that have one. */
const LAST_PRIORITY = 1000;

/** A person at one employer. */
export interface Employer {
  roster: Roster;
  presence: Presence;
  /** When the person works for others: presence on an unplanned day is not ours if it is theirs. */
  elsewhere: readonly Span[];
}

/** One day at one employer, before the minutes are shared out. */
export interface Draft {
  employer: Employer;
  day: number;
  window: Span;
  /** Whether the plan says anything of the day, be it that it is free. */
  isPlanned: boolean;
  shift: Shift | undefined;
  /** Stays of the day as the passages tell them. */
  facts: readonly MinuteStay[];
  /** Entries and exits of the day that were not seen. */
  missing: readonly Missing[];
  /** What counts as present. */
  spans: readonly Span[];
  claim: Claim;
}

/** The day as its employer alone would see it; undefined if the person is not employed on it. */
export function draftDay(employer: Employer, day: number, clock: WallClock): Draft | undefined {
  const { roster, presence } = employer;
  const employment = roster.employment(day);
  if (employment === undefined) return undefined;
  const shift = roster.shifts.get(day);
  const window = workDay(day, roster, presence.reach, clock);
  const others = shift === undefined ? employer.elsewhere : [];
  const spans = within(presence.spans, window).filter((span) => !meetsAny(span, others));
  const facts = factsIn(presence.facts, window, others);
  const missing = facts.flatMap((stay) => stay.missing);
  const counts =
    !isWaiting(missing, roster) && (shift !== undefined || employment.nonWorkingDays === true);
  const toClaim = { day, window, shift, spans, rules: roster.rules };
  const claim: Claim = {
    firm: roster.firm,
    day,
    shift,
    spans: counts ? claimOf(toClaim, clock) : [],
    priority: employment.priority ?? LAST_PRIORITY,
    overlap: roster.rules.overlap,
  };
  const isPlanned = roster.shifts.has(day);
  return { employer, day, window, isPlanned, shift, facts, missing, spans, claim };
}

/** Whether nothing is accounted before somebody has said when an unseen entry or exit was. */
export function isWaiting(missing: readonly Missing[], { rules }: Roster): boolean {
  return missing.length > 0 && (rules.unseen ?? 'open') === 'open';
}

function meetsAny(span: Span, others: readonly Span[]): boolean {
  return others.some((other) => touches(span, other));
}

/** A stay as a span that holds whatever was seen of it; an exit without entry is the minute before. */
function extentOf({ from, to, hasEntry }: MinuteStay): Span {
  const end = to === undefined || hasEntry ? from + 1 : from;
  return { from: hasEntry ? from : from - 1, to: Math.max(to ?? end, end) };
}

/** The stays of a day, without those that are the business of another employer. */
function factsIn(
  stays: readonly MinuteStay[],
  window: Span,
  others: readonly Span[],
): MinuteStay[] {
  return stays.flatMap((stay) => {
    if (stay.from > window.to) return [];
    const [extent] = within([extentOf(stay)], window);
    if (extent === undefined || meetsAny(extent, others)) return [];
    const missing = stay.missing.filter((one) => holds(window, one));
    if (missing.some((one) => others.some((other) => belongsTo(one, other)))) return [];
    const fact = { from: Math.max(stay.from, window.from), hasEntry: stay.hasEntry, missing };
    return [stay.to === undefined ? fact : { ...fact, to: Math.min(stay.to, window.to) }];
  });
}
