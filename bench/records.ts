import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../lib/engine/store/open.ts';
import { canonicalJson } from '../lib/engine/store/canonical.ts';
import type { NewRecord, Store } from '../lib/engine/store/store.ts';
import { systemClock } from '../lib/model/clock.ts';
import { uuidv7 } from '../lib/model/ids.ts';

/** Durable records per second, medians of slices that take turns. */
export interface RecordsResult {
  /** Records that wait together. */
  batch: number;
  store: number;
  /** Rows of the same size in one transaction of node:sqlite, WAL and FULL. */
  sqlite: number;
  /** The same bytes appended to a file, with one fdatasync. */
  file: number;
  /** Median of the ratios of neighbouring slices. */
  storeToSqlite: number;
  storeToFile: number;
}

const BATCHES = [1, 10, 100];
const ROUNDS = 9;
/** Milliseconds that a contender has for one slice. */
const SLICE = 150;

/** Writes one batch durably. */
type Contender = (batch: number) => void | Promise<void>;

/**
 * How many records per second the store makes durable, singly, in tens and in hundreds, beside plain
 * node:sqlite and beside a plain file. The store also numbers, chains and signs them and keeps the thread
 * of the decisions free.
 */
export async function recordsBench(): Promise<RecordsResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
  const { store } = await openStore({
    folder,
    keys: { logMac: new Uint8Array(32) },
    limits: { ring: 2000, quotaRecords: 10_000_000, quotaBytes: 2 ** 40 },
    clock: systemClock,
  });
  const db = plainDatabase(join(folder, 'plain.db'));
  const file = openSync(join(folder, 'plain.log'), 'a');
  const contenders = [storeContender(store), sqliteContender(db), fileContender(file)] as const;
  try {
    const results: RecordsResult[] = [];
    for (const batch of BATCHES) results.push(await compare(contenders, batch));
    return results;
  } finally {
    await store.close();
    db.close();
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

async function compare(
  contenders: readonly [Contender, Contender, Contender],
  batch: number,
): Promise<RecordsResult> {
  const rates: { store: number; sqlite: number; file: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const store = await rate(contenders[0], batch);
    const sqlite = await rate(contenders[1], batch);
    const file = await rate(contenders[2], batch);
    if (round > 0) rates.push({ store, sqlite, file });
  }
  return {
    batch,
    store: median(rates.map(({ store }) => store)),
    sqlite: median(rates.map(({ sqlite }) => sqlite)),
    file: median(rates.map(({ file }) => file)),
    storeToSqlite: median(rates.map(({ store, sqlite }) => store / sqlite)),
    storeToFile: median(rates.map(({ store, file }) => store / file)),
  };
}

async function rate(contender: Contender, batch: number): Promise<number> {
  const start = performance.now();
  let records = 0;
  while (performance.now() - start < SLICE) {
    await contender(batch);
    records += batch;
  }
  return (records * 1000) / (performance.now() - start);
}

function storeContender(store: Store): Contender {
  return async (batch) => {
    await Promise.all(Array.from({ length: batch }, () => store.append(record())));
  };
}

function sqliteContender(db: DatabaseSync): Contender {
  const insert = db.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  const { id, at, clock, body } = record();
  const text = canonicalJson(body);
  const hash = '0'.repeat(64);
  let seq = 0;
  return (batch) => {
    begin.run();
    for (let row = 0; row < batch; row += 1) insert.run(++seq, id, at, clock, text, hash);
    commit.run();
  };
}

function fileContender(file: number): Contender {
  const { id, at, clock, body } = record();
  const line = `${JSON.stringify([1, id, at, clock, canonicalJson(body), '0'.repeat(64)])}\n`;
  return (batch) => {
    writeSync(file, line.repeat(batch));
    fdatasyncSync(file);
  };
}

function plainDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE record (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL,
      clock TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT`);
  return db;
}

/** An access record of usual size: about 350 bytes of JSON. */
function record(): NewRecord<'access'> {
  const at = Date.now();
  const id = uuidv7(at);
  return {
    ...{ stream: 'access', id, at, clock: 'trusted' },
    body: {
      decision: {
        ...{ id, attempt: id, accessPoint: 'main-in', direction: 'in', outcome: 'granted' },
        ...{ reasons: [], by: 'local', person: { id: 'p-1234', name: 'Иван Петров' } },
        ...{ at, validUntil: at + 3000 },
      },
      credentials: [{ type: 'card', value: '****89AB', reader: 'reader', credential: 'c-1234' }],
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) {
  const rows = (await recordsBench()).map((result) => ({
    'records together': result.batch,
    'store/s': Math.round(result.store),
    'node:sqlite/s': Math.round(result.sqlite),
    'file + fdatasync/s': Math.round(result.file),
    'store : sqlite': result.storeToSqlite.toFixed(2),
    'store : file': result.storeToFile.toFixed(2),
  }));
  console.table(rows);
}
