import type { TimeCorrection } from '../../model/time-correction.ts';
import type { PersonFacts, Stay } from './attendance.ts';
import type { Roster } from './roster.ts';
import { united, without, type Span } from './spans.ts';
import { minuteAt, type WallClock } from './wall-clock.ts';

/** An entry belongs to a shift that begins at most so many minutes later. */
const EARLIEST = 720;

/** A stay in whole minutes; `to` is absent if no exit is known. */
export interface MinuteStay {
  readonly from: number;
  readonly to?: number;
}

/** Where a person was, as one employer counts it. */
export interface Presence {
  /** The stays as the passages tell them, in the order of entry. */
  readonly facts: readonly MinuteStay[];
  /** Entries without exit that no correction has settled. */
  readonly openEntries: readonly number[];
  /** Stretches of corrections, whatever they say. */
  readonly corrected: readonly Span[];
  /** What counts: missing exits filled in, corrections made, short absences bridged. */
  readonly spans: readonly Span[];
}

interface Surroundings {
  parents: ReadonlyMap<string, string>;
  clock: WallClock;
  asOf: number;
}

export function presenceOf(person: PersonFacts, roster: Roster, around: Surroundings): Presence {
  const facts = countedStays(person.stays, roster, around);
  const corrections = correctionsFor(person.corrections, roster.firm);
  const corrected = corrections.map(({ from, to }) => around.clock.span(from, to));
  const settled = (entry: number): boolean =>
    corrected.some(({ from, to }) => from <= entry && entry < to);
  const openEntries = facts
    .filter(({ from, to }) => to === undefined && !settled(from))
    .map(({ from }) => from);
  let spans = facts.flatMap(({ from, to }) => (to === undefined ? [] : [{ from, to }]));
  spans.push(...assumedSpans(openEntries, facts, roster, minuteAt(around.asOf)));
  for (const [index, { present }] of corrections.entries()) {
    const span = corrected[index];
    if (span !== undefined) spans = present ? [...spans, span] : without(spans, span);
  }
  return { facts, openEntries, corrected, spans: united(spans, roster.rules.shortAbsence) };
}

function countedStays(
  stays: readonly Stay[],
  { rules: { zones } }: Roster,
  { parents }: Surroundings,
): MinuteStay[] {
  const counts = (zone: string | undefined): boolean =>
    zone !== undefined && (zones?.includes(zone) === true || counts(parents.get(zone)));
  return stays
    .filter(({ zone }) => zones === undefined || counts(zone))
    .map(({ entered, left }) => ({
      from: minuteAt(entered),
      ...(left === undefined ? {} : { to: minuteAt(left) }),
    }))
    .sort((a, b) => a.from - b.from);
}

/** In the order in which they were made, so that the later one holds. */
function correctionsFor(corrections: readonly TimeCorrection[], firm: string): TimeCorrection[] {
  return corrections
    .filter((correction) => correction.firm === undefined || correction.firm === firm)
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** Stays without exit end with the shift they belong to, the next entry or the present, whatever comes first. */
function assumedSpans(
  entries: readonly number[],
  facts: readonly MinuteStay[],
  { rules, shifts }: Roster,
  now: number,
): Span[] {
  if (rules.missingExit !== 'planned') return [];
  return entries.flatMap((entry) => {
    const ends = [...shifts.values()].flatMap((shift) =>
      shift !== undefined && shift.from - EARLIEST <= entry && entry < shift.to ? [shift.to] : [],
    );
    if (ends.length === 0) return [];
    const next = facts.find(({ from }) => from > entry)?.from ?? Infinity;
    return [{ from: entry, to: Math.min(...ends, next, now) }];
  });
}
