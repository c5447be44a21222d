import type { Effect, MachineView } from '../../lib/devices/passage/model.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { optional } from '../../lib/model/optional.ts';
import type { StatusName } from '../../lib/runtime/status.ts';
import type { RecentEffect } from './live-state.ts';

const MOST_RECENT = 20;

/** The last things that happened, newest first. */
export class Recent {
  #effects: RecentEffect[] = [];

  get effects(): RecentEffect[] {
    return this.#effects;
  }

  note(effect: Effect): void {
    this.#effects = [entryOf(effect), ...this.#effects].slice(0, MOST_RECENT);
  }
}

function entryOf(effect: Effect): RecentEffect {
  const at = systemClock.now();
  if (effect.type === 'command') {
    return { at, type: effect.type, what: effect.action, direction: effect.lock };
  }
  if (effect.type === 'passage') {
    return { at, type: effect.type, what: effect.outcome, direction: effect.direction };
  }
  const { code, direction, details = {} } = effect;
  return {
    at,
    type: effect.type,
    what: code,
    ...optional('direction', direction),
    ...optional('detail', Object.values(details).join(' → ') || undefined),
  };
}

const STATUS_OF_PHASE: Readonly<Record<string, StatusName>> = {
  emergency: 'emergency',
  fault: 'fault',
  forced: 'alarm',
  held: 'alarm',
  alarm: 'alarm',
  warning: 'alarm',
  blocked: 'blocked',
  free: 'unlocked',
  open: 'on',
  released: 'granted',
  armed: 'granted',
};

/** In the order of their weight: what the node shows if its locks differ. */
const WEIGHTY = Object.keys(STATUS_OF_PHASE);

const BLOCKED_MODES = ['blocked', 'doubleLocked', 'lockedDown'];

export function statusOf({ locks }: MachineView): StatusName {
  const phases = locks.map(({ phase }) => phase);
  const weightiest = WEIGHTY.find((phase) => phases.includes(phase));
  const status = STATUS_OF_PHASE[weightiest ?? ''];
  if (status !== undefined) return status;
  if (locks.some(({ mode }) => BLOCKED_MODES.includes(mode))) return 'blocked';
  return locks.some(({ output }) => output === 'open') ? 'unlocked' : 'ready';
}
