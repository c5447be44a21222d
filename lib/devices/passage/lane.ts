import { DIRECTIONS, type Direction } from '../../model/access-point.ts';
import { NOTHING_YET } from './draft.ts';
import { grantArrived, isOccupied, waitingOver, withdrawWays } from './lane-grants.ts';
import { isLoiteringTimer, loiteringFor, passSensed } from './lane-sensors.ts';
import {
  phaseOf,
  setWay,
  shownMode,
  waysOf,
  type LaneDraft,
  type LaneSettings,
  type LaneState,
  type Way,
} from './lane-state.ts';
import { settleLock } from './lock.ts';
import { commandedMode, scheduledMode } from './mode-command.ts';
import { isOpenMode, remembered, toRemember, type DoorMode } from './mode.ts';
import type { LockView, Machine, Memory, Output, PassageEvent } from './model.ts';
import { play } from './play.ts';

/**
 * A turnstile, speed gate or barrier: two ways, each with its own lock, mode and queue. Its contact, if it has
 * one, tells of a passage without its direction.
 */
export function laneMachine(settings: LaneSettings): Machine<LaneState> {
  const rules = { sensed: passSensed, expired, handled, withdraw, settle };
  return {
    initial: initialState,
    step: (state, event, now) => play(rules, settings, state, event, now),
    memory: (state) => ({
      emergency: state.emergency,
      modes: { in: toRemember(state.in), out: toRemember(state.out) },
    }),
    view: (state) => DIRECTIONS.map((direction) => viewOf(state, direction)),
    // There is nothing that could tell.
    isSecure: () => false,
  };
}

function initialState(memory?: Memory): LaneState {
  const way = (direction: Direction): Way => ({
    ...remembered(memory?.modes[direction]),
    output: 'closed',
    queue: [],
  });
  return {
    ...NOTHING_YET,
    emergency: memory?.emergency ?? false,
    in: way('in'),
    out: way('out'),
  };
}

function viewOf(state: LaneState, direction: Direction): LockView {
  const way = state[direction];
  return {
    lock: direction,
    phase: phaseOf(state, direction),
    mode: shownMode(way),
    output: way.output,
    grants: [...(way.armed === undefined ? [] : [way.armed]), ...way.queue].map(({ id }) => id),
  };
}

function handled(lane: LaneDraft, event: PassageEvent): void {
  switch (event.type) {
    case 'grant':
      grantArrived(lane, event.grant);
      break;
    case 'mode':
      changeModes(lane, waysOf(event.origin.direction), (direction) => {
        const way = lane.state[direction];
        const origin = { ...event.origin, direction };
        return commandedMode(lane, way, shownMode(way), event.command, origin);
      });
      break;
    case 'schedule':
      changeModes(lane, waysOf(event.direction), (direction) =>
        scheduledMode(lane, lane.state[direction], event.mode, direction),
      );
      for (const way of waysOf(event.direction)) setWay(lane, way, { scheduled: event.mode });
      break;
    case 'close':
      changeModes(lane, DIRECTIONS, () => 'locked');
      break;
  }
}

/** Whoever is expected may still pass a way that is free for all, but not one that closes. */
function changeModes(
  lane: LaneDraft,
  ways: readonly Direction[],
  modeOf: (direction: Direction) => DoorMode | undefined,
): void {
  const changes = ways.flatMap((way) => {
    const mode = modeOf(way);
    return mode === undefined ? [] : [{ way, mode }];
  });
  const closing = changes.filter(({ mode }) => !isOpenMode(mode)).map(({ way }) => way);
  withdrawWays(lane, closing);
  for (const { way, mode } of changes) setWay(lane, way, { mode, alarm: undefined });
}

function withdraw(lane: LaneDraft): void {
  withdrawWays(lane, DIRECTIONS);
}

function expired(lane: LaneDraft, timer: string): void {
  if (isLoiteringTimer(timer)) loiteringFor(lane, timer);
  for (const direction of DIRECTIONS) {
    if (timer === `armed.${direction}`) waitingOver(lane, direction);
  }
}

function settle(lane: LaneDraft): void {
  for (const direction of DIRECTIONS) {
    const { output: from } = lane.state[direction];
    const { emergency } = lane.state;
    const to = wantedOutput(lane, direction);
    settleLock(lane, { lock: direction, from, to, control: lane.settings.control, emergency });
    setWay(lane, direction, { output: to });
  }
}

/** The only place that says when a way is open: for a fire, a mode, or somebody who is expected. */
function wantedOutput(lane: LaneDraft, direction: Direction): Output {
  if (lane.state.emergency) return 'open';
  if (lane.isActive('stop')) return 'closed';
  if (isOpenMode(lane.state[direction].mode)) return 'open';
  return lane.isRunning(`output.${direction}`) || isOccupied(lane, direction)
    ? 'limited'
    : 'closed';
}
