import { contactExpired, contactSensed, superviseOpening } from './door-contact.ts';
import { admitWaiting, grantArrived, releaseOver, waitedTooLong, withdraw } from './door-grants.ts';
import {
  LOCK,
  phaseOf,
  shownMode,
  type DoorDraft,
  type DoorSettings,
  type DoorState,
} from './door-state.ts';
import { NOTHING_YET } from './draft.ts';
import { settleLock } from './lock.ts';
import { commandedMode, scheduledMode } from './mode-command.ts';
import { isOpenMode, remembered, toRemember, type DoorMode } from './mode.ts';
import type { LockView, Machine, Memory, Output, PassageEvent } from './model.ts';
import { play } from './play.ts';

/**
 * A door with one lock and, if it has one, a contact. Its phase follows from what is known: the mode, the
 * contact, who is expected, and which times are running.
 */
export function doorMachine(settings: DoorSettings): Machine<DoorState> {
  const rules = { sensed: contactSensed, expired, handled, withdraw, settle };
  return {
    initial: initialState,
    step: (state, event, now) => play(rules, settings, state, event, now),
    memory: (state) => ({ emergency: state.emergency, modes: { [LOCK]: toRemember(state) } }),
    view: (state) => [viewOf(state)],
    isSecure,
  };
}

function initialState(memory?: Memory): DoorState {
  return {
    ...NOTHING_YET,
    emergency: memory?.emergency ?? false,
    ...remembered(memory?.modes[LOCK]),
    output: 'closed',
    alarm: 'none',
    warned: false,
    expected: [],
    waiting: [],
    free: true,
  };
}

/** A signal that may be the beginning of an opening counts as one. */
function isSecure({ output, inputs }: DoorState): boolean {
  const { value, candidate } = inputs.contact ?? {};
  return output === 'closed' && value === false && candidate === undefined;
}

function viewOf(state: DoorState): LockView {
  return {
    lock: LOCK,
    phase: phaseOf(state),
    mode: shownMode(state),
    output: state.output,
    grants: [...state.expected, ...state.waiting.map(({ grant }) => grant)].map(({ id }) => id),
  };
}

function handled(door: DoorDraft, event: PassageEvent): void {
  switch (event.type) {
    case 'grant':
      grantArrived(door, event.grant);
      break;
    case 'shunt':
      door.startTimer('shunt', door.settings.releaseTime);
      break;
    case 'mode': {
      const { command, origin } = event;
      changeMode(door, commandedMode(door, door.state, shownMode(door.state), command, origin));
      break;
    }
    case 'schedule':
      changeMode(door, scheduledMode(door, door.state, event.mode));
      door.set({ scheduled: event.mode });
      break;
    case 'interlock':
      door.set({ free: event.free });
      settle(door);
      if (event.free) admitWaiting(door);
      break;
    case 'airlock':
      watchAirlock(door, event.occupied);
      break;
    case 'close':
      changeMode(door, 'locked');
      break;
  }
}

/** Whoever is expected may still come through a door that opens to all, but not through a locked one. */
function changeMode(door: DoorDraft, mode: DoorMode | undefined): void {
  if (mode === undefined) return;
  if (!isOpenMode(mode)) withdraw(door);
  door.set({ mode });
}

function watchAirlock(door: DoorDraft, occupied: boolean): void {
  door.stopTimers('airlock');
  if (occupied) door.startTimer('airlock', door.settings.loiteringTime);
}

function expired(door: DoorDraft, timer: string): void {
  if (timer === 'release') releaseOver(door);
  else if (timer === 'interlock') waitedTooLong(door);
  else if (timer === 'airlock') door.event('airlockOccupied');
  else contactExpired(door, timer);
}

function settle(door: DoorDraft): void {
  const { output: from, emergency } = door.state;
  if (from === 'open' && wantedOutput(door) !== 'open') withdraw(door);
  const to = wantedOutput(door);
  settleLock(door, { lock: LOCK, from, to, control: door.settings.control, emergency });
  door.set({ output: to });
  superviseOpening(door);
}

/** The only place that says when the lock is open: for a fire, a mode, or somebody who is expected. */
function wantedOutput(door: DoorDraft): Output {
  const { emergency, mode, free } = door.state;
  if (emergency) return 'open';
  if (door.isActive('stop')) return 'closed';
  if (mode === 'lockedOpen' || (mode === 'unlocked' && free)) return 'open';
  return door.isRunning('release') || door.isRunning('relock') ? 'limited' : 'closed';
}
