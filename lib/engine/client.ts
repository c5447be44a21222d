import type { AccessError } from '../model/errors.ts';
import type { EngineConfig } from '../model/site.ts';
import { Supervisor, type RestartDelays, type ServiceState } from '../process/supervisor.ts';
import { ENGINE_METHODS, type EventReply } from './channel.ts';
import { engineProgram, type ChildOptions } from './child.ts';
import { createEmitter } from '../model/emitter.ts';
import type { Engine, EngineEvents, EngineMethod } from './engine.ts';

export type { RestartDelays } from '../process/supervisor.ts';
export type EngineState = ServiceState;

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
  const host = new EngineHost(options);
  const { supervisor } = host;
  const call = (method: EngineMethod) => (query: unknown) => supervisor.call(method, query);
  const methods = Object.fromEntries(ENGINE_METHODS.map((method) => [method, call(method)]));
  const close = (): Promise<void> => supervisor.close();
  return {
    engine: {
      ...(methods as unknown as Pick<Engine, EngineMethod>), // checked on the other side
      configure: (config) => host.configure(config),
      on: (event, listener) => host.events.on(event, listener),
      close,
    },
    onState: (listener) => supervisor.onState(listener),
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

/** The process, its events, and the configuration that is in force after every restart. */
class EngineHost {
  readonly events = createEmitter<EngineEvents>();
  readonly supervisor: Supervisor<EngineMethod, EventReply>;
  #config: EngineConfig | undefined;
  #configuring: Waiter<{ version: number }>[] = [];

  constructor({ delays = DELAYS, ...options }: EngineClientOptions) {
    this.supervisor = new Supervisor(engineProgram(options), {
      delays,
      onEvent: (reply) => {
        if (reply.event === 'policy') this.events.emit('policy', reply.data);
        else if (reply.event === 'alarm') this.events.emit('alarm', reply.data);
        else if (reply.event === 'recorded') this.events.emit('recorded', reply.data);
        else if (reply.event === 'captured') this.events.emit('captured', reply.data);
        else this.events.emit('passage', reply.data);
      },
      onUp: () => {
        if (this.#config !== undefined) void this.#sendConfig();
      },
      onDown: (error) => {
        for (const waiter of this.#configuring.splice(0)) waiter.reject(error);
      },
    });
  }

  /** Waits for the engine if it has to: what was told last is in force after every restart. */
  configure(config: EngineConfig): Promise<{ version: number }> {
    this.#config = config;
    return new Promise((resolve, reject) => {
      this.#configuring.push({ resolve, reject });
      if (this.supervisor.state === 'up') void this.#sendConfig();
    });
  }

  async #sendConfig(): Promise<void> {
    const waiters = this.#configuring.splice(0);
    try {
      const answer = (await this.supervisor.call('configure', this.#config)) as { version: number };
      for (const waiter of waiters) waiter.resolve(answer);
    } catch (error) {
      for (const waiter of waiters) waiter.reject(error);
    }
  }
}
