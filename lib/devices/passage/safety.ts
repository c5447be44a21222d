import type { CommonSettings, CommonState, Draft } from './draft.ts';
import type { EventEffect, LevelSensor, SensorValue } from './model.ts';

type AnyDraft = Draft<CommonState, CommonSettings>;

/** Tells of tamper, a device that does not work, and the stop button. */
export function safetySensed(
  draft: Pick<AnyDraft, 'event'>,
  sensor: LevelSensor,
  value: SensorValue,
  before: SensorValue | undefined,
): void {
  if (sensor === 'tamper') follow(draft, 'tamper', value === true, before === true);
  if (sensor === 'ready') follow(draft, 'deviceNotReady', value !== true, before === false);
  if (sensor === 'stop' && value === true) draft.event('stopPressed');
  if (sensor === 'stop' && before === true) draft.event('stopReleased');
}

function follow(
  draft: Pick<AnyDraft, 'event'>,
  alarm: EventEffect['code'],
  isActive: boolean,
  wasActive: boolean,
): void {
  if (isActive) draft.event(alarm);
  else if (wasActive) draft.event('alarmEnded', { details: { alarm } });
}

/** A fire input has a new level. What it has opened stays open when the input falls back (F-32). */
export function fireReported(
  draft: Pick<AnyDraft, 'state' | 'settings' | 'setCommon' | 'event'>,
  active: boolean,
  source: string,
): void {
  const { fires, emergency } = draft.state;
  const others = fires.filter((fire) => fire !== source);
  const isNew = active && others.length === fires.length;
  const opens = emergency || (active && draft.settings.onFire === 'release');
  draft.setCommon({ fires: active ? [...others, source] : others, emergency: opens });
  if (isNew) draft.event('fireAlarm', { details: { source, released: opens } });
}

/** Ends the emergency, unless a fire input is still active. Returns whether it has ended. */
export function fireWasReset(
  draft: Pick<AnyDraft, 'state' | 'setCommon' | 'event'>,
  author: string,
): boolean {
  const [source] = draft.state.fires;
  if (source !== undefined) {
    draft.event('fireResetRefused', { author, details: { source } });
    return false;
  }
  if (!draft.state.emergency) return false;
  draft.setCommon({ emergency: false });
  draft.event('fireReset', { author });
  return true;
}
