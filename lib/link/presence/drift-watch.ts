import type { EventEntry } from '../../model/record.ts';

/** What a gateway measures of the server's clock with one beat, in milliseconds. */
export interface ClockSample {
  /** By how much the server's clock is ahead of ours. */
  offset: number;
  /** Half of the round trip: the offset is not known better than that. */
  uncertainty: number;
}

const WARN = 1000;
const ALARM = 10_000;

type Level = 'agrees' | 'warned' | 'alarmed';
const LIMITS: Readonly<Record<Level, number>> = { agrees: 0, warned: WARN, alarmed: ALARM };

/** Compares two clocks, and tells when they part and when they agree again: warned at 1 s, alarmed at 10 s. */
export class DriftWatch {
  #level: Level = 'agrees';

  /** The event to be recorded, if the level has changed. */
  take({ offset, uncertainty }: ClockSample): EventEntry | undefined {
    const certain = Math.abs(offset) - uncertainty;
    const level = certain > ALARM ? 'alarmed' : certain > WARN ? 'warned' : 'agrees';
    // Around a limit it would change with every beat.
    const isBetter = LIMITS[level] < LIMITS[this.#level];
    if (isBetter && Math.abs(offset) > LIMITS[this.#level] / 2) return undefined;
    if (level === this.#level) return undefined;
    this.#level = level;
    if (level === 'agrees') return { category: 'system', code: 'serverClockAgrees' };
    const category = level === 'alarmed' ? 'alarm' : 'system';
    return { category, code: 'serverClockDrift', details: { seconds: Math.round(offset / 1000) } };
  }
}
