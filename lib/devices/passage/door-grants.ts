import { end, isNew, refusalOf, refuse } from './admission.ts';
import { LOCK, shownMode, type DoorDraft, type Expected } from './door-state.ts';
import type { Grant } from './model.ts';

export function grantArrived(door: DoorDraft, grant: Grant): void {
  if (!isNew(door, grant)) return;
  const { expected, waiting, output, free } = door.state;
  const isBusy = expected.length + waiting.length > door.settings.queueLength;
  const refusal = refusalOf(door, grant, shownMode(door.state), isBusy);
  if (refusal !== undefined) refuse(door, grant, refusal, output);
  else if (free) release(door, grant);
  else if (door.settings.interlockWait > 0) waitForInterlock(door, grant);
  else refuse(door, grant, 'interlock', output);
}

/** The interlock has become free: whoever waited may open, if that is still in time. */
export function admitWaiting(door: DoorDraft): void {
  const { waiting } = door.state;
  door.set({ waiting: [] });
  door.stopTimers('interlock');
  for (const { grant } of waiting) release(door, grant);
}

export function waitedTooLong(door: DoorDraft): void {
  const { waiting } = door.state;
  door.set({ waiting: waiting.filter(({ until }) => until > door.now) });
  awaitNext(door);
  for (const { grant, until } of waiting) {
    if (until <= door.now) refuse(door, grant, 'interlock', door.state.output);
  }
}

/** Nobody else has opened the door in time. */
export function releaseOver(door: DoorDraft): void {
  const { expected } = door.state;
  door.set({ expected: [] });
  for (const person of expected) end(door, person, outcomeOf(door, person), false);
}

/** Ends all grants with a record, because their opening is withdrawn. */
export function withdraw(door: DoorDraft): void {
  const { expected, waiting } = door.state;
  for (const person of expected) end(door, person, 'interrupted');
  for (const { grant } of waiting) end(door, grant, 'interrupted');
  door.set({ expected: [], waiting: [] });
  door.stopTimers('release', 'relock', 'interlock');
}

/**
 * Unlocks for one more person. The time begins anew for all who are expected; a repeated read of somebody who
 * is expected already is good for that only.
 */
function release(door: DoorDraft, grant: Grant): void {
  const { expected, output } = door.state;
  const { holder } = grant;
  if (holder !== undefined && expected.some((person) => person.holder === holder)) {
    refuse(door, grant, 'repeated', output);
  } else door.set({ expected: [...expected, { ...grant, doubtful: door.isActive('contact') }] });
  const time = door.settings.releaseTime + extra(door, grant);
  door.startTimer('release', time);
  door.stopTimers('relock');
  if (output === 'open') return;
  const duration = door.settings.control === 'pulse' ? door.settings.pulseTime : time;
  door.command({ lock: LOCK, action: 'pulse', duration, grant: grant.id, cause: 'grant' });
  door.set({ output: 'limited' });
}

function extra(door: DoorDraft, { extended }: Grant): number {
  return extended === true ? door.settings.extendedTime : 0;
}

function waitForInterlock(door: DoorDraft, grant: Grant): void {
  const until = Math.min(door.now + door.settings.interlockWait, grant.expires);
  door.set({ waiting: [...door.state.waiting, { grant, until }] });
  awaitNext(door);
}

function awaitNext(door: DoorDraft): void {
  door.stopTimers('interlock');
  const { waiting } = door.state;
  if (waiting.length === 0) return;
  door.startTimer('interlock', Math.min(...waiting.map(({ until }) => until)) - door.now);
}

/** What a door can know of somebody for whom it was not opened. */
function outcomeOf(door: DoorDraft, { doubtful }: Expected): 'taken' | 'notTaken' {
  const contact = door.state.inputs.contact?.value;
  if (doubtful || contact === true) return 'taken';
  const cannotTell = contact === undefined || contact === 'fault';
  return cannotTell && door.settings.grantedCountsAsPassed ? 'taken' : 'notTaken';
}
