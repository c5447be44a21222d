import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import type { Recorded } from '../outgoing/outgoing.ts';
import type { Heads } from './heads.ts';
import type { Moved } from './presence/moves.ts';
import {
  fromMessage,
  type Append,
  type Call,
  type Calls,
  type FromWriter,
  type Reply,
  type ToWriter,
} from './protocol.ts';

/** Who wants to know what the store does by itself. */
export interface StoreListener {
  /** The store has written an event about itself. */
  event?: (entry: EventEntry) => void;
  /** People are elsewhere: committed, and told before the promise of the record resolves. */
  moved?: (moved: readonly Moved[]) => void;
  /** Something was committed: the numbers of the newest records. */
  recorded?: (last: Recorded) => void;
  /** The writer has ended without being asked; the store must be opened anew. */
  dead?: (error: AccessError) => void;
}

interface Waiting<T> {
  resolve: (value: T) => void;
  reject: (error: AccessError) => void;
}

/** The line to the writer's thread: sends what one turn brings as one message, and hands out the answers. */
export class WriterPort {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #listener: StoreListener;
  /** Resolves when the thread has ended. */
  readonly exited: Promise<void>;
  /** Resolves with the heads of the log when the writer is ready; rejects if it cannot start. */
  readonly ready: Promise<Heads>;
  /** Who waits for `ready`; nobody any more once the writer has been. */
  #starting: Waiting<Heads> | undefined;
  #appends: Append[] = [];
  #calls: Call[] = [];
  /** Appends without an answer, in the order of their sending. */
  readonly #appending: Waiting<number>[] = [];
  readonly #calling = new Map<number, Waiting<unknown>>();
  #lastCall = 0;
  #ended: AccessError | undefined;
  #closing = false;

  constructor(worker: Worker, clock: Clock, listener: StoreListener) {
    this.#worker = worker;
    this.#clock = clock;
    this.#listener = listener;
    this.ready = new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#end(new AccessError('STORE_BROKEN', 'the writer has ended'));
        resolve();
      });
    });
    worker.once('error', (error) => {
      this.#end(new AccessError('STORE_BROKEN', `the writer has failed: ${String(error)}`));
    });
    worker.on('message', (message: FromWriter) => {
      this.#receive(message);
    });
  }

  /** Why nothing can be sent any more; undefined while the writer lives. */
  get ended(): AccessError | undefined {
    return this.#ended;
  }

  /** Resolves with the number of the record when it is committed. */
  append(append: Append): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#schedule();
      this.#appends.push(append);
      this.#appending.push({ resolve, reject });
    });
  }

  call<M extends keyof Calls>(method: M, ...args: Parameters<Calls[M]>) {
    return new Promise<ReturnType<Calls[M]>>((resolve, reject) => {
      this.#schedule();
      const id = ++this.#lastCall;
      this.#calls.push({ id, method, args } as Call);
      this.#calling.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** Commits what waits and ends the thread. */
  async close(): Promise<void> {
    const closed = this.#ended === undefined ? this.call('close') : undefined;
    this.#closing = true;
    try {
      await closed;
    } finally {
      await this.exited;
    }
  }

  /** Sends at the end of this turn of the event loop. Throws STORE_BROKEN when nothing can be sent. */
  #schedule(): void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#closing) throw new AccessError('STORE_BROKEN', 'the store is closed');
    if (this.#appends.length > 0 || this.#calls.length > 0) return;
    setImmediate(() => {
      const clock = { now: this.#clock.now(), monotonic: this.#clock.monotonic() };
      const message: ToWriter = { clock, appends: this.#appends, calls: this.#calls };
      this.#worker.postMessage(message);
      this.#appends = [];
      this.#calls = [];
    });
  }

  #receive(message: FromWriter): void {
    switch (message.kind) {
      case 'ready':
        this.#starting?.resolve(message.heads);
        this.#starting = undefined;
        break;
      case 'failed':
        this.#end(fromMessage(message.error));
        break;
      case 'appended':
        this.#appended(message.seqs);
        break;
      case 'moved':
        this.#listener.moved?.(message.moved);
        break;
      case 'rejected':
        this.#rejected(message.count, fromMessage(message.error));
        break;
      case 'reply':
        this.#replied(message.reply);
        break;
      case 'event':
        this.#listener.event?.(message.entry);
        break;
      case 'recorded':
        this.#listener.recorded?.(message.last);
        break;
    }
  }

  #appended(seqs: readonly number[]): void {
    const waiting = this.#appending.splice(0, seqs.length);
    for (const [index, seq] of seqs.entries()) waiting[index]?.resolve(seq);
  }

  #rejected(count: number, error: AccessError): void {
    for (const { reject } of this.#appending.splice(0, count)) reject(error);
  }

  #replied(reply: Reply): void {
    const waiting = this.#calling.get(reply.id);
    this.#calling.delete(reply.id);
    if ('error' in reply) waiting?.reject(fromMessage(reply.error));
    else waiting?.resolve(reply.value);
  }

  /** The thread is gone: whatever waits gets no answer any more. */
  #end(error: AccessError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#starting?.reject(error);
    this.#rejected(this.#appending.length, error);
    for (const { reject } of this.#calling.values()) reject(error);
    this.#calling.clear();
    if (!this.#closing && this.#starting === undefined) this.#listener.dead?.(error);
  }
}
