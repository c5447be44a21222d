import type { CommonState } from '../../../lib/devices/passage/draft.ts';
import type { LaneSettings } from '../../../lib/devices/passage/lane-state.ts';
import type { PassageSettings } from '../../../lib/devices/passage/machine.ts';
import type {
  Effect,
  Grant,
  Machine,
  Memory,
  PassageEvent,
} from '../../../lib/devices/passage/model.ts';

export const SETTINGS: PassageSettings & LaneSettings = {
  control: 'level',
  pulseTime: 500,
  releaseTime: 5000,
  openTime: 20_000,
  preAlarmTime: 5000,
  extendedTime: 10_000,
  relockDelay: 500,
  waitingTime: 5000,
  tailgateTime: 1000,
  loiteringTime: 8000,
  countsOn: 'entering',
  queueLength: 1,
  grantedCountsAsPassed: false,
  interlockWait: 0,
  onFire: 'release',
  debounce: 0,
};

export function grant(id: string, more: Partial<Grant> = {}): PassageEvent {
  return { type: 'grant', grant: { id, direction: 'in', expires: Infinity, ...more } };
}

export function sensor(
  name: Extract<PassageEvent, { type: 'sensor' }>['sensor'],
  value: boolean | 'fault' = true,
): PassageEvent {
  return { type: 'sensor', sensor: name, value };
}

export function mode(
  command: Extract<PassageEvent, { type: 'mode' }>['command'],
  direction?: 'in' | 'out',
): PassageEvent {
  return {
    type: 'mode',
    command,
    origin: direction === undefined ? { author: 'guard' } : { author: 'guard', direction },
  };
}

export const fire = (active = true, source = 'input'): PassageEvent => ({
  type: 'fire',
  active,
  source,
});

/** Plays events against a machine, and writes down in short what it does. */
export class Bench<State extends CommonState> {
  readonly #machine: Machine<State>;
  state: State;
  now = 1000;
  next: number | undefined;
  #log: string[] = [];

  constructor(machine: Machine<State>, memory?: Memory) {
    this.#machine = machine;
    this.state = machine.initial(memory);
  }

  /** Plays one event after the other at the present time. */
  play(...events: PassageEvent[]): this {
    for (const event of events) {
      const step = this.#machine.step(this.state, event, this.now);
      this.state = step.state;
      this.next = step.nextDeadline;
      this.#log.push(...step.effects.map(inShort));
    }
    return this;
  }

  /** Lets time pass, with a tick at each deadline. */
  wait(duration: number): this {
    const end = this.now + duration;
    while (this.next !== undefined && this.next <= end) {
      this.now = this.next;
      this.play({ type: 'tick' });
    }
    this.now = end;
    return this;
  }

  /** What was done since the last call. */
  log(): string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  phases(): string[] {
    return this.#machine.view(this.state).map(({ phase }) => phase);
  }

  modes(): string[] {
    return this.#machine.view(this.state).map(({ mode }) => mode);
  }

  outputs(): string[] {
    return this.#machine.view(this.state).map(({ output }) => output);
  }
}

function inShort(effect: Effect): string {
  if (effect.type === 'command') {
    const { lock, action, duration, grant: by, cause } = effect;
    if (action === 'pulse') return `pulse ${lock} ${String(duration)} by ${String(by)}`;
    return `${action} ${lock} (${cause})`;
  }
  if (effect.type === 'passage') {
    const { outcome, direction, confirmed, grant: by } = effect;
    const doubt = outcome === 'taken' && !confirmed ? '?' : '';
    return `${outcome}${doubt} ${direction} ${by ?? '-'}`;
  }
  const { code, direction, details = {} } = effect;
  return [code, direction, ...Object.values(details)]
    .filter((part) => part !== undefined)
    .join(' ');
}
