import { claimOf } from './claim.ts';
import type { MinuteStay, Presence } from './presence.ts';
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
  /** Entries of the day without exit. */
  open: readonly number[];
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
  const window = workDay(day, roster, presence.spans, clock);
  const others = shift === undefined ? employer.elsewhere : [];
  const spans = within(presence.spans, window).filter((span) => isOwn(span, others));
  const facts = factsIn(presence.facts, window).filter((stay) => isOwn(stayed(stay), others));
  const open = presence.openEntries.filter((entry) => facts.some(({ from }) => from === entry));
  const isWaiting = open.length > 0 && (roster.rules.missingExit ?? 'open') === 'open';
  const counts = !isWaiting && (shift !== undefined || employment.nonWorkingDays === true);
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
  return { employer, day, window, isPlanned, shift, facts, open, spans, claim };
}

function isOwn(span: Span, others: readonly Span[]): boolean {
  return !others.some((other) => touches(span, other));
}

/** A stay as a span: without exit as long as its first minute. */
function stayed({ from, to }: MinuteStay): Span {
  return { from, to: Math.max(to ?? from, from + 1) };
}

function factsIn(stays: readonly MinuteStay[], window: Span): MinuteStay[] {
  return stays.flatMap((stay) => {
    if (!touches(stayed(stay), window)) return [];
    const from = Math.max(stay.from, window.from);
    return [stay.to === undefined ? { from } : { from, to: Math.min(stay.to, window.to) }];
  });
}
