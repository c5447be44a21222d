import type { Engine } from '../engine/engine.ts';
import { systemTimers, type Timers } from '../devices/timers.ts';
import type { Passage } from '../model/decision.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import type { DoorMemory } from './door-memory.ts';

type Body = { passage: Passage } | { event: EventEntry };

interface Entry {
  body: Body;
  resolve: () => void;
  reject: (reason: AccessError) => void;
}

/** Milliseconds between two attempts while the engine cannot record. */
const RETRY = 1000;
/** More than this many records don't wait; what comes then is refused, and said to be lost. */
const MOST_WAITING = 1000;

/** Failures that pass. After them a record is tried again, and may then stand in the log twice, with one id. */
const PASSING: ReadonlySet<string> = new Set([
  'ENGINE_UNAVAILABLE',
  'ENGINE_LOCKED',
  'STORE_BROKEN',
  'STORE_FULL',
  'BUSY',
]);

/**
 * Records what happened at the doors. While the engine cannot, everything waits in its order; passages wait on
 * the disk as well, so that none is lost by a restart.
 */
export class PassageJournal {
  readonly #engine: Engine;
  readonly #memory: DoorMemory;
  readonly #timers: Timers;
  readonly #writing = new Set<Promise<void>>();
  #waiting: Entry[];
  #cancelRetry: (() => void) | undefined;
  #retrying: Promise<void> | undefined;
  #isClosed = false;

  constructor(engine: Engine, memory: DoorMemory, timers: Timers = systemTimers) {
    this.#engine = engine;
    this.#memory = memory;
    this.#timers = timers;
    const nobody = (): void => undefined;
    this.#waiting = memory.content.unrecorded.map((passage) => ({
      body: { passage },
      resolve: nobody,
      reject: nobody,
    }));
    if (this.#waiting.length > 0) this.retry();
  }

  /** Resolves when the passage is recorded; rejects only if it never will be. */
  passage(passage: Passage): Promise<void> {
    return this.#add({ passage });
  }

  /** Resolves when the event is recorded; rejects only if it never will be. */
  event(event: EventEntry): Promise<void> {
    return this.#add({ event });
  }

  /** The engine may be back: tries at once. */
  retry(): void {
    if (this.#isClosed) return;
    this.#retrying ??= this.#drain().finally(() => {
      this.#retrying = undefined;
    });
  }

  /** Waits for what is being recorded, and leaves the rest on the disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    await Promise.allSettled([...this.#writing, this.#retrying]);
  }

  #add(body: Body): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { body, resolve, reject };
      if (this.#isClosed) reject(new AccessError('ENGINE_UNAVAILABLE', 'the site is closed'));
      else if (this.#waiting.length === 0) this.#write(entry);
      else if (this.#waiting.length < MOST_WAITING) this.#park([...this.#waiting, entry]);
      else reject(new AccessError('STORE_FULL', 'too many passages wait for the engine'));
    });
  }

  #write(entry: Entry): void {
    const work = this.#attempt(entry).then((done) => {
      this.#writing.delete(work);
      if (!done) this.#park([...this.#waiting, entry]);
    });
    this.#writing.add(work);
  }

  /** Returns whether nothing more is to be done. */
  async #attempt({ body, resolve, reject }: Entry): Promise<boolean> {
    try {
      if ('passage' in body) await this.#engine.recordPassage(body.passage);
      else await this.#engine.recordEvent(body.event);
      resolve();
    } catch (reason) {
      const error = toAccessError(reason);
      if (PASSING.has(error.code)) return false;
      reject(error);
    }
    return true;
  }

  #park(waiting: Entry[]): void {
    this.#waiting = waiting;
    const unrecorded = waiting.flatMap(({ body }) => ('passage' in body ? [body.passage] : []));
    this.#memory.update({ unrecorded });
    if (waiting.length > 0) this.#retryLater();
  }

  #retryLater(): void {
    this.#cancelRetry?.();
    if (this.#isClosed) return;
    this.#cancelRetry = this.#timers.after(RETRY, () => {
      this.retry();
    });
  }

  /** Records what waits, in its order, until it is done or fails again. */
  async #drain(): Promise<void> {
    for (let [entry] = this.#waiting; entry !== undefined; [entry] = this.#waiting) {
      const done = await this.#attempt(entry);
      if (done) this.#park(this.#waiting.slice(1));
      else this.#retryLater();
      if (!done || this.#isClosed) return;
    }
  }
}
