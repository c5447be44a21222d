import type { Inputs } from './inputs.ts';
import type {
  CommandEffect,
  Effect,
  EventEffect,
  LevelSensor,
  PassageEffect,
  PassageEvent,
  SensorValue,
} from './model.ts';

/** What every machine has. States are never changed, only replaced. */
export interface CommonState {
  readonly inputs: Inputs;
  /** Deadlines by name, as monotonic instants. */
  readonly timers: Readonly<Record<string, number>>;
  /** Decisions that have come, each with the instant until which it is remembered. */
  readonly seen: readonly { id: string; until: number }[];
  /** Fire inputs that are active. */
  readonly fires: readonly string[];
  /** Open because of a fire, until an authorised reset. */
  readonly emergency: boolean;
}

/** All times in milliseconds. */
export interface CommonSettings {
  /** How long a signal has to last before it counts; 0 switches debouncing off. */
  readonly debounce: number;
  /** What a fire does: it opens, or it is logged only, where the way out needs no lock. */
  readonly onFire: 'release' | 'log';
  /** How many grants may wait behind the one that is acted on, for each lock. */
  readonly queueLength: number;
}

export const NOTHING_YET: CommonState = {
  inputs: {},
  timers: {},
  seen: [],
  fires: [],
  emergency: false,
};

/** A step while it is being worked out: the state so far, and what has to be done. */
export class Draft<State extends CommonState, Settings extends CommonSettings> {
  readonly settings: Settings;
  readonly effects: Effect[] = [];
  state: State;
  /** Monotonic instant of what is being handled. */
  now = 0;

  constructor(settings: Settings, state: State) {
    this.settings = settings;
    this.state = state;
  }

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
  }

  setCommon(change: Partial<CommonState>): void {
    this.state = { ...this.state, ...change };
  }

  /** Starts or restarts a timer. `duration` in milliseconds. */
  startTimer(name: string, duration: number): void {
    this.setCommon({ timers: { ...this.state.timers, [name]: this.now + duration } });
  }

  stopTimers(...names: string[]): void {
    const kept = Object.entries(this.state.timers).filter(([name]) => !names.includes(name));
    this.setCommon({ timers: Object.fromEntries(kept) });
  }

  isRunning(timer: string): boolean {
    return this.state.timers[timer] !== undefined;
  }

  isActive(sensor: LevelSensor): boolean {
    return this.state.inputs[sensor]?.value === true;
  }

  command(effect: Omit<CommandEffect, 'type'>): void {
    this.effects.push({ type: 'command', ...effect, at: this.now });
  }

  passage(effect: Omit<PassageEffect, 'type'>): void {
    this.effects.push({ type: 'passage', ...effect, at: this.now });
  }

  event(code: EventEffect['code'], more: Omit<EventEffect, 'type' | 'code'> = {}): void {
    this.effects.push({ type: 'event', code, ...more, at: this.now });
  }
}

/** What tells one kind of machine from another. */
export interface Rules<State extends CommonState, Settings extends CommonSettings> {
  /** A signal has a new value; `before` is undefined for the first one. */
  sensed(
    draft: Draft<State, Settings>,
    sensor: LevelSensor,
    value: SensorValue,
    before: SensorValue | undefined,
  ): void;
  /** A deadline of the machine's own has passed. */
  expired(draft: Draft<State, Settings>, timer: string): void;
  /** Any other event. */
  handled(draft: Draft<State, Settings>, event: PassageEvent): void;
  /** Ends all grants with a record, because their opening is withdrawn. */
  withdraw(draft: Draft<State, Settings>): void;
  /** Brings the outputs to what the state asks for. */
  settle(draft: Draft<State, Settings>): void;
}
