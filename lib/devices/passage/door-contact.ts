import { end } from './admission.ts';
import type { DoorDraft } from './door-state.ts';
import type { LevelSensor, SensorValue } from './model.ts';

export function contactSensed(
  door: DoorDraft,
  sensor: LevelSensor,
  value: SensorValue,
  before: SensorValue | undefined,
): void {
  if (sensor !== 'contact') return;
  if (before === 'fault') door.event('alarmEnded', { details: { alarm: 'contactFault' } });
  if (value === 'fault') contactLost(door);
  else if (value) opened(door, before);
  else closed(door);
}

export function contactExpired(door: DoorDraft, timer: string): void {
  if (timer === 'warning') {
    door.set({ warned: true });
    door.event('doorHeldWarning');
  }
  if (timer === 'held') {
    door.set({ alarm: 'held', warned: false });
    door.event('doorHeldOpen');
  }
}

/** Times and alarms of an open door are of no interest while everybody may open it. */
export function superviseOpening(door: DoorDraft): void {
  if (door.state.output === 'open') {
    stopWatching(door);
    endAlarm(door);
  } else if (door.isActive('contact') && door.state.alarm === 'none' && !door.isRunning('held')) {
    watchOpening(door, 0);
  }
}

/** The first report of a door that is found open is neither a passage nor an alarm, unless somebody is expected. */
function opened(door: DoorDraft, before: SensorValue | undefined): void {
  if (door.state.expected.length > 0) cameThrough(door);
  else if (before === undefined) return;
  else if (door.isRunning('shunt')) leftFreely(door);
  else if (door.state.output === 'open') taken(door, 'undefined');
  else forced(door);
}

/** The oldest grant is taken; whoever else is expected may slip through in the same opening. */
function cameThrough(door: DoorDraft): void {
  const [first, ...rest] = door.state.expected;
  if (first === undefined) return;
  end(door, first, 'taken', true);
  door.set({ expected: rest.map((other) => ({ ...other, doubtful: true })) });
  watchOpening(door, first.extended === true ? door.settings.extendedTime : 0);
  if (rest.length > 0) return;
  door.stopTimers('release');
  if (door.settings.relockDelay > 0) door.startTimer('relock', door.settings.relockDelay);
}

function leftFreely(door: DoorDraft): void {
  door.stopTimers('shunt');
  taken(door, 'out');
}

function taken(door: DoorDraft, direction: 'out' | 'undefined'): void {
  door.passage({ outcome: 'taken', direction, confirmed: true });
}

function forced(door: DoorDraft): void {
  door.set({ alarm: 'forced' });
  door.passage({ outcome: 'forced', direction: 'undefined', confirmed: true });
  door.event('doorForcedOpen');
}

function closed(door: DoorDraft): void {
  stopWatching(door);
  endAlarm(door);
  door.stopTimers('relock');
}

function contactLost(door: DoorDraft): void {
  stopWatching(door);
  door.event('contactFault');
}

function watchOpening(door: DoorDraft, extra: number): void {
  const { openTime, preAlarmTime } = door.settings;
  const time = openTime + extra;
  door.set({ warned: false });
  door.startTimer('held', time);
  if (preAlarmTime > 0) door.startTimer('warning', Math.max(0, time - preAlarmTime));
}

function stopWatching(door: DoorDraft): void {
  door.stopTimers('warning', 'held');
  if (door.state.warned) door.set({ warned: false });
}

function endAlarm(door: DoorDraft): void {
  const { alarm } = door.state;
  if (alarm === 'none') return;
  door.set({ alarm: 'none' });
  const code = alarm === 'forced' ? 'doorForcedOpen' : 'doorHeldOpen';
  door.event('alarmEnded', { details: { alarm: code } });
}
