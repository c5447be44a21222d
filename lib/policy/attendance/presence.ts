import type { TimeCorrection } from '../../model/time-correction.ts';
import type { PersonFacts, Stay } from './attendance.ts';
import type { Roster } from './roster.ts';
import { united, without, type Span } from './spans.ts';
import { minuteAt, type WallClock } from './wall-clock.ts';

/** What was seen alone belongs to a shift that is at most so many minutes away. */
const REACH = 720;

/** An entry or exit that nobody saw, with the minute of its counterpart. */
export interface Missing {
  readonly what: 'entry' | 'exit';
  readonly at: number;
}

/** A stay in whole minutes; `to` is absent if no exit was seen. */
export interface MinuteStay {
  readonly from: number;
  readonly to?: number;
  readonly hasEntry: boolean;
  /** What was not seen and is not settled by a correction. */
  readonly missing: readonly Missing[];
}

/** Where a person was, as one employer counts it. */
export interface Presence {
  /** The stays as the passages tell them, in the order of entry. */
  readonly facts: readonly MinuteStay[];
  /** Stretches of corrections, whatever they say. */
  readonly corrected: readonly Span[];
  /** What counts: unseen entries and exits as the rule says, corrections made, short absences bridged. */
  readonly spans: readonly Span[];
  /** The same with all that may have been, to tell to which day it belongs. */
  readonly reach: readonly Span[];
}

interface Surroundings {
  parents: ReadonlyMap<string, string>;
  clock: WallClock;
  asOf: number;
}

export function presenceOf(person: PersonFacts, roster: Roster, around: Surroundings): Presence {
  const corrections = correctionsFor(person.corrections, roster.firm);
  const corrected = corrections.map(({ from, to }) => around.clock.span(from, to));
  const facts = person.stays
    .filter((stay) => isCounted(stay, roster, around))
    .map((stay) => minuteStay(stay, corrected))
    .sort((a, b) => a.from - b.from);
  const seen = facts.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]));
  const assumed = assumedSpans(facts, roster, minuteAt(around.asOf));
  const settled = (spans: Span[]): Span[] => {
    const result = corrections.reduce((list, { present }, index) => {
      const span = corrected[index];
      if (span === undefined) return list;
      return present ? [...list, span] : without(list, span);
    }, spans);
    return united(result, roster.rules.shortAbsence);
  };
  const reach = assumed.length === 0 ? undefined : settled([...seen, ...assumed]);
  const spans = reach !== undefined && roster.rules.unseen === 'planned' ? reach : settled(seen);
  return { facts, corrected, spans, reach: reach ?? spans };
}

function isCounted({ zone }: Stay, { rules }: Roster, { parents }: Surroundings): boolean {
  return rules.zones === undefined ? !parents.has(zone) : rules.zones.includes(zone);
}

/** In the order in which they were made, so that the later one holds. */
function correctionsFor(corrections: readonly TimeCorrection[], firm: string): TimeCorrection[] {
  return corrections
    .filter((correction) => correction.firm === undefined || correction.firm === firm)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function minuteStay({ entered, left, unseenEntry }: Stay, corrected: readonly Span[]): MinuteStay {
  const at = minuteAt(entered);
  const hasEntry = unseenEntry !== true;
  const missing: Missing[] = [];
  if (!hasEntry) missing.push({ what: 'entry', at });
  if (left === undefined) missing.push({ what: 'exit', at });
  return {
    from: at,
    ...(left === undefined ? {} : { to: minuteAt(left) }),
    hasEntry,
    missing: missing.filter((one) => !corrected.some((span) => holds(span, one))),
  };
}

/** The minute that tells to which day an unseen entry or exit belongs. */
export function minuteOf({ what, at }: Missing): number {
  return what === 'entry' ? at - 1 : at;
}

export function holds({ from, to }: Span, missing: Missing): boolean {
  return from <= minuteOf(missing) && minuteOf(missing) < to;
}

/** Whether what was seen alone may be the beginning or the end of the work of a shift. */
export function belongsTo(missing: Missing, { from, to }: Span): boolean {
  const wide = missing.what === 'entry' ? { from, to: to + REACH } : { from: from - REACH, to };
  return holds(wide, missing);
}

/** Unseen entries and exits where the shift begins or ends that they belong to. */
function assumedSpans(facts: readonly MinuteStay[], { shifts }: Roster, now: number): Span[] {
  const all = [...shifts.values()].filter((shift) => shift !== undefined);
  return facts.flatMap((stay) =>
    stay.missing.flatMap((missing) => {
      const near = all.filter((shift) => belongsTo(missing, shift));
      if (near.length === 0) return [];
      return [missing.what === 'entry' ? before(stay, near, facts) : after(stay, near, facts, now)];
    }),
  );
}

/** From the shift that began last, but not from before the stay that ended last. */
function before({ from }: MinuteStay, near: readonly Span[], facts: readonly MinuteStay[]): Span {
  const earlier = facts.map((stay) => stay.to ?? stay.from).filter((end) => end < from);
  return { from: Math.max(...near.map((shift) => shift.from), ...earlier), to: from };
}

/** Until the shift that ends first, the next entry or the present, whatever comes first. */
function after(
  { from }: MinuteStay,
  near: readonly Span[],
  facts: readonly MinuteStay[],
  now: number,
): Span {
  const next = facts.find((stay) => stay.from > from)?.from ?? Infinity;
  return { from, to: Math.min(...near.map((shift) => shift.to), next, now) };
}
