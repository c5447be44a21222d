import type { Attempt } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';

/** Age of a read in milliseconds; asked again after everything that takes time. */
export type Age = () => number;

/** A read that is older than this opens nothing any more (F-30). Milliseconds. */
export const STALE = 3000;

/** How far the time of a read may lie ahead of ours before nothing is known of its age. Milliseconds. */
const AHEAD = 2000;

/** The age of an attempt that was under way for `waited` milliseconds of the monotonic clock. */
export function ageOf(attempt: Attempt, waited: number, now: number, clock: Clock): Age {
  const started = clock.monotonic();
  const ageThen = Math.max(waited, ageOnArrival(attempt, now));
  return () => ageThen + clock.monotonic() - started;
}

/**
 * Age by the wall clock, from the last thing that was presented. A read from the future has no known age:
 * the clock was set back meanwhile, or it is not ours.
 */
function ageOnArrival(attempt: Attempt, now: number): number {
  const newest = attempt.credentials.reduce(
    (at, credential) => Math.max(at, credential.at),
    attempt.at,
  );
  const age = now - newest;
  return age < -AHEAD ? Infinity : age;
}
