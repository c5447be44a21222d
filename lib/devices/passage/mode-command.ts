import type { Direction } from '../../model/access-point.ts';
import { optional } from '../../model/optional.ts';
import type { CommonSettings, CommonState, Draft } from './draft.ts';
import {
  afterRelease,
  answerTo,
  type DoorMode,
  type ModeCommand,
  type ModeState,
  type ScheduledMode,
} from './mode.ts';
import type { Origin } from './model.ts';

type AnyDraft = Pick<Draft<CommonState, CommonSettings>, 'state' | 'event'>;

/**
 * The mode after an operator's command, with the record of it; undefined if nothing changes. `shown` is the
 * mode as the operator sees it. During a fire no command counts.
 */
export function commandedMode(
  draft: AnyDraft,
  current: ModeState,
  shown: DoorMode,
  command: ModeCommand,
  origin: Origin,
): DoorMode | undefined {
  const answer = draft.state.emergency ? 'refused' : answerTo(shown, command);
  if (answer === 'same') return undefined;
  if (answer === 'refused' || answer === 'fault') {
    draft.event('modeRefused', { ...origin, details: { command, mode: shown, answer } });
    return undefined;
  }
  const next = answer === 'released' ? afterRelease(current) : answer;
  recordMode(draft, shown, next, origin);
  return next;
}

/**
 * The mode when the schedule asks for another one; undefined if that changes nothing. It never undoes what an operator has blocked, locked down
 * or locked open; an operator's lock or unlock lasts until the schedule changes.
 */
export function scheduledMode(
  draft: AnyDraft,
  { mode, scheduled }: ModeState,
  next: ScheduledMode,
  direction?: Direction,
): DoorMode | undefined {
  const yields = mode === 'locked' || mode === 'unlocked' || mode === scheduled;
  if (next === scheduled || !yields || mode === next) return undefined;
  recordMode(draft, mode, next, { author: 'schedule', ...optional('direction', direction) });
  return next;
}

function recordMode(draft: AnyDraft, from: DoorMode, to: DoorMode, origin: Origin): void {
  draft.event('modeChanged', { ...origin, details: { from, to } });
}
