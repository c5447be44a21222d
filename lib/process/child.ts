import { fork, type ChildProcess } from 'node:child_process';
import { AccessError, type ErrorCode } from '../model/errors.ts';
import { fromPlainError, uptime, type Reply, type Request } from './protocol.ts';

const PING_EVERY = 1000;
/** No answer to a ping for so long means that the process hangs (F-30). Milliseconds. */
const PING_LIMIT = 3000;
const CLOSE_LIMIT = 5000;

/** A program that serves calls over its channel, in a process of its own. */
export interface Program<Method extends string> {
  /** What messages call it, for example `engine`. */
  name: string;
  /** The file of the program. */
  entry: string;
  /** What it is started with: the JSON text in `process.argv[2]`. */
  options: unknown;
  flags: readonly string[];
  env: NodeJS.ProcessEnv;
  /** How values travel: `advanced` keeps bytes and typed arrays as they are. */
  serialization: 'json' | 'advanced';
  /** How long a caller waits for an answer, in milliseconds. */
  timeLimits: Readonly<Record<Method, number>>;
  /** How long it may take to start, in milliseconds. */
  startLimit: number;
  /** More calls than this are not waiting for an answer at the same time: the flow is told to slow down. */
  mostPending: number;
  /**
   * What a call without an answer in time means. `late`: nobody needs the answer any more. `slow`: an answer that
   * has arrived already still counts. `hung`: the process is killed, for nothing else would end what it does.
   */
  overdue: (method: Method) => 'late' | 'slow' | 'hung';
  /** The code of every call that the process could not answer. */
  unavailable: ErrorCode;
}

export interface ChildHandlers<Event> {
  onReady: () => void;
  onEvent: (event: Event) => void;
  /** Once, when the process is gone; with the reason if it could not start. */
  onExit: (error: AccessError) => void;
}

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: AccessError) => void;
  timer: NodeJS.Timeout;
}

/** One process of a program, from its start to its end. */
export class ServiceChild<Method extends string, Event extends { kind: 'event' }> {
  readonly #program: Program<Method>;
  readonly #process: ChildProcess;
  readonly #handlers: ChildHandlers<Event>;
  readonly #pending = new Map<number, Pending>();
  readonly #starting: NodeJS.Timeout;
  #pinging: NodeJS.Timeout | undefined;
  #tickedAt = 0;
  /** When the ping that has no answer yet was sent. */
  #pingedAt: number | undefined;
  #lastId = 0;
  #failure: AccessError | undefined;
  #ended = false;

  constructor(program: Program<Method>, handlers: ChildHandlers<Event>) {
    this.#program = program;
    this.#handlers = handlers;
    this.#process = fork(program.entry, [JSON.stringify(program.options)], {
      execArgv: [...program.flags],
      env: program.env,
      serialization: program.serialization,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (reply) => {
      this.#receive(reply as Reply<Event>);
    });
    this.#process.once('exit', (code, signal) => {
      this.#end(`The ${program.name} process ended (${signal ?? code ?? 'unknown'})`);
    });
    this.#process.once('error', (error) => {
      this.#end(`The ${program.name} process failed: ${error.message}`);
    });
    // What waits for an answer keeps this process alive, the service by itself does not.
    this.#process.unref();
    this.#process.channel?.unref();
    this.#starting = setTimeout(() => {
      this.kill();
    }, program.startLimit);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves with the answer; rejects with what the process said, or with `BUSY` or the code of its absence. */
  call(method: Method, query: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= this.#program.mostPending) {
        reject(new AccessError('BUSY', `Too many calls wait for the ${this.#program.name}`));
        return;
      }
      this.#lastId += 1;
      const id = this.#lastId;
      const timer = setTimeout(() => {
        this.#expire(id, method);
      }, this.#program.timeLimits[method]);
      this.#pending.set(id, { resolve, reject, timer });
      this.#send({ kind: 'call', id, method, query, sent: uptime() });
    });
  }

  /** Lets the process finish what is pending and end; kills it if that takes too long. */
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

  #receive(reply: Reply<Event>): void {
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

  /** If this process was busy, the answer may lie in the pipe and is read before `setImmediate`. */
  #expire(id: number, method: Method): void {
    const { name, overdue } = this.#program;
    const reject = (): void => {
      this.#take(id)?.reject(this.#unavailable(`The ${name} did not answer ${method} in time`));
    };
    const meaning = overdue(method);
    if (meaning === 'late') reject();
    else {
      setImmediate(() => {
        if (meaning === 'hung' && this.#pending.has(id)) this.kill();
        reject();
      });
    }
  }

  #send(request: Request<Method>): void {
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
    const error = this.#failure ?? this.#unavailable(message);
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(this.#unavailable(message));
    this.#handlers.onExit(error);
  }

  #unavailable(message: string): AccessError {
    return new AccessError(this.#program.unavailable, message);
  }
}
