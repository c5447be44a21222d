import type { CommonSettings, CommonState, Draft } from './draft.ts';
import type { Control } from './lock.ts';
import type { DoorMode, ModeState } from './mode.ts';
import type { Grant, Output } from './model.ts';

/** All times in milliseconds. */
export interface DoorSettings extends CommonSettings {
  readonly control: Control;
  /** Length of a pulse, for pulse control. */
  readonly pulseTime: number;
  /** Time to open the door after a grant. */
  readonly releaseTime: number;
  /** How long the door may stay open. */
  readonly openTime: number;
  /** The warning comes this long before the open time is over; 0 for none. */
  readonly preAlarmTime: number;
  /** Added to release and open time for those who need more. */
  readonly extendedTime: number;
  /** From the opening to locking again, so that the bolt does not catch the door leaf. */
  readonly relockDelay: number;
  /** Without a usable contact: a grant counts as a passage, unconfirmed (D18). */
  readonly grantedCountsAsPassed: boolean;
  /** How long a grant waits until the interlock is free; 0 refuses at once. */
  readonly interlockWait: number;
  /** How long somebody may be between the doors of an airlock. */
  readonly loiteringTime: number;
}

/** A grant that has unlocked the door and whose holder has not come through yet. */
export interface Expected extends Grant {
  /** The door stood open meanwhile: he may have come through together with somebody else. */
  readonly doubtful: boolean;
}

export interface DoorState extends CommonState, ModeState {
  readonly output: Output;
  readonly alarm: 'none' | 'forced' | 'held';
  /** The warning before the alarm has been given. */
  readonly warned: boolean;
  readonly expected: readonly Expected[];
  /** Grants that wait for the interlock, each until its own instant. */
  readonly waiting: readonly { grant: Grant; until: number }[];
  /** The interlock lets this door open. */
  readonly free: boolean;
}

/** The name of the one lock. */
export const LOCK = 'both';

export type DoorDraft = Draft<DoorState, DoorSettings>;

/** The states of a door as people know them. */
export type DoorPhase =
  'secure' | 'released' | 'open' | 'warning' | 'held' | 'forced' | 'fault' | 'emergency';

export function phaseOf(state: DoorState): DoorPhase {
  const contact = state.inputs.contact?.value;
  if (state.emergency) return 'emergency';
  if (contact === 'fault') return 'fault';
  if (state.alarm !== 'none') return state.alarm;
  if (contact === true) return state.warned ? 'warning' : 'open';
  return state.timers.release === undefined ? 'secure' : 'released';
}

/** The mode as operators see it: a locked door that somebody may open now is `accessed`. */
export function shownMode(state: DoorState): DoorMode {
  const isReleased = state.timers.release !== undefined;
  return state.mode === 'locked' && isReleased ? 'accessed' : state.mode;
}
