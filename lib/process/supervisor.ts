import { AccessError } from '../model/errors.ts';
import { ServiceChild, type Program } from './child.ts';
import { uptime } from './protocol.ts';

export type ServiceState = 'starting' | 'up' | 'down';

/** When a new process follows one that has ended. Milliseconds. */
export interface RestartDelays {
  first: number;
  /** Each restart in a row waits twice as long, at most this. */
  most: number;
  /** A process that lived so long was sound: the next restart waits `first` again. */
  stable: number;
}

export interface SupervisorOptions<Event> {
  delays: RestartDelays;
  onEvent: (event: Event) => void;
  /** The process is ready, for the first time or again. */
  onUp: () => void;
  /** The process is gone. */
  onDown: (error: AccessError) => void;
}

/** Keeps one process of a program running. */
export class Supervisor<Method extends string, Event extends { kind: 'event' }> {
  state: ServiceState = 'starting';
  /** Why the process is down. */
  error: AccessError | undefined;
  readonly #program: Program<Method>;
  readonly #options: SupervisorOptions<Event>;
  readonly #listeners = new Set<(state: ServiceState) => void>();
  #child: ServiceChild<Method, Event> | undefined;
  #failures = 0;
  #startedAt = 0;
  #restarting: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(program: Program<Method>, options: SupervisorOptions<Event>) {
    this.#program = program;
    this.#options = options;
    this.#start();
  }

  /** Id of the present process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Rejects with the code of its absence while the process is not up. */
  call(method: Method, query: unknown): Promise<unknown> {
    if (this.state === 'up' && this.#child !== undefined) return this.#child.call(method, query);
    const why = this.error === undefined ? 'is starting' : `is down: ${this.error.message}`;
    return Promise.reject(this.#unavailable(why));
  }

  onState(listener: (state: ServiceState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the process is up; rejects if its start fails. */
  ready(): Promise<void> {
    if (this.state === 'up') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = this.onState((state) => {
        stop();
        if (state === 'up') resolve();
        else reject(this.error ?? this.#unavailable('is down'));
      });
    });
  }

  /** Ends the process, which finishes what is pending. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restarting);
    await this.#child?.close();
    this.#becomeDown(this.#unavailable('is closed'));
  }

  #start(): void {
    this.#startedAt = uptime();
    this.#child = new ServiceChild<Method, Event>(this.#program, {
      onReady: () => {
        this.error = undefined;
        this.#setState('up');
        this.#options.onUp();
      },
      onEvent: this.#options.onEvent,
      onExit: (error) => {
        this.#child = undefined;
        this.#becomeDown(error);
        if (!this.#closed) this.#restart();
      },
    });
  }

  #becomeDown(error: AccessError): void {
    this.error = error;
    this.#options.onDown(error);
    this.#setState('down');
  }

  #restart(): void {
    const { first, most, stable } = this.#options.delays;
    if (uptime() - this.#startedAt >= stable) this.#failures = 0;
    const delay = Math.min(first * 2 ** this.#failures, most);
    this.#failures += 1;
    this.#restarting = setTimeout(() => {
      this.#start();
    }, delay);
  }

  #setState(state: ServiceState): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }

  #unavailable(why: string): AccessError {
    const { name, unavailable } = this.#program;
    return new AccessError(unavailable, `The ${name} ${why}`);
  }
}
