/** What the dialog and the node offer under the same names. */

/** What `msg.sensor` can say; the first five have a level, the others are pressed. */
export const LEVEL_SIGNALS = [
  'contact',
  'passA',
  'passB',
  'stop',
  'fire',
  'tamper',
  'ready',
] as const;
export const PRESSED_SIGNALS = ['requestToExit', 'button', 'fireReset'] as const;
export const SIGNALS = [...LEVEL_SIGNALS, ...PRESSED_SIGNALS] as const;
export type Signal = (typeof SIGNALS)[number];

/** One place of an array of inputs. */
export interface InputEntry {
  index: number;
  sensor: Signal;
  /** The input is false while something is the case. */
  inverted: boolean;
}

/** During this schedule, in this mode; in both directions unless one is named. */
export interface ScheduleEntry {
  schedule: string;
  mode: 'unlocked' | 'blocked' | 'locked';
  direction: 'in' | 'out' | '';
}

export const EXIT_REQUESTS = ['unlock', 'shunt'] as const;
export const ENTRY_SIDES = ['A', 'B'] as const;
