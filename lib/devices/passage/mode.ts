import { optional } from '../../model/optional.ts';

/** Names and meaning of ONVIF's door modes; `accessed` is a locked door that is open for somebody. */
export const DOOR_MODES = [
  'locked',
  'unlocked',
  'accessed',
  'blocked',
  'doubleLocked',
  'lockedDown',
  'lockedOpen',
] as const;
export type DoorMode = (typeof DOOR_MODES)[number];

/** What an operator can ask for. To open for somebody takes a grant. */
export const MODE_COMMANDS = [
  'lock',
  'unlock',
  'block',
  'doubleLock',
  'lockDown',
  'lockDownRelease',
  'lockOpen',
  'lockOpenRelease',
] as const;
export type ModeCommand = (typeof MODE_COMMANDS)[number];

/** What a schedule can ask for. */
export const SCHEDULED_MODES = ['locked', 'unlocked', 'blocked'] as const;
export type ScheduledMode = (typeof SCHEDULED_MODES)[number];

/** `same`: nothing to do; `refused`: not in this mode; `fault`: the command makes no sense in this mode. */
export type ModeAnswer = DoorMode | 'same' | 'refused' | 'fault' | 'released';

type Row = Readonly<Record<ModeCommand | 'access', ModeAnswer>>;

const NORMAL = {
  lock: 'locked',
  unlock: 'unlocked',
  block: 'blocked',
  doubleLock: 'doubleLocked',
  lockDown: 'lockedDown',
  lockDownRelease: 'fault',
  lockOpen: 'lockedOpen',
  lockOpenRelease: 'fault',
} as const satisfies Record<ModeCommand, ModeAnswer>;

const HELD = {
  access: 'refused',
  lock: 'refused',
  unlock: 'refused',
  block: 'refused',
  doubleLock: 'refused',
  lockDown: 'refused',
  lockDownRelease: 'fault',
  lockOpen: 'refused',
  lockOpenRelease: 'fault',
} as const satisfies Row;

const TABLE: Readonly<Record<DoorMode, Row>> = {
  locked: { ...NORMAL, access: 'accessed', lock: 'same' },
  unlocked: { ...NORMAL, access: 'unlocked', unlock: 'same' },
  accessed: { ...NORMAL, access: 'accessed' },
  blocked: { ...NORMAL, access: 'refused', block: 'same' },
  doubleLocked: { ...NORMAL, access: 'refused', doubleLock: 'same' },
  lockedDown: { ...HELD, lockDown: 'same', lockDownRelease: 'released' },
  lockedOpen: { ...HELD, lockOpen: 'same', lockOpenRelease: 'released' },
};

/** The answer of a door in this mode to a command: the next mode, or why there is none. */
export function answerTo(mode: DoorMode, command: ModeCommand | 'access'): ModeAnswer {
  return TABLE[mode][command];
}

export function isOpenMode(mode: DoorMode): boolean {
  return mode === 'unlocked' || mode === 'lockedOpen';
}

/** A mode with what the schedule asked for last. `accessed` never stands here, it follows from a grant. */
export interface ModeState {
  readonly mode: DoorMode;
  readonly scheduled?: ScheduledMode;
}

/** After a release the schedule has its way again; without one the door is locked. */
export function afterRelease({ scheduled = 'locked' }: ModeState): DoorMode {
  return scheduled;
}

/**
 * The mode with which a door starts again. What the schedule had set waits until the schedule is known again:
 * the time for it may be over.
 */
export function remembered(memory: ModeState | undefined): ModeState {
  const bySchedule = memory === undefined || memory.mode === memory.scheduled;
  return bySchedule ? { mode: 'locked' } : memory;
}

/** What has to be remembered of a state. */
export function toRemember({ mode, scheduled }: ModeState): ModeState {
  return { mode, ...optional('scheduled', scheduled) };
}
