import type { Direction } from '../../model/access-point.ts';
import { optional } from '../../model/optional.ts';
import { end, isNew, refusalOf, refuse } from './admission.ts';
import { GRACE, PASS, setWay, shownMode, waysOf, type LaneDraft, type Way } from './lane-state.ts';
import type { Grant, Refusal } from './model.ts';

export function grantArrived(lane: LaneDraft, grant: Grant): void {
  if (!isNew(lane, grant)) return;
  const ways = waysOf(grant.direction);
  const refusal = ways.map((way) => wayRefuses(lane, lane.state[way], grant)).find(Boolean);
  if (refusal !== undefined) {
    const isOpen = ways.some((way) => lane.state[way].output === 'open');
    refuse(lane, grant, refusal, isOpen ? 'open' : 'closed');
  } else if (ways.every((way) => lane.state[way].armed === undefined)) arm(lane, grant);
  else for (const way of ways) setWay(lane, way, { queue: [...lane.state[way].queue, grant] });
}

function wayRefuses(lane: LaneDraft, way: Way, grant: Grant): Refusal | undefined {
  const { armed, queue } = way;
  // Whoever may go either way doesn't wait for others.
  const isBusy =
    armed !== undefined &&
    (grant.direction === undefined || queue.length >= lane.settings.queueLength);
  const refusal = refusalOf(lane, grant, shownMode(way), isBusy);
  if (refusal !== undefined && refusal !== 'busy') return refusal;
  return isExpected(way, grant.holder) ? 'repeated' : refusal;
}

function isExpected({ armed, queue }: Way, holder: string | undefined): boolean {
  return holder !== undefined && [armed, ...queue].some((grant) => grant?.holder === holder);
}

/** Opens for one person: one way or, if nobody knows which, both. */
function arm(lane: LaneDraft, grant: Grant): void {
  const { control, pulseTime, waitingTime, extendedTime } = lane.settings;
  const time = waitingTime + (grant.extended === true ? extendedTime : 0);
  const duration = control === 'pulse' ? pulseTime : time + vehicleTime(lane);
  for (const way of waysOf(grant.direction)) {
    setWay(lane, way, { armed: grant, alarm: undefined });
    lane.startTimer(`armed.${way}`, time + GRACE);
    lane.startTimer(`output.${way}`, time);
    if (lane.state[way].output === 'open') continue;
    lane.command({ lock: way, action: 'pulse', duration, grant: grant.id, cause: 'grant' });
    setWay(lane, way, { output: 'limited' });
  }
}

/** A barrier stays up while a vehicle is under it; `off` ends that earlier. */
function vehicleTime({ settings }: LaneDraft): number {
  return settings.countsOn === 'leaving' ? settings.loiteringTime : 0;
}

/** A vehicle stands under the barrier that was opened for it. */
export function isOccupied(lane: LaneDraft, way: Direction): boolean {
  const { armed } = lane.state[way];
  return lane.settings.countsOn === 'leaving' && armed !== undefined && lane.isActive(PASS[way]);
}

/** Somebody has come through this way with the grant that opened it. */
export function takeGrant(lane: LaneDraft, way: Direction, direction: Direction | undefined): void {
  const { armed } = lane.state[way];
  if (armed === undefined) return;
  end(lane, { id: armed.id, ...optional('direction', direction) }, 'taken');
  for (const each of waysOf(direction)) {
    setWay(lane, each, { alarm: undefined, lastPassage: lane.now });
  }
  finish(lane, armed);
}

/** Nobody has come in time. */
export function waitingOver(lane: LaneDraft, way: Direction): void {
  const { armed } = lane.state[way];
  if (armed === undefined || isOccupied(lane, way)) return;
  end(lane, armed, 'notTaken');
  finish(lane, armed);
}

/**
 * Ends all grants of these ways with a record, because their opening is withdrawn. The queues go first: nobody
 * may be let in on the way.
 */
export function withdrawWays(lane: LaneDraft, ways: readonly Direction[]): void {
  const queued = ways.flatMap((way) => lane.state[way].queue);
  for (const way of ways) setWay(lane, way, { queue: [], alarm: undefined });
  for (const way of ways) {
    const { armed } = lane.state[way];
    if (armed === undefined) continue;
    end(lane, armed, 'interrupted');
    finish(lane, armed);
  }
  for (const grant of queued) end(lane, grant, 'interrupted');
}

/** The grant is used up; whoever waits behind it is next. */
function finish(lane: LaneDraft, grant: Grant): void {
  for (const way of waysOf(grant.direction)) {
    setWay(lane, way, { armed: undefined });
    lane.stopTimers(`armed.${way}`, `output.${way}`);
    next(lane, way);
  }
}

function next(lane: LaneDraft, way: Direction): void {
  const [grant, ...queue] = lane.state[way].queue;
  if (grant === undefined) return;
  setWay(lane, way, { queue });
  if (grant.expires > lane.now) arm(lane, grant);
  else {
    end(lane, grant, 'notTaken');
    next(lane, way);
  }
}
