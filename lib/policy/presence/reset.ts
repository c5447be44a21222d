import { DAY, MINUTE, minuteOf } from '../local-time.ts';
import type { Zone as TimeZone } from '../zone.ts';

/**
 * The newest instant, not after `now`, at which the clock on the wall showed a time of day `HH:MM` for the first
 * time that day. On a day whose clock skips that time it is the instant after the gap.
 */
export function lastTimeOfDay(time: string, zone: TimeZone, now: number): number {
  const today = Math.floor((now + zone.segmentAt(now).offset) / DAY);
  // `24:00` of the day before is today's beginning; a gap may push a reading past `now`.
  for (let day = today; ; day--) {
    const instant = zone.toInstant(day * DAY + minuteOf(time) * MINUTE, 'start');
    if (instant <= now) return instant;
  }
}
