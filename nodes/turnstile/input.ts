import type { NodeMessageInFlow } from 'node-red';
import { MODE_COMMANDS } from '../../lib/devices/passage/mode.ts';
import type { LevelSensor, PassageEvent, SensorValue } from '../../lib/devices/passage/model.ts';
import { DIRECTIONS, type Direction } from '../../lib/model/access-point.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { Name } from '../../lib/model/fields.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import { PRESSED_SIGNALS, SIGNALS, type InputEntry, type Signal } from './turnstile.choices.ts';

/** What a message means: something for the machine, or a wish that has to be decided first. */
export type Meaning =
  | { type: 'event'; event: PassageEvent }
  | { type: 'request'; by: 'requestToExit' | 'button'; direction?: Direction };

interface Sender {
  /** Names the fire input of this node among those of other nodes. */
  node: string;
  passA: Direction;
}

const name = parser(Name);

/** A command for the mode of the door: `msg.mode`, with `msg.direction` and `msg.author`. */
export function modeMeant(message: NodeMessageInFlow): PassageEvent {
  const command = MODE_COMMANDS.find((each) => each === message.mode);
  if (command === undefined) {
    throw new AccessError('INPUT_INVALID', `msg.mode must be one of ${MODE_COMMANDS.join(', ')}`);
  }
  const origin = {
    ...optional('author', authorOf(message)),
    ...optional('direction', directionOf(message)),
  };
  return { type: 'mode', command, origin };
}

/** One signal: `msg.sensor` with `msg.payload`. */
export function signalMeant(message: NodeMessageInFlow, sender: Sender): Meaning | undefined {
  const signal = SIGNALS.find((each) => each === message.sensor);
  if (signal === undefined) {
    throw new AccessError('INPUT_INVALID', `msg.sensor must be one of ${SIGNALS.join(', ')}`);
  }
  const value = message.payload === 'fault' ? 'fault' : levelOf(message.payload, 'msg.payload');
  return meaningOf(signal, value, sender, {
    ...optional('author', authorOf(message)),
    ...optional('direction', directionOf(message)),
  });
}

/** Reads arrays of inputs, and remembers what was pressed in the last one: only a new press counts. */
export class InputArray {
  readonly #entries: readonly InputEntry[];
  readonly #before = new Map<InputEntry, boolean>();

  constructor(entries: readonly InputEntry[]) {
    this.#entries = entries;
  }

  get isUsed(): boolean {
    return this.#entries.length > 0;
  }

  meant(values: readonly unknown[], sender: Sender): Meaning[] {
    return this.#entries.flatMap((entry) => {
      const { index, sensor, inverted } = entry;
      if (index >= values.length) {
        throw new AccessError('INPUT_INVALID', `the array has no input ${index}`);
      }
      const level = levelOf(values[index], `input ${index}`) !== inverted;
      if (!this.#counts(entry, level)) return [];
      const meaning = meaningOf(sensor, level, sender, { author: 'input' });
      return meaning === undefined ? [] : [meaning];
    });
  }

  /** What is held down when the node starts was not pressed. */
  #counts(entry: InputEntry, level: boolean): boolean {
    const before = this.#before.get(entry);
    this.#before.set(entry, level);
    const isPressed = PRESSED_SIGNALS.some((each) => each === entry.sensor);
    return !isPressed || (level && before === false);
  }
}

function meaningOf(
  signal: Signal,
  value: SensorValue,
  { node, passA }: Sender,
  { author, direction }: { author?: string; direction?: Direction },
): Meaning | undefined {
  switch (signal) {
    case 'requestToExit':
      return value === true ? { type: 'request', by: signal, direction: 'out' } : undefined;
    case 'button':
      if (value !== true) return undefined;
      return { type: 'request', by: signal, ...optional('direction', direction) };
    case 'fire':
      // A line that is cut is what a fire panel does, too.
      return { type: 'event', event: { type: 'fire', active: value !== false, source: node } };
    case 'fireReset':
      return value === true ? reset(author) : undefined;
    case 'passA':
      return level(passA === 'in' ? 'passIn' : 'passOut', value);
    case 'passB':
      return level(passA === 'in' ? 'passOut' : 'passIn', value);
    default:
      return level(signal, value);
  }
}

function level(sensor: LevelSensor, value: SensorValue): Meaning {
  if (value === 'fault' && sensor !== 'contact') {
    throw new AccessError('INPUT_INVALID', 'only a contact can have a fault');
  }
  return { type: 'event', event: { type: 'sensor', sensor, value } };
}

function reset(author: string | undefined): Meaning {
  if (author === undefined) {
    throw new AccessError('INPUT_INVALID', 'msg.author: who resets the fire has to be named');
  }
  return { type: 'event', event: { type: 'fireReset', author } };
}

/** Boards say true and false, or 1 and 0. */
function levelOf(value: unknown, where: string): boolean {
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw new AccessError('INPUT_INVALID', `${where} must be true or false`);
}

function authorOf({ author }: NodeMessageInFlow): string | undefined {
  return author === undefined ? undefined : name.parse(author, 'msg.author');
}

/** The group that a message is for; this door only if it names none. */
export function groupOf({ group }: NodeMessageInFlow): string | undefined {
  return group === undefined ? undefined : name.parse(group, 'msg.group');
}

function directionOf({ direction }: NodeMessageInFlow): Direction | undefined {
  if (direction === undefined || direction === 'both') return undefined;
  const found = DIRECTIONS.find((each) => each === direction);
  if (found !== undefined) return found;
  throw new AccessError('INPUT_INVALID', 'msg.direction must be "in", "out" or "both"');
}
