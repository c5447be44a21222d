import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AccessError } from '../../model/errors.ts';
import { STREAMS, type EventEntry, type Stream } from '../../model/record.ts';
import type { StreamHead } from './chain.ts';
import { isCopy } from './copy-mark.ts';
import { openForWriting } from './database.ts';
import type { PolicyStore } from './entities/policy-store.ts';
import { FileGuard } from './file-guard.ts';
import { perStream, readHeads, type Heads, type StoredHead } from './heads.ts';
import { RecordLog } from './log.ts';
import { sideWriter, type SideWriter } from './side-state.ts';
import type { StoreClock } from './store-clock.ts';
import { StreamVerifier, logRow } from './stream-verifier.ts';

/** How many of the newest rows of each stream are verified whenever the database is opened. */
const VERIFIED_TAIL = 100;

/** What a session is opened with. */
export interface SessionSetup {
  file: string;
  key: KeyObject;
  clock: StoreClock;
}

/** One open connection to the database and everything that lives and dies with it. */
export class Session {
  readonly db: DatabaseSync;
  readonly log: RecordLog;
  readonly side: SideWriter;
  readonly files: FileGuard;
  /** The database has come back from a backup: its numbers need a new identity. */
  readonly restored: boolean;
  /** What was found wrong when the database was opened; to be written into the event log. */
  readonly findings: readonly EventEntry[];
  #policy: PolicyStore | undefined;

  /**
   * Opens the database and verifies the ends of the log. `known` are the heads of the session before: the
   * numbers that were given out never start again, whatever the file says.
   */
  constructor({ file, key, clock }: SessionSetup, known?: Readonly<Heads>) {
    this.db = openForWriting(file);
    try {
      const stored = readHeads(this.db);
      const tails = perStream((stream) => verifyTail(this.db, stream, stored[stream], key));
      const heads = perStream((stream) => later(tails[stream].head, known?.[stream]));
      this.log = new RecordLog(this.db, key, heads, clock);
      this.side = sideWriter(this.db);
      this.files = new FileGuard(file);
      this.restored = isCopy(this.db);
      this.findings = STREAMS.flatMap((stream) => [
        ...tails[stream].findings,
        ...unexpectedRecords(tails[stream].head, known?.[stream]),
      ]);
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /**
   * The part that knows people and rights. It is loaded when it is first needed: after a crash no record
   * has to wait for a query builder.
   */
  async policy(): Promise<PolicyStore> {
    const { PolicyStore } = await import('./entities/policy-store.ts');
    this.#policy ??= new PolicyStore(this.db);
    return this.#policy;
  }

  /** Whether records that had been committed are gone. */
  get lostRecords(): boolean {
    return this.findings.some(({ code }) => code === 'recordsLost');
  }

  /** Brings everything that was committed into the database file itself. */
  checkpoint(): void {
    this.db.exec('PRAGMA wal_checkpoint(FULL)');
  }

  close(): void {
    this.db.close();
  }

  /** Gives up a connection that does not work. */
  abandon(): void {
    try {
      this.db.close();
    } catch {
      // It was given up because it does not work.
    }
  }
}

/** The head of a stream as the newest rows bear it out, and what is wrong with them. */
function verifyTail(
  db: DatabaseSync,
  stream: Stream,
  stored: StoredHead | undefined,
  key: KeyObject,
): { head: StreamHead; findings: EventEntry[] } {
  if (stored === undefined) {
    throw new AccessError('STORE_BROKEN', `the database has lost its stream "${stream}"`);
  }
  const findings = tailProblems(db, stored, key).map((text): EventEntry => {
    return { category: 'alarm', code: 'logDamaged', details: { stream, text } };
  });
  return { head: withRowsBeyond(db, stored.head), findings };
}

function tailProblems(db: DatabaseSync, stored: StoredHead, key: KeyObject): string[] {
  const { head } = stored;
  const from = Math.max(head.first, head.last - VERIFIED_TAIL + 1);
  const table = `${head.stream}_record`;
  const before = db.prepare(`SELECT hash FROM ${table} WHERE seq = ?`);
  const previous = from > head.first ? before.get(from - 1)?.hash : head.base;
  const verifier = new StreamVerifier(stored, from, String(previous));
  const rows = db.prepare(`SELECT * FROM ${table} WHERE seq >= ? ORDER BY seq`);
  rows.setReadBigInts(true);
  for (const row of rows.iterate(from)) verifier.add(logRow(row));
  verifier.end(key);
  return verifier.problems.map(({ text }) => text);
}

/** A number that is taken is never given out again, even where a forged head says it is free. */
function withRowsBeyond(db: DatabaseSync, head: StreamHead): StreamHead {
  const newest = db
    .prepare(`SELECT seq, hash FROM ${head.stream}_record ORDER BY seq DESC LIMIT 1`)
    .get();
  if (newest === undefined || Number(newest.seq) <= head.last) return head;
  return { ...head, last: Number(newest.seq), head: String(newest.hash) };
}

function later(stored: StreamHead, known: StreamHead | undefined): StreamHead {
  return known !== undefined && known.last > stored.last ? known : stored;
}

/** How the file differs from what the session before had committed. */
function unexpectedRecords(stored: StreamHead, known: StreamHead | undefined): EventEntry[] {
  if (known === undefined || known.last === stored.last) return [];
  const { stream } = stored;
  const details = {
    stream,
    from: Math.min(known.last, stored.last) + 1,
    to: Math.max(known.last, stored.last),
  };
  return known.last > stored.last
    ? [{ category: 'alarm', code: 'recordsLost', details }]
    : // Their commit failed, and yet they had reached the disk.
      [{ category: 'system', code: 'recordsRecovered', details }];
}
