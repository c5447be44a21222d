import { AccessError } from '../../model/errors.ts';
import type { EventEntry } from '../../model/record.ts';
import { Ballast } from './ballast.ts';
import { isBroken, isDatabaseError, isDiskFull, storeError } from './database.ts';
import { WAL_ALARM } from './file-guard.ts';
import { storeHealth } from './health.ts';
import type { Heads } from './heads.ts';
import {
  enforceLimits,
  initialLimitState,
  limitsPending,
  trimSent,
  UNLIMITED,
  type LimitState,
} from './limits.ts';
import type { LogDraft } from './log-draft.ts';
import { Session, type SessionSetup } from './session.ts';
import type { StoreHealth, StoreLimits } from './store.ts';

/** What is done inside one transaction. */
export type Work<T> = (draft: LogDraft, session: Session) => T | Promise<T>;

export interface WriterOptions extends SessionSetup {
  limits: StoreLimits;
  ballast: Ballast;
  /** Told of every event that the store has written about itself. */
  publish: (entry: EventEntry) => void;
  /** Told of the heads whenever records were committed. */
  committed: (heads: Readonly<Heads>) => void;
  /** Ends the writer: there is nothing it could sensibly do any more. */
  giveUp: (error: AccessError) => never;
}

/** How long a replaced WAL is shown after the store is sound again, in milliseconds. */
const SHOW_REPLACED = 60_000;

