import type { Clock } from '../model/clock.ts';
import type { EventEntry } from '../model/record.ts';

/** No gateway of this release ever ran before this instant. */
export const BUILD_FLOOR = Date.UTC(2026, 0, 1);

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const ABSURD = BUILD_FLOOR + 30 * 365.25 * DAY;
/** A wall clock may lie this far before the floor: time services correct in small steps. */
const TOLERANCE = 2 * SECOND;
const DRIFT = SECOND;
const STEP = 10 * SECOND;
/**
 * A machine without a battery for its clock comes up in the past, and is set right once the network is there. So
 * soon after power-on a jump ahead is that, and nobody has to vouch for it.
 */
const SETTLING = 15 * 60 * SECOND;

/** What has to survive a restart. */
export interface ClockMemory {
  /** The time is known to have been here already, in milliseconds since 1970 UTC. */
  floor: number;
  /** The clock jumped ahead by more than a day; only `confirm` ends the doubt. */
  confirmNeeded: boolean;
}

export interface Moment {
  /** Wall time in milliseconds since 1970 UTC. */
  now: number;
  trusted: boolean;
}

/**
 * Judges the wall clock. Time is doubted while it lies before the
 * floor, after a jump of more than a day ahead, and in absurd years. Every reading goes through here, so
 * that no step is missed.
 */
export interface ClockTrust {
  read(): Moment;
  /** The wall clock is right as it stands now, even if it lies before the floor. */
  confirm(): Moment;
  memory(): ClockMemory;
}

export interface ClockTrustOptions {
  clock: Clock;
  memory: ClockMemory;
  /** Told about steps and about every change of trust, before `read` returns. */
  report: (event: EventEntry, moment: Moment) => void;
}

export function createClockTrust({ clock, memory, report }: ClockTrustOptions): ClockTrust {
  let floor = Math.max(memory.floor, BUILD_FLOOR);
  let confirmNeeded = memory.confirmNeeded;
  let trusted = true;
  let anchor = { wall: clock.now(), monotonic: clock.monotonic() };

  /** How far the wall clock has run away from the monotonic one since the last look. */
  function stepSince(wall: number): number {
    const monotonic = clock.monotonic();
    const expected = anchor.wall + monotonic - anchor.monotonic;
    const step = wall - expected;
    if (Math.abs(step) <= DRIFT) return 0;
    anchor = { wall, monotonic };
    if (trusted) floor = Math.max(floor, expected); // so late it was, whatever the clock says now
    if (step > DAY && clock.uptime() > SETTLING) confirmNeeded = true;
    return step;
  }

  function doubt(wall: number): string | undefined {
    if (confirmNeeded) return 'steppedAhead';
    if (wall > ABSURD) return 'absurdYear';
    if (wall < floor - (trusted ? TOLERANCE : 0)) return 'beforeFloor';
    return undefined;
  }

  function judge(wall: number, step: number): Moment {
    const why = doubt(wall);
    const changed = trusted !== (why === undefined);
    trusted = why === undefined;
    if (trusted) floor = Math.max(floor, wall);
    const moment = { now: wall, trusted };
    if (step !== 0) report(stepEvent(step), moment);
    if (changed) report(trustEvent(why), moment);
    return moment;
  }

  return {
    read() {
      const wall = clock.now();
      return judge(wall, stepSince(wall));
    },
    confirm() {
      const wall = clock.now();
      anchor = { wall, monotonic: clock.monotonic() };
      confirmNeeded = false;
      floor = Math.max(wall, BUILD_FLOOR);
      return judge(wall, 0);
    },
    memory: () => ({ floor, confirmNeeded }),
  };
}

function stepEvent(step: number): EventEntry {
  const seconds = Math.round(step / SECOND);
  return Math.abs(step) > STEP
    ? { category: 'alarm', code: 'clockStepped', details: { seconds } }
    : { category: 'system', code: 'clockDrift', details: { seconds } };
}

function trustEvent(why: string | undefined): EventEntry {
  return why === undefined
    ? { category: 'system', code: 'clockTrusted' }
    : { category: 'alarm', code: 'clockUntrusted', details: { why } };
}
