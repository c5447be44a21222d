import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { EventEntry } from '../../model/record.ts';
import type { Heads } from './heads.ts';
import { LogDraft } from './log-draft.ts';
import { prepareStatements, type LogStatements } from './log-statements.ts';
import type { StoreClock } from './store-clock.ts';

/** The append-only log: numbers, chains and stores records inside the transaction of its caller. */
export class RecordLog {
  readonly #db: DatabaseSync;
  readonly #key: KeyObject;
  readonly #clock: StoreClock;
  readonly #statements: LogStatements;
  #heads: Heads;

  constructor(db: DatabaseSync, key: KeyObject, heads: Heads, clock: StoreClock) {
    this.#db = db;
    this.#key = key;
    this.#clock = clock;
    this.#heads = heads;
    this.#statements = prepareStatements(db);
  }

  /** The heads as last committed. */
  get heads(): Readonly<Heads> {
    return this.#heads;
  }

  /**
   * Runs `work` on a draft of the log inside one transaction. If anything fails, the database and the
   * numbers are as before.
   */
  async transaction<T>(work: (draft: LogDraft) => T | Promise<T>): Promise<Committed<T>> {
    const draft = new LogDraft(this.#statements, this.#heads, this.#clock);
    this.#statements.common.begin.run();
    try {
      const value = await work(draft);
      draft.save(this.#key);
      this.#statements.common.commit.run();
      this.#heads = draft.heads;
      return { value, events: draft.events };
    } catch (error) {
      if (this.#db.isTransaction) this.#statements.common.rollback.run();
      throw error;
    }
  }
}

export interface Committed<T> {
  value: T;
  /** Events that the store wrote about itself. */
  events: EventEntry[];
}
