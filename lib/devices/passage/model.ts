import type { Direction } from '../../model/access-point.ts';
import type { Passage } from '../../model/decision.ts';
import type { EventCategory } from '../../model/record.ts';
import type { DoorMode, ModeCommand, ModeState, ScheduledMode } from './mode.ts';

/** What is unlocked and locked: the one lock of a door, or one direction of a turnstile. */
export type Lock = 'both' | Direction;

/** A granted decision as a machine sees it. */
export interface Grant {
  /** The decision. */
  id: string;
  /** By whom: a repeated read of the same holder opens nothing twice. Nobody in particular if absent. */
  holder?: string;
  /** Which way; both if absent. */
  direction?: Direction;
  /** Monotonic instant, in milliseconds, from which it must not open anything any more. */
  expires: number;
  /** The holder needs more time. */
  extended?: boolean;
}

/** `fault`: the line to the sensor is cut or shorted. */
export type SensorValue = boolean | 'fault';

/**
 * Signals that have a level. `contact` is true while a door is open; at a turnstile it is a passage whose
 * direction nobody knows. `ready` is true while the device works, all others while something is the case.
 */
export const LEVEL_SENSORS = ['contact', 'passIn', 'passOut', 'stop', 'tamper', 'ready'] as const;
export type LevelSensor = (typeof LEVEL_SENSORS)[number];

/** Who asked, and for which direction of a turnstile; for both if absent. */
export interface Origin {
  author?: string;
  direction?: Direction;
}

export type PassageEvent =
  /** Time has passed. */
  | { type: 'tick' }
  | { type: 'grant'; grant: Grant }
  | { type: 'sensor'; sensor: LevelSensor; value: SensorValue }
  /** A request to exit at a door that opens from inside without the lock: the opening is no alarm. */
  | { type: 'shunt' }
  | { type: 'mode'; command: ModeCommand; origin: Origin }
  /** The mode that the time of day asks for. */
  | { type: 'schedule'; mode: ScheduledMode; direction?: Direction }
  /** Several fire inputs may be active at the same time; each is named by its source. */
  | { type: 'fire'; active: boolean; source: string }
  | { type: 'fireReset'; author: string }
  /** Whether the interlock group lets this door open. */
  | { type: 'interlock'; free: boolean }
  /** Whether somebody who came through this door is still in the airlock. */
  | { type: 'airlock'; occupied: boolean }
  /** The machine ends: nothing stays open but for a fire, no grant stays without a record. */
  | { type: 'close' };

/** What happened, as it stands in the event log, and where it belongs there. */
export const PASSAGE_EVENTS = {
  doorForcedOpen: 'alarm',
  doorHeldOpen: 'alarm',
  contactFault: 'alarm',
  forcedPassage: 'alarm',
  wrongWay: 'alarm',
  tailgating: 'alarm',
  loitering: 'alarm',
  airlockOccupied: 'alarm',
  deviceNotReady: 'alarm',
  tamper: 'alarm',
  fireAlarm: 'alarm',
  exitBlocked: 'alarm',
  doorHeldWarning: 'device',
  alarmEnded: 'device',
  grantRefused: 'device',
  stopPressed: 'device',
  stopReleased: 'device',
  modeChanged: 'administration',
  modeRefused: 'administration',
  fireReset: 'administration',
  fireResetRefused: 'administration',
} as const satisfies Record<string, EventCategory>;
export type PassageEventCode = keyof typeof PASSAGE_EVENTS;

/** Why a grant opened nothing. */
export type Refusal =
  'emergency' | 'stopped' | 'notReady' | 'blocked' | 'interlock' | 'repeated' | 'busy' | 'expired';

export interface CommandEffect {
  type: 'command';
  lock: Lock;
  /** `pulse` opens and ends by itself, `on` opens until `off`. */
  action: 'pulse' | 'on' | 'off';
  /** Milliseconds, for a pulse. */
  duration?: number;
  /** The decision that opens. */
  grant?: string;
  cause: 'grant' | 'mode' | 'fire' | 'end';
}

export interface PassageEffect {
  type: 'passage';
  outcome: Passage['outcome'];
  direction: Passage['direction'];
  confirmed: boolean;
  /** The decision; none for somebody who came without one. */
  grant?: string;
}

export interface EventEffect {
  type: 'event';
  code: PassageEventCode;
  direction?: Direction;
  grant?: string;
  author?: string;
  details?: Record<string, string | boolean>;
}

/** What has to be done. `at` is the monotonic instant of the cause. */
export type Effect = (CommandEffect | PassageEffect | EventEffect) & { at: number };

export interface Step<State> {
  state: State;
  effects: readonly Effect[];
  /** Monotonic instant of the next `tick`; none if there is nothing to wait for. */
  nextDeadline: number | undefined;
}

/** What outlives a restart: modes and a fire, never a grant. */
export interface Memory {
  emergency: boolean;
  modes: Partial<Record<Lock, ModeState>>;
}

/** How one lock stands, for people to look at. */
export interface LockView {
  lock: Lock;
  phase: string;
  mode: DoorMode;
  /** `limited`: open for somebody, and closing by itself. */
  output: Output;
  /** Decisions that are being acted on or wait for their turn. */
  grants: string[];
}

/** A machine as people look at it. */
export interface MachineView {
  locks: LockView[];
  emergency: boolean;
  sensors: Record<string, SensorValue>;
  /** What is being waited for, with the milliseconds that are left. */
  timers: { name: string; remaining: number }[];
}

export type Output = 'closed' | 'limited' | 'open';

/**
 * A machine without a clock and without timers: the caller passes every event together with the monotonic
 * time, and a `tick` at `nextDeadline`. Deadlines that have passed are handled first, in their order.
 */
export interface Machine<State> {
  initial(memory?: Memory): State;
  step(state: State, event: PassageEvent, now: number): Step<State>;
  memory(state: State): Memory;
  view(state: State): LockView[];
  /** Closed and locked for certain, as an interlock understands it. */
  isSecure(state: State): boolean;
}
