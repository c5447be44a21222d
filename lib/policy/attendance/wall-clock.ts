import { DAY, MINUTE, dayOf, minuteOf, periodEnd, periodStart } from '../local-time.ts';
import type { Zone as TimeZone } from '../zone.ts';
import type { Span } from './spans.ts';

const DAY_MINUTES = 1440;

/** The minute that holds an instant: a passage at 08:00:59 is one at 08:00. */
export function minuteAt(instant: number): number {
  return Math.floor(instant / MINUTE);
}

export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** Between minutes since 1970 UTC and the wall clock of the site; days are day numbers. */
export class WallClock {
  readonly #zone: TimeZone;

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  /** The first minute of a local day. */
  midnight(day: number): number {
    return this.#minuteOf(day * DAY, 'start');
  }

  /** From one time of a day to another, which is on the next day if it is not later. */
  shift(day: number, arrival: string, departure: string): Span {
    const next = minuteOf(departure) > minuteOf(arrival) ? 0 : 1;
    return {
      from: this.#minuteOf(day * DAY + minuteOf(arrival) * MINUTE, 'start'),
      to: this.#minuteOf((day + next) * DAY + minuteOf(departure) * MINUTE, 'end'),
    };
  }

  /** From one local date-time to another; a bare date as the end includes its day. */
  span(from: string, to: string): Span {
    return {
      from: this.#minuteOf(periodStart(from), 'start'),
      to: this.#minuteOf(periodEnd(to), 'end'),
    };
  }

  /** What the clock shows, in minutes from the midnight of `day` on. */
  reading(minute: number, day: number): number {
    const { offset } = this.#zone.segmentAt(minute * MINUTE);
    return minute + offset / MINUTE - day * DAY_MINUTES;
  }

  #minuteOf(local: number, edge: 'start' | 'end'): number {
    return minuteAt(this.#zone.toInstant(local, edge));
  }
}

/** The day numbers from one date to another, both included. */
export function daysFrom(from: string, to: string): number[] {
  const first = dayOf(from);
  return Array.from({ length: dayOf(to) - first + 1 }, (_, index) => first + index);
}
