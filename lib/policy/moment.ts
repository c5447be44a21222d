import type { Zone } from './zone.ts';

/** The range of the model's instants: 1970 to the end of 9999. */
const LAST_INSTANT = 253_402_300_799_999;

/**
 * An instant as a site sees it. Where the clock is set back a reading is shown twice; with `begun` and
 * `ended` a period of local times is one unbroken period all the same: it holds from the first time its
 * start is shown until the last time its end is.
 */
export interface Moment {
  /** Milliseconds since 1970 UTC. */
  readonly instant: number;
  /** The greatest local reading that the clock has shown up to now. */
  readonly begun: number;
  /** The greatest local reading that the clock will not show again, nor any before it. */
  readonly ended: number;
  /** Whether the wall time can be relied on. */
  readonly trusted: boolean;
}

/** A time that lies outside the model's range is no time at all: it is never trusted. */
export function momentAt(zone: Zone, now: number, clockTrusted: boolean): Moment {
  const instant = clampInstant(now);
  const segment = zone.segmentAt(instant);
  const reading = instant + segment.offset;
  return {
    instant,
    begun: Math.max(reading, segment.before),
    ended: Math.min(reading, segment.after),
    trusted: clockTrusted && instant === now,
  };
}

/** The nearest instant of the model; not a number becomes 1970. */
export function clampInstant(now: number): number {
  return now >= 0 ? Math.min(now, LAST_INSTANT) : 0;
}
