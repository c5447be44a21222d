import type { Effect, MachineView } from '../../lib/devices/passage/model.ts';

/** One thing that happened, in words that the dialog can translate. */
export interface RecentEffect {
  at: number;
  type: Effect['type'];
  /** The action, the outcome or the code. */
  what: string;
  direction?: string;
  detail?: string;
}

/** What the dialog shows of a running node. */
export interface LiveState extends MachineView {
  kind: string;
  group?: string;
  interlock?: { name: string; free: boolean };
  recent: RecentEffect[];
}
