import { randomUUID, type KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AccessError } from '../../model/errors.ts';
import { uuidv7 } from '../../model/ids.ts';
import { STREAMS, type EventEntry, type Stream } from '../../model/record.ts';
import { canonicalJson } from './canonical.ts';
import { headMac, recordHash, type RawRecord } from './chain.ts';
import { perStream, settled, type Heads } from './heads.ts';
import { COPY_MARK } from './copy-mark.ts';
import type { StoreClock } from './store-clock.ts';

/** What a row takes besides its body: number, id, times, hash and its share of the page, in bytes. */
const ROW_OVERHEAD = 150;

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
    this.#statements.begin.run();
    try {
      const value = await work(draft);
      draft.save(this.#key);
      this.#statements.commit.run();
      this.#heads = draft.heads;
      return { value, events: draft.events };
    } catch (error) {
      if (this.#db.isTransaction) this.#statements.rollback.run();
      throw error;
    }
  }
}

export interface Committed<T> {
  value: T;
  /** Events that the store wrote about itself. */
  events: EventEntry[];
}

/** The log within one transaction. */
export class LogDraft {
  /** The heads as they will be after the commit. */
  readonly heads: Heads;
  readonly events: EventEntry[] = [];
  readonly #statements: LogStatements;
  readonly #clock: StoreClock;
  readonly #touched = new Set<Stream>();

  constructor(statements: LogStatements, heads: Readonly<Heads>, clock: StoreClock) {
    this.#statements = statements;
    this.#clock = clock;
    this.heads = perStream((stream) => ({ ...heads[stream] }));
  }

  /** Stores a record at the end of its stream and returns its number. */
  append(stream: Stream, record: RawRecord): number {
    const head = this.heads[stream];
    const seq = head.last + 1;
    const hash = recordHash(head.id, seq, record, head.head);
    const { id, at, clock, body } = record;
    this.#statements.insert.run(stream, seq, id, at, clock, body, hash);
    head.last = seq;
    head.head = hash;
    head.unsentBytes += Buffer.byteLength(body) + ROW_OVERHEAD;
    this.#touched.add(stream);
    return seq;
  }

  /** Stores an event of the store's own. */
  event(entry: EventEntry): void {
    const at = this.#clock.now();
    const body = canonicalJson(entry);
    this.append('event', { id: uuidv7(at), at, clock: this.#clock.state, body });
    this.events.push(entry);
  }

  /** Marks everything up to `seq` as sent. Throws INPUT_INVALID for a number that does not exist yet. */
  acknowledge(stream: Stream, seq: number): void {
    const head = this.heads[stream];
    if (!Number.isSafeInteger(seq) || seq < 0 || seq > head.last) {
      throw new AccessError(
        'INPUT_INVALID',
        `record ${seq} of ${stream} cannot be acknowledged: the newest is ${head.last}`,
      );
    }
    if (seq <= head.acknowledged) return;
    head.unsentBytes -= this.#bytes(stream, settled(head), seq);
    head.acknowledged = seq;
    this.#touched.add(stream);
  }

  /** Deletes the oldest rows of a stream, those up to `seq`; unsent ones are counted as overwritten. */
  drop(stream: Stream, seq: number): void {
    const head = this.heads[stream];
    const lost = Math.max(0, seq - settled(head));
    if (lost > 0) head.unsentBytes -= this.#bytes(stream, settled(head), seq);
    head.overwritten += lost;
    const row = this.#statements.hashAt.get(stream, seq);
    head.base = row === undefined ? head.base : String(row.hash);
    head.first = seq + 1;
    this.#statements.deleteUpTo.run(stream, seq);
    this.#touched.add(stream);
  }

  /** The number up to which rows after `after` have to go to free `bytes`, at most `limit` rows. */
  cutFor(stream: Stream, after: number, bytes: number, limit: number): number {
    let freed = 0;
    let seq = after;
    for (const row of this.#statements.sizes.iterate(stream, after, limit)) {
      if (freed >= bytes) break;
      freed += Number(row.bytes);
      seq = Number(row.seq);
    }
    return seq;
  }

  /**
   * Gives the numbers that follow a new identity: the database has come back from a backup, and the server
   * may know other records under the old identity and the same numbers (I2).
   */
  renew(): void {
    for (const stream of STREAMS) {
      const head = this.heads[stream];
      head.id = randomUUID();
      this.#statements.identify.run(stream, head.last + 1, head.id);
      this.#touched.add(stream);
    }
    this.#statements.ownCopy.run(COPY_MARK);
    this.event({ category: 'alarm', code: 'databaseRestored' });
  }

  /** Writes the heads that changed; the last step before the commit. */
  save(key: KeyObject): void {
    for (const stream of STREAMS) {
      if (!this.#touched.has(stream)) continue;
      const head = this.heads[stream];
      const { first, last, base, acknowledged, overwritten, unsentBytes } = head;
      this.#statements.saveHead.run(
        ...[first, last, base, head.head, acknowledged, overwritten, unsentBytes],
        headMac(key, head),
        stream,
      );
    }
  }

  #bytes(stream: Stream, after: number, upTo: number): number {
    return Number(this.#statements.bytes.get(stream, after, upTo)?.bytes);
  }
}

type LogStatements = Readonly<Record<keyof ReturnType<typeof prepareStatements>, StatementSync>>;

function prepareStatements(db: DatabaseSync) {
  const size = `octet_length(body) + ${ROW_OVERHEAD}`;
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    insert: db.prepare(
      'INSERT INTO record (stream, seq, id, at, clock, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    saveHead: db.prepare(
      `UPDATE stream SET first = ?, last = ?, base = ?, head = ?, acknowledged = ?, overwritten = ?,
         unsent_bytes = ?, mac = ? WHERE name = ?`,
    ),
    bytes: db.prepare(
      `SELECT coalesce(sum(${size}), 0) AS bytes FROM record WHERE stream = ? AND seq > ? AND seq <= ?`,
    ),
    sizes: db.prepare(
      `SELECT seq, ${size} AS bytes FROM record WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    hashAt: db.prepare('SELECT hash FROM record WHERE stream = ? AND seq = ?'),
    identify: db.prepare(
      `INSERT INTO stream_identity (stream, since, id) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET id = excluded.id`,
    ),
    ownCopy: db.prepare('DELETE FROM meta WHERE key = ?'),
    deleteUpTo: db.prepare('DELETE FROM record WHERE stream = ? AND seq <= ?'),
  };
}