/**
 * The one writer of the database. It confirms nothing that is not committed, leaves a connection that has
 * failed, and goes on only with a new and verified one.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #problems = new Set<'storeBroken' | 'storeFull' | 'storeReplaced' | 'walLarge'>();
  #limits: StoreLimits;
  #limitState: LimitState;
  #session: Session | undefined;
  /** The heads of the last session. */
  #heads: Readonly<Heads>;
  /** Why there is no session, in words. */
  #reason = '';
  /** Alarms that wait for a transaction in which they can be written. */
  #alarms: EventEntry[] = [];
  #replacedAt = 0;

  /** Opens the database. Call `start` next. Throws if it cannot be opened. */
  constructor(options: WriterOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#session = new Session(options);
    this.#heads = this.#session.log.heads;
    this.#limitState = initialLimitState(this.#heads, options.limits);
  }

  /** Puts the database into service: writes what the opening has found. */
  async start(): Promise<void> {
    const { findings, restored } = this.session;
    if (findings.length === 0 && !restored) return;
    this.#alarms.push(...findings);
    await this.transaction((draft) => {
      if (restored) draft.renew();
    });
  }

  get heads(): Readonly<Heads> {
    return this.#session?.log.heads ?? this.#heads;
  }

  /** The sound connection. Throws STORE_BROKEN while there is none. */
  get session(): Session {
    if (this.#session !== undefined) return this.#session;
    throw new AccessError('STORE_BROKEN', `the store is out of order: ${this.#reason}`);
  }

  /**
   * Runs `work` and the house-keeping behind it in one durable transaction. Throws STORE_BROKEN or
   * STORE_FULL, after which nothing of it counts, or what `work` has thrown.
   */
  async transaction<T>(work: Work<T>): Promise<T> {
    const { session } = this;
    try {
      return await this.#commit(session, work);
    } catch (error) {
      if (!isDiskFull(error)) throw await this.#failure(session, error);
    }
    try {
      return await this.#commit(session, this.#withMoreRoom(work));
    } catch (error) {
      throw await this.#failure(session, error);
    }
  }

  /** Milliseconds since 1970 UTC by the engine's clock. */
  now(): number {
    return this.#options.clock.now();
  }

  async setLimits(limits: StoreLimits): Promise<void> {
    if (this.#limits === UNLIMITED) this.#limitState = initialLimitState(this.heads, limits);
    this.#limits = limits;
    await this.transaction(() => undefined);
  }

  health(): StoreHealth {
    return storeHealth({
      ...this.#options,
      heads: this.heads,
      limits: this.#limits,
      quotaLevel: this.#limitState.level,
      problems: [...this.#problems],
    });
  }

  /** What has to be done from time to time: at least once a second (F-34). */
  async tick(): Promise<void> {
    const { ballast, clock } = this.#options;
    if (this.#session === undefined) await this.#reopen();
    if (this.#session === undefined) return;
    await this.#checkFiles(this.#session);
    if (clock.monotonic() > this.#replacedAt + SHOW_REPLACED)
      this.#problems.delete('storeReplaced');
    ballast.ensure();
    if (ballast.present) this.#problems.delete('storeFull');
    await this.#watchWal();
    await this.#houseKeeping();
  }

  /** Announces what is still to be announced and releases the database. */
  async close(): Promise<void> {
    try {
      this.#limitState = { ...this.#limitState, announceFrom: 0 };
      if (this.#session !== undefined) await this.#houseKeeping();
    } finally {
      this.#session?.close();
      this.#session = undefined;
    }
  }

  /** Commits, and makes sure that it went into files that are still those of the database. */
  async #commit<T>(session: Session, work: Work<T>): Promise<T> {
    const value = await this.#write(session, work, this.#alarms);
    await this.#checkFiles(session);
    return value;
  }

  async #write<T>(session: Session, work: Work<T>, alarms: readonly EventEntry[]): Promise<T> {
    let state = this.#limitState;
    const { value, events } = await session.log.transaction(async (draft) => {
      for (const alarm of alarms) draft.event(alarm);
      const result = await work(draft, session);
      const now = this.#options.clock.monotonic();
      state = enforceLimits(draft, this.#limits, this.#limitState, now);
      return result;
    });
    this.#limitState = state;
    this.#alarms = [];
    events.forEach(this.#options.publish);
    this.#options.committed(session.log.heads);
    return value;
  }

  /** The same work once more after everything that can be spared has been given up (F-09). */
  #withMoreRoom<T>(work: Work<T>): Work<T> {
    this.#problems.add('storeFull');
    if (this.#options.ballast.release()) {
      this.#alarms.push({ category: 'alarm', code: 'storeFull' });
    }
    return (draft, session) => {
      trimSent(draft, 0);
      return work(draft, session);
    };
  }

  /** The error to report; leaves a connection that may have been the reason (F-08). */
  async #failure(session: Session, error: unknown): Promise<unknown> {
    if (isBroken(error)) await this.#leave(session, 'storeBroken', String(error));
    return isDatabaseError(error) ? storeError(error, 'the store cannot write') : error;
  }

  /** Whether what was committed stands where the next opening will look for it (F-34). */
  async #checkFiles(session: Session): Promise<void> {
    if (!session.files.databaseIntact) {
      const reason = 'the database file was replaced while the engine was running';
      this.#options.giveUp(new AccessError('STORE_BROKEN', reason));
    }
    if (!session.files.walIntact) await this.#rescue(session);
  }

  /**
   * Somebody has unlinked the WAL behind our back. The old connection still sees everything that was
   * committed: it writes that into the database file, and a new connection goes on from there.
   */
  async #rescue(session: Session): Promise<void> {
    this.#problems.add('storeReplaced');
    this.#replacedAt = this.#options.clock.monotonic();
    session.checkpoint();
    await this.#leave(session, 'storeReplaced', 'the write-ahead log was removed from outside');
    if (this.session.lostRecords) {
      throw new AccessError('STORE_BROKEN', 'records were lost with the write-ahead log');
    }
  }

  async #leave(session: Session, code: string, reason: string): Promise<void> {
    this.#heads = session.log.heads;
    this.#session = undefined;
    this.#problems.add('storeBroken');
    this.#alarms.push({ category: 'alarm', code, details: { reason } });
    session.abandon();
    await this.#reopen();
  }

  /** Opens and verifies a new connection; writing the alarms proves that it works. */
  async #reopen(): Promise<void> {
    let session: Session | undefined;
    try {
      session = new Session(this.#options, this.#heads);
      await this.#write(session, () => undefined, [...this.#alarms, ...session.findings]);
      this.#session = session;
      this.#problems.delete('storeBroken');
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      session?.abandon();
    }
  }

  async #houseKeeping(): Promise<void> {
    const monotonic = this.#options.clock.monotonic();
    if (limitsPending(this.heads, this.#limits, this.#limitState, monotonic)) {
      await this.transaction(() => undefined);
    }
  }

  async #watchWal(): Promise<void> {
    const bytes = this.session.files.walSize;
    if (bytes < WAL_ALARM) {
      this.#problems.delete('walLarge');
    } else if (!this.#problems.has('walLarge')) {
      this.#problems.add('walLarge');
      this.#alarms.push({ category: 'alarm', code: 'walLarge', details: { bytes } });
      await this.transaction(() => undefined);
    }
  }
}
