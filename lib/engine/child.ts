import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AccessError } from '../model/errors.ts';
import {
  fromPlainError,
  TIME_LIMITS,
  uptime,
  type Reply,
  type Request,
  type StartOptions,
} from './channel.ts';
import type { EngineMethod } from './engine.ts';

/** More calls than this are not waiting for an answer at the same time: the flow is told to slow down. */
const MOST_PENDING = 5000;
const PING_EVERY = 1000;
/** No answer to a ping for so long means that the process hangs (F-30). Milliseconds. */
const PING_LIMIT = 3000;
/** A big database and its recovery after a power cut. Milliseconds. */
const START_LIMIT = 60_000;
const CLOSE_LIMIT = 5000;

/** A quarter of the heap's bound holds 50,000 people; without one a leak would take the gateway down (F-31). */
const NODE_FLAGS = [
  '--max-old-space-size=256',
  '--max-semi-space-size=2',
  '--expose-gc',
  '--disable-warning=ExperimentalWarning',
];

/**
 * Nothing of how this process was started, such as a debugger; few arenas, for there are few threads; and what the
 * loading has taken goes back to the system.
 */
const LEAN = {
  NODE_OPTIONS: '',
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_MMAP_THRESHOLD_: '65536',
};

/** From TypeScript sources and from the built package alike. */
const ENTRY = fileURLToPath(new URL(`./process${extname(import.meta.url)}`, import.meta.url));

export interface ChildOptions extends StartOptions {
  /** Added to the environment of this process. */
  env?: NodeJS.ProcessEnv;
}

export interface ChildHandlers {
  onReady: () => void;
  onEvent: (reply: Reply & { kind: 'event' }) => void;
  /** Once, when the process is gone; with the reason if it could not start. */
  onExit: (error: AccessError) => void;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: AccessError) => void;
  timer: NodeJS.Timeout;
}

/** One engine process, from its start to its end. */
export class EngineChild {
  readonly #process: ChildProcess;
  readonly #handlers: ChildHandlers;
  readonly #pending = new Map<number, Pending>();
  readonly #starting: NodeJS.Timeout;
  #pinging: NodeJS.Timeout | undefined;
  #tickedAt = 0;
  /** When the ping that has no answer yet was sent. */
  #pingedAt: number | undefined;
  #lastId = 0;
  #failure: AccessError | undefined;
  #ended = false;

  constructor({ env, ...start }: ChildOptions, handlers: ChildHandlers) {
    this.#handlers = handlers;
    this.#process = fork(ENTRY, [JSON.stringify(start)], {
      execArgv: NODE_FLAGS,
      env: { ...process.env, ...LEAN, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (reply: Reply) => {
      this.#receive(reply);
    });
    this.#process.once('exit', (code, signal) => {
      this.#end(`The engine process ended (${signal ?? code ?? 'unknown'})`);
    });
    this.#process.once('error', (error) => {
      this.#end(`The engine process failed: ${error.message}`);
    });
    // What waits for an answer keeps this process alive, the engine by itself does not.
    this.#process.unref();
    this.#process.channel?.unref();
    this.#starting = setTimeout(() => {
      this.kill();
    }, START_LIMIT);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves with the answer; rejects with what the engine said, or with `ENGINE_UNAVAILABLE` or `BUSY`. */
  call(method: EngineMethod, query: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MOST_PENDING) {
        reject(new AccessError('BUSY', 'Too many calls wait for the engine'));
        return;
      }
      this.#lastId += 1;
      const id = this.#lastId;
      const timer = setTimeout(() => {
        this.#expire(id, method);
      }, TIME_LIMITS[method]);
      this.#pending.set(id, { resolve, reject, timer });
      this.#send({ kind: 'call', id, method, query, sent: uptime() });
    });
  }

  /** Lets the process commit what is pending and end; kills it if that takes too long. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.kill();
      }, CLOSE_LIMIT);
      this.#process.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) resolve();
      this.#send({ kind: 'close' });
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #receive(reply: Reply): void {
    switch (reply.kind) {
      case 'ready':
        this.#ready();
        break;
      case 'failed':
        this.#failure = fromPlainError(reply.error);
        break;
      case 'result':
        this.#take(reply.id)?.resolve(reply.value);
        break;
      case 'error':
        this.#take(reply.id)?.reject(fromPlainError(reply.error));
        break;
      case 'pong':
        this.#pingedAt = undefined;
        break;
      case 'event':
        this.#handlers.onEvent(reply);
    }
  }

  #ready(): void {
    clearTimeout(this.#starting);
    this.#pinging = setInterval(() => {
      this.#ping();
    }, PING_EVERY).unref();
    this.#handlers.onReady();
  }

  /** A late tick means that this process was busy itself: what it could not read meanwhile is no silence. */
  #ping(): void {
    const now = uptime();
    const wasBusy = now - this.#tickedAt > 2 * PING_EVERY;
    this.#tickedAt = now;
    if (this.#pingedAt === undefined) {
      this.#pingedAt = now;
      this.#send({ kind: 'ping' });
    } else if (wasBusy) this.#pingedAt = now;
    else if (now - this.#pingedAt >= PING_LIMIT) this.kill();
  }

  /**
   * If this process was busy, the answer may lie in the pipe and is read before `setImmediate`. A decision is
   * too late all the same: nobody expects the door to open any more (F-30).
   */
  #expire(id: number, method: EngineMethod): void {
    const reject = (): void => {
      this.#take(id)?.reject(unavailable(`The engine did not answer ${method} in time`));
    };
    if (method === 'decide') reject();
    else setImmediate(reject);
  }

  #send(request: Request): void {
    if (!this.#process.connected) return; // the end of the process answers all that waits
    this.#process.send(request, () => undefined);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    return pending;
  }

  #end(message: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#starting);
    clearInterval(this.#pinging);
    const error = this.#failure ?? unavailable(message);
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(unavailable(message));
    this.#handlers.onExit(error);
  }
}

function unavailable(message: string): AccessError {
  return new AccessError('ENGINE_UNAVAILABLE', message);
}
