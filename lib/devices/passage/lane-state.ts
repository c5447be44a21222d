import { DIRECTIONS, type Direction } from '../../model/access-point.ts';
import type { CommonSettings, CommonState, Draft } from './draft.ts';
import type { Control } from './lock.ts';
import { isOpenMode, type DoorMode, type ModeState } from './mode.ts';
import type { Grant, Output, PassageEventCode } from './model.ts';

/** All times in milliseconds. */
export interface LaneSettings extends CommonSettings {
  readonly control: Control;
  /** Length of a pulse, for pulse control. */
  readonly pulseTime: number;
  /** How long the gate waits for somebody to come. */
  readonly waitingTime: number;
  /** Added to the waiting time for those who need more. */
  readonly extendedTime: number;
  /** A second passage within this time after a granted one is tailgating. */
  readonly tailgateTime: number;
  /** A passage sensor that is active for longer than this is an alarm. */
  readonly loiteringTime: number;
  /** Which edge of the sensor is the passage: a vehicle has passed when it leaves the loop. */
  readonly countsOn: 'entering' | 'leaving';
}

/** The gate decides when its waiting time is over; we wait a little longer, so that a late passage still counts. */
export const GRACE = 750;

/** One direction of a turnstile. */
export interface Way extends ModeState {
  readonly output: Output;
  /** For whom the way is open now. */
  readonly armed?: Grant;
  readonly queue: readonly Grant[];
  /** The last thing that should not have happened, until something ordinary happens again. */
  readonly alarm?: PassageEventCode;
  /** Monotonic instant of the last passage with a grant. */
  readonly lastPassage?: number;
}

export interface LaneState extends CommonState {
  readonly in: Way;
  readonly out: Way;
}

export type LaneDraft = Draft<LaneState, LaneSettings>;

/** The states of one direction as people know them. */
export type WayPhase = 'closed' | 'armed' | 'alarm' | 'free' | 'blocked' | 'fault' | 'emergency';

export const PASS = { in: 'passIn', out: 'passOut' } as const;

export function opposite(direction: Direction): Direction {
  return direction === 'in' ? 'out' : 'in';
}

/** The ways that something concerns: both, if no direction is named. */
export function waysOf(direction: Direction | undefined): readonly Direction[] {
  return direction === undefined ? DIRECTIONS : [direction];
}

export function phaseOf(state: LaneState, direction: Direction): WayPhase {
  const { mode, armed, alarm } = state[direction];
  if (state.emergency) return 'emergency';
  if (state.inputs.ready?.value === false) return 'fault';
  if (state.inputs.stop?.value === true) return 'blocked';
  if (isOpenMode(mode)) return 'free';
  if (mode !== 'locked') return 'blocked';
  if (alarm !== undefined) return 'alarm';
  return armed === undefined ? 'closed' : 'armed';
}

/** The mode as operators see it: a locked way that is open for somebody is `accessed`. */
export function shownMode({ mode, armed }: Way): DoorMode {
  return mode === 'locked' && armed !== undefined ? 'accessed' : mode;
}

/** Replaces what is given of one way. Fields that are `undefined` are removed. */
export function setWay(
  lane: LaneDraft,
  direction: Direction,
  change: { [K in keyof Way]?: Way[K] | undefined },
): void {
  const merged = Object.entries({ ...lane.state[direction], ...change });
  const way = Object.fromEntries(merged.filter(([, value]) => value !== undefined)) as unknown;
  lane.set({ [direction]: way as Way });
}
