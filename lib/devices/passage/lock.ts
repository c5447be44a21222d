import type { CommonSettings, CommonState, Draft } from './draft.ts';
import type { Lock, Output } from './model.ts';

/** `pulse`: an edge opens, the lock closes by itself. `level`: open as long as the output is on. */
export type Control = 'pulse' | 'level';

interface Change {
  lock: Lock;
  from: Output;
  to: Output;
  control: Control;
  emergency: boolean;
}

/** Commands what brings a lock from one output to another; opening for a grant has a command of its own. */
export function settleLock(
  draft: Pick<Draft<CommonState, CommonSettings>, 'command'>,
  { lock, from, to, control, emergency }: Change,
): void {
  if (from === to) return;
  if (to === 'open') draft.command({ lock, action: 'on', cause: emergency ? 'fire' : 'mode' });
  // What a pulse has opened closes by itself.
  else if (from === 'open' || control === 'level') {
    draft.command({ lock, action: 'off', cause: 'end' });
  }
}
