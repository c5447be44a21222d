import { createSecretKey } from 'node:crypto';
import { join } from 'node:path';
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { Ballast } from './ballast.ts';
import { DATABASE_FILE, isDatabaseError, storeError } from './database.ts';
import { perStream } from './heads.ts';
import { UNLIMITED } from './limits.ts';
import {
  toMessage,
  type Append,
  type Call,
  type FromWriter,
  type Reply,
  type ToWriter,
  type WriterSetup,
} from './protocol.ts';
import { appendAll, clockOf, serviceOf, type Service } from './service.ts';
import { StoreClock } from './store-clock.ts';
import { Writer } from './writer.ts';

/** How often the store looks after itself, in milliseconds. */
const TICK = 500;
/** Records in one transaction at most, so that none waits for too many others. */
const MAX_GROUP = 1000;

/**
 * The loop of the writer's thread: whatever has arrived is taken from the port at once, all waiting records
 * are committed together, then one call is answered, and so on until nothing waits. So a call delays live
 * records by no more than its own time.
 */
class Loop {
  readonly #port: MessagePort;
  readonly #clock: StoreClock;
  readonly #writer: Writer;
  readonly #service: Service;
  readonly #appends: Append[] = [];
  /** Calls, each with how many appends were accepted before it. */
  readonly #calls: { call: Call; after: number }[] = [];
  #accepted = 0;
  #settled = 0;
  readonly #timer: NodeJS.Timeout;
  #running = false;
  #tickDue = false;

  constructor(port: MessagePort, clock: StoreClock, writer: Writer) {
    this.#port = port;
    this.#clock = clock;
    this.#writer = writer;
    this.#service = serviceOf(writer);
    this.#timer = setInterval(() => {
      this.#tickDue = true;
      void this.#run();
    }, TICK);
    port.on('message', (message: ToWriter) => {
      this.#take(message);
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    do {
      this.#drain();
      await this.#appendGroup();
      await this.#tick();
      await this.#answerOne();
    } while (this.#appends.length > 0 || this.#calls.length > 0);
    this.#running = false;
  }

  /** Takes everything that has arrived in the meantime. */
  #drain(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: ToWriter } | undefined;
      if (received === undefined) return;
      this.#take(received.message);
    }
  }

  #take({ clock, appends, calls }: ToWriter): void {
    this.#clock.set(clock);
    for (const append of appends) this.#appends.push(append);
    this.#accepted += appends.length;
    for (const call of calls) this.#calls.push({ call, after: this.#accepted });
  }

  async #appendGroup(): Promise<void> {
    const group = this.#appends.splice(0, MAX_GROUP);
    if (group.length === 0) return;
    this.#clock.state = clockOf(group) ?? this.#clock.state;
    try {
      const { seqs, moved } = await appendAll(this.#writer, group);
      if (moved.length > 0) this.#send({ kind: 'moved', moved });
      this.#send({ kind: 'appended', seqs });
    } catch (error) {
      this.#send({ kind: 'rejected', count: group.length, error: errorMessage(error) });
    }
    this.#settled += group.length;
  }

  async #tick(): Promise<void> {
    if (!this.#tickDue) return;
    this.#tickDue = false;
    try {
      await this.#writer.tick();
    } catch {
      // What is wrong stands in the problems, and the next tick tries again.
    }
  }

  /** Answers the oldest call once everything that was to be appended before it has been. */
  async #answerOne(): Promise<void> {
    const [next] = this.#calls;
    if (next === undefined || next.after > this.#settled) return;
    this.#calls.shift();
    const last = next.call.method === 'close';
    if (last) clearInterval(this.#timer);
    this.#send({ kind: 'reply', reply: await this.#answer(next.call) });
    if (last) this.#port.close();
  }

  async #answer({ id, method, args }: Call): Promise<Reply> {
    const answer = this.#service[method] as (...args: readonly unknown[]) => unknown;
    try {
      return { id, value: await answer(...args) };
    } catch (error) {
      return { id, error: errorMessage(error) };
    }
  }

  #send(message: FromWriter): void {
    this.#port.postMessage(message);
  }
}

function errorMessage(error: unknown) {
  const known = isDatabaseError(error) ? storeError(error, 'the store cannot be read') : error;
  return toMessage(toAccessError(known));
}

async function start(port: MessagePort, setup: WriterSetup): Promise<void> {
  const send = (message: FromWriter) => {
    port.postMessage(message);
  };
  try {
    const clock = new StoreClock(setup.clock);
    const ballast = new Ballast(setup.folder);
    const writer = new Writer({
      file: join(setup.folder, DATABASE_FILE),
      key: createSecretKey(setup.logMac),
      clock,
      limits: setup.limits ?? UNLIMITED,
      ballast,
      publish: (entry) => {
        send({ kind: 'event', entry });
      },
      committed: (heads) => {
        send({ kind: 'recorded', last: perStream((stream) => heads[stream].last) });
      },
      giveUp: (error) => {
        send({ kind: 'failed', error: toMessage(error) });
        process.exit(1);
      },
    });
    await writer.start();
    send({ kind: 'ready', heads: writer.heads });
    ballast.ensure();
    new Loop(port, clock, writer);
  } catch (error) {
    send({ kind: 'failed', error: toMessage(storeError(error, 'the database cannot be opened')) });
  }
}

if (parentPort === null) throw new AccessError('INTERNAL', 'the writer needs a thread of its own');
await start(parentPort, workerData as WriterSetup);
