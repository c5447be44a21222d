import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import type { Stream } from '../../model/record.ts';
import type { PolicyRows } from '../../policy/policy.ts';
import type { StreamHealth } from '../engine.ts';
import { StoreClient } from './client.ts';
import { DATABASE_FILE, inTransaction, openForWriting, storeError } from './database.ts';
import { createStreams, perStream, streamHealth } from './heads.ts';
import { migrate } from './migrations.ts';
import { takeOwnership } from './owner-lock.ts';
import { policyRows } from './policy-rows.ts';
import type { WriterSetup } from './protocol.ts';
import { siblingModule } from './sibling.ts';
import { loadSideState } from './side-state.ts';
import type { SideState, Store, StoreLimits } from './store.ts';
import { WriterPort, type StoreListener } from './writer-port.ts';

export type { StoreListener } from './writer-port.ts';

/** The key under which the ends of the log are signed; 32 bytes. */
export interface StoreKeys {
  logMac: Uint8Array;
}

export interface StoreOptions {
  /** The data folder; created if it is missing. */
  folder: string;
  keys: StoreKeys;
  /** In force at once; without them nothing is dropped before `setLimits`. */
  limits?: StoreLimits;
  clock: Clock;
  listener?: StoreListener;
}

/** A stream of the log when the store was opened. */
export interface StreamState extends StreamHealth {
  /** Identity of the numbering, a UUID; the server knows records by it and their number (I2). */
  id: string;
}

export interface OpenedStore {
  store: Store;
  /** The policy, read while it is iterated: take it over before the first change. */
  rows: PolicyRows;
  side: SideState;
  streams: Record<Stream, StreamState>;
}

/**
 * Opens the store of a data folder: becomes its only owner, brings the database to the present schema,
 * verifies the ends of the log and starts the writer's thread.
 * Rejects with ENGINE_LOCKED, KEY_MISMATCH for a database of another key, STORE_BROKEN or STORE_FULL.
 */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const { folder, clock, listener = {} } = options;
  const release = takeOwnership(folder);
  try {
    const file = join(folder, DATABASE_FILE);
    const side = prepare(file, options.keys);
    const rows = policyRows(file);
    const port = new WriterPort(startWorker(options), clock, listener);
    const heads = await port.ready;
    const streams = perStream((stream) => ({
      id: heads[stream].id,
      ...streamHealth(heads[stream]),
    }));
    return { store: new StoreClient({ port, file, heads, release }), rows, side, streams };
  } catch (error) {
    release();
    throw error;
  }
}

function startWorker({ folder, keys, limits, clock }: StoreOptions): Worker {
  const workerData: WriterSetup = {
    folder,
    logMac: keys.logMac,
    ...(limits === undefined ? {} : { limits }),
    clock: { now: clock.now(), monotonic: clock.monotonic() },
  };
  return new Worker(siblingModule(import.meta.url, 'worker'), { workerData });
}

/** Brings the database to the present schema and reads what it holds beside the policy. */
function prepare(file: string, keys: StoreKeys): SideState {
  try {
    const db = openForWriting(file);
    try {
      return prepared(db, createSecretKey(keys.logMac));
    } finally {
      db.close();
    }
  } catch (error) {
    throw storeError(error, `the database ${file} cannot be opened`);
  }
}

function prepared(db: DatabaseSync, key: KeyObject): SideState {
  migrate(db);
  inTransaction(db, () => {
    checkKey(db, key);
    createStreams(db, key);
  });
  return loadSideState(db);
}

/** Refuses a key that is not the one the log was begun with. */
function checkKey(db: DatabaseSync, key: KeyObject): void {
  const mine = createHmac('sha256', key).update('gatewire log key').digest('hex');
  db.prepare(`INSERT INTO meta (key, value) VALUES ('logKey', ?) ON CONFLICT DO NOTHING`).run(mine);
  const stored = String(db.prepare(`SELECT value FROM meta WHERE key = 'logKey'`).get()?.value);
  if (stored.length === mine.length && timingSafeEqual(Buffer.from(stored), Buffer.from(mine))) {
    return;
  }
  throw new AccessError('KEY_MISMATCH', 'the database was written with another engine key');
}
