import { AccessError } from '../model/errors.ts';
import type { EngineConfig } from '../model/site.ts';
import { ENGINE_METHODS, uptime } from './channel.ts';
import { EngineChild, type ChildOptions } from './child.ts';
import { createEmitter } from '../model/emitter.ts';
import type { Engine, EngineEvents, EngineMethod } from './engine.ts';

export type EngineState = 'starting' | 'up' | 'down';

/** When a new process follows one that has ended. Milliseconds. */
export interface RestartDelays {
  first: number;
  /** Each restart in a row waits twice as long, at most this. */
  most: number;
  /** A process that lived so long was sound: the next restart waits `first` again. */
  stable: number;
}

/** Even the longest wait leaves time to decide again within 5 s. */
const DELAYS: RestartDelays = { first: 250, most: 4000, stable: 60_000 };

export interface EngineClientOptions extends ChildOptions {
  delays?: RestartDelays;
}

/** An engine in a process of its own, and how it is doing. */
export interface EngineClient {
  /** Calls reject with `ENGINE_UNAVAILABLE` while the process is not up. */
  readonly engine: Engine;
  readonly state: EngineState;
  /** Why the engine is down, for example `KEY_MISMATCH` or `ENGINE_LOCKED`. */
  readonly error: AccessError | undefined;
  /** Id of the present process. */
  readonly pid: number | undefined;
  onState(listener: (state: EngineState) => void): () => void;
  /** Resolves when the engine is up; rejects if its first start fails. */
  ready(): Promise<void>;
  /** Commits what is pending and ends the process. */
  close(): Promise<void>;
}

interface Waiter<T> {
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
}

/** Keeps one engine process running, and configured as it was told last. Returns at once. */
export function openEngineClient(options: EngineClientOptions): EngineClient {
  const supervisor = new Supervisor(options);
  const call = (method: EngineMethod) => (query: unknown) => supervisor.call(method, query);
  const methods = Object.fromEntries(ENGINE_METHODS.map((method) => [method, call(method)]));
  const close = (): Promise<void> => supervisor.close();
  return {
    engine: {
      ...(methods as unknown as Pick<Engine, EngineMethod>), // checked on the other side
      configure: (config) => supervisor.configure(config),
      on: (event, listener) => supervisor.events.on(event, listener),
      close,
    },
    onState: (listener) => supervisor.events.on('state', listener),
    ready: () => supervisor.ready(),
    close,
    get state() {
      return supervisor.state;
    },
    get error() {
      return supervisor.error;
    },
    get pid() {
      return supervisor.pid;
    },
  };
}

class Supervisor {
  readonly events = createEmitter<EngineEvents & { state: EngineState }>();
  state: EngineState = 'starting';
  error: AccessError | undefined;
  readonly #options: ChildOptions;
  readonly #delays: RestartDelays;
  #child: EngineChild | undefined;
  #config: EngineConfig | undefined;
  #configuring: Waiter<{ version: number }>[] = [];
  #failures = 0;
  #startedAt = 0;
  #restarting: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ delays = DELAYS, ...options }: EngineClientOptions) {
    this.#options = options;
    this.#delays = delays;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  call(method: EngineMethod, query: unknown): Promise<unknown> {
    if (this.state === 'up' && this.#child !== undefined) return this.#child.call(method, query);
    const why = this.error === undefined ? 'is starting' : `is down: ${this.error.message}`;
    return Promise.reject(new AccessError('ENGINE_UNAVAILABLE', `The engine ${why}`));
  }

  /** Waits for the engine if it has to: what was told last is in force after every restart. */
  configure(config: EngineConfig): Promise<{ version: number }> {
    this.#config = config;
    return new Promise((resolve, reject) => {
      this.#configuring.push({ resolve, reject });
      if (this.state === 'up') void this.#sendConfig();
    });
  }

  ready(): Promise<void> {
    if (this.state === 'up') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.events.on('state', (state) => {
        stop();
        if (state === 'up') resolve();
        else reject(this.error ?? new AccessError('ENGINE_UNAVAILABLE', 'The engine is down'));
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restarting);
    await this.#child?.close();
    this.#becomeDown(new AccessError('ENGINE_UNAVAILABLE', 'The engine is closed'));
  }

  #start(): void {
    this.#startedAt = uptime();
    this.#child = new EngineChild(this.#options, {
      onReady: () => {
        this.#becomeUp();
      },
      onEvent: (reply) => {
        if (reply.event === 'policy') this.events.emit('policy', reply.data);
        else if (reply.event === 'alarm') this.events.emit('alarm', reply.data);
        else if (reply.event === 'recorded') this.events.emit('recorded', reply.data);
        else this.events.emit('passage', reply.data);
      },
      onExit: (error) => {
        this.#child = undefined;
        this.#becomeDown(error);
        if (!this.#closed) this.#restart();
      },
    });
  }

  #becomeUp(): void {
    this.error = undefined;
    this.#setState('up');
    if (this.#config !== undefined) void this.#sendConfig();
  }

  #becomeDown(error: AccessError): void {
    this.error = error;
    for (const waiter of this.#configuring.splice(0)) waiter.reject(error);
    this.#setState('down');
  }

  #restart(): void {
    const { first, most, stable } = this.#delays;
    if (uptime() - this.#startedAt >= stable) this.#failures = 0;
    const delay = Math.min(first * 2 ** this.#failures, most);
    this.#failures += 1;
    this.#restarting = setTimeout(() => {
      this.#start();
    }, delay);
  }

  async #sendConfig(): Promise<void> {
    const waiters = this.#configuring.splice(0);
    try {
      const answer = (await this.call('configure', this.#config)) as { version: number };
      for (const waiter of waiters) waiter.resolve(answer);
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    }
  }

  #setState(state: EngineState): void {
    if (state === this.state) return;
    this.state = state;
    this.events.emit('state', state);
  }
}
