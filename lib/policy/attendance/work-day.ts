import type { Roster } from './roster.ts';
import { touches, type Span } from './spans.ts';
import type { WallClock } from './wall-clock.ts';

/** No presence moves the change from one day to the next by more than so many minutes. */
const MOST_MOVED = 720;

/**
 * The time that belongs to a day at one employer. It changes at midnight, or at the end of a shift that runs
 * across it. Who is present at the change is not cut in two: the presence goes to the shift that it overlaps,
 * else to the day on which it began. Days follow each other without gap and without overlap.
 */
export function workDay(
  day: number,
  roster: Roster,
  presence: readonly Span[],
  clock: WallClock,
): Span {
  const change = (before: number): number => changeAfter(before, roster, presence, clock);
  // A change may lie behind the next one where a shift is much longer than a day.
  const from = Math.max(change(day - 1), change(day - 2));
  return { from, to: Math.max(from, change(day)) };
}

function changeAfter(
  day: number,
  { shifts }: Roster,
  presence: readonly Span[],
  clock: WallClock,
): number {
  const ending = shifts.get(day);
  const coming = shifts.get(day + 1);
  const midnight = clock.midnight(day + 1);
  const latest = coming?.from ?? Infinity;
  const planned = Math.min(Math.max(midnight, ending?.to ?? midnight), latest);
  const across = presence.find(({ from, to }) => from < planned && planned < to);
  if (across === undefined) return planned;
  const isEnding = ending !== undefined && touches(across, ending);
  const isComing = coming !== undefined && touches(across, coming);
  if (isComing && !isEnding) return Math.max(across.from, midnight - MOST_MOVED);
  return Math.min(across.to, latest, Math.max(planned, midnight + MOST_MOVED));
}
