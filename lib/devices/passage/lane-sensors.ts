import type { Direction } from '../../model/access-point.ts';
import { takeGrant } from './lane-grants.ts';
import { opposite, PASS, setWay, waysOf, type LaneDraft } from './lane-state.ts';
import type { LevelSensor, PassageEventCode, SensorValue } from './model.ts';

const LOITERING = 'loitering.';

type PassSensor = 'passIn' | 'passOut' | 'contact';

/** The way that a passage sensor belongs to; the contact of a turnstile belongs to none. */
const WAY: Readonly<Record<PassSensor, Direction | undefined>> = {
  [PASS.in]: 'in',
  [PASS.out]: 'out',
  contact: undefined,
};

export function passSensed(
  lane: LaneDraft,
  sensor: LevelSensor,
  value: SensorValue,
  before: SensorValue | undefined,
): void {
  if (!isPassSensor(sensor)) return;
  const isEntering = value === true;
  const isLeaving = before === true && value === false;
  if (value === 'fault') lane.event('contactFault');
  else if (before === 'fault') lane.event('alarmEnded', { details: { alarm: 'contactFault' } });
  if (isEntering) lane.startTimer(LOITERING + sensor, lane.settings.loiteringTime);
  else moveOn(lane, sensor);
  if (lane.settings.countsOn === 'entering' ? isEntering : isLeaving) passed(lane, WAY[sensor]);
}

export function loiteringFor(lane: LaneDraft, timer: string): void {
  const sensor = timer.slice(LOITERING.length) as PassSensor;
  const direction = WAY[sensor];
  for (const way of waysOf(direction)) setWay(lane, way, { alarm: 'loitering' });
  lane.event('loitering', direction === undefined ? {} : { direction });
}

export function isLoiteringTimer(timer: string): boolean {
  return timer.startsWith(LOITERING);
}

function isPassSensor(sensor: LevelSensor): sensor is PassSensor {
  return sensor in WAY;
}

function moveOn(lane: LaneDraft, sensor: PassSensor): void {
  lane.stopTimers(LOITERING + sensor);
  const direction = WAY[sensor];
  const loitering = waysOf(direction).filter((way) => lane.state[way].alarm === 'loitering');
  for (const way of loitering) setWay(lane, way, { alarm: undefined });
  if (loitering.length === 0) return;
  const way = direction === undefined ? {} : { direction };
  lane.event('alarmEnded', { ...way, details: { alarm: 'loitering' } });
}

/** Somebody has come through, in a direction that may not be known. */
function passed(lane: LaneDraft, direction: Direction | undefined): void {
  const armed = waysOf(direction).filter((way) => lane.state[way].armed !== undefined);
  const [way] = armed;
  if (way === undefined) uninvited(lane, direction);
  else if (armed.length === 1) takeGrant(lane, way, way);
  else if (lane.state.in.armed?.id === lane.state.out.armed?.id) takeGrant(lane, way, undefined);
  // Two different people are expected: which of them it was, nobody can tell.
  else lane.passage({ outcome: 'taken', direction: 'undefined', confirmed: true });
}

/** Somebody for whom the way was not opened: fine where everybody may pass, otherwise an alarm. */
function uninvited(lane: LaneDraft, direction: Direction | undefined): void {
  const ways = waysOf(direction);
  const isFree = ways.some((way) => lane.state[way].output === 'open');
  const outcome = isFree ? 'taken' : 'forced';
  lane.passage({ outcome, direction: direction ?? 'undefined', confirmed: true });
  if (isFree) return;
  const code = alarmFor(lane, direction);
  for (const way of ways) setWay(lane, way, { alarm: code });
  lane.event(code, direction === undefined ? {} : { direction });
}

function alarmFor(lane: LaneDraft, direction: Direction | undefined): PassageEventCode {
  const since = lane.now - lane.settings.tailgateTime;
  const isTailgating = waysOf(direction).some(
    (way) => (lane.state[way].lastPassage ?? -Infinity) >= since,
  );
  if (isTailgating) return 'tailgating';
  const isWrongWay = direction !== undefined && lane.state[opposite(direction)].armed !== undefined;
  return isWrongWay ? 'wrongWay' : 'forcedPassage';
}
