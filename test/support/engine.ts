import { join } from 'node:path';
import { assemble, type Moves } from '../../lib/engine/assemble.ts';
import { createEmitter } from '../../lib/model/emitter.ts';
import { createFacade, type EngineService } from '../../lib/engine/facade.ts';
import { deriveKeys } from '../../lib/engine/keys.ts';
import { createSecrets } from '../../lib/engine/secrets.ts';
import { createEngine } from '../../lib/engine/service.ts';
import { DATABASE_FILE } from '../../lib/engine/store/database.ts';
import { openStore } from '../../lib/engine/store/open.ts';
import type { Store } from '../../lib/engine/store/store.ts';
import type { Clock } from '../../lib/model/clock.ts';
import type { StoredRecord, Stream } from '../../lib/model/record.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { createPolicy } from '../../lib/policy/snapshot.ts';
import { SAMPLE_CHANGES, SAMPLE_CONFIG } from './sample-site.ts';

export const TEST_KEYS = deriveKeys(Buffer.alloc(32, 7));
const NO_PROBE = 3_600_000;

/** An engine on the real store and policy, with the sample site in it. */
export async function openSampleEngine(folder: string, clock: Clock): Promise<EngineService> {
  const engine = await reopenEngine(folder, clock);
  await engine.configure(SAMPLE_CONFIG);
  const report = await engine.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
  if (report.failed.length > 0) throw new Error(JSON.stringify(report.failed));
  return engine;
}

/** The engine of a folder as it is after a restart. */
export function reopenEngine(folder: string, clock: Clock): Promise<EngineService> {
  return createEngine({ folder, keys: TEST_KEYS, clock, probeInterval: NO_PROBE });
}

export interface Wraps {
  store?: (store: Store) => Store;
  policy?: (policy: Policy) => Policy;
  onFatal?: (error: unknown) => void;
}

/** The engine of a folder with its parts replaced by faulty ones. */
export async function openFaultyEngine(
  folder: string,
  clock: Clock,
  wraps: Wraps,
): Promise<EngineService> {
  const limits = { ring: 2000, quotaRecords: 1_000_000, quotaBytes: 1024 ** 3 };
  const moves = createEmitter<Moves>();
  const listener = {
    moved: (moved: Moves['moved']) => {
      moves.emit('moved', moved);
    },
  };
  const opened = await openStore({ folder, keys: TEST_KEYS, limits, clock, listener });
  const policy = createPolicy();
  policy.load(opened.rows);
  const parts = {
    store: wraps.store?.(opened.store) ?? opened.store,
    policy: wraps.policy?.(policy) ?? policy,
  };
  const assembly = await assemble({
    ...parts,
    side: opened.side,
    file: join(folder, DATABASE_FILE),
    secrets: createSecrets(TEST_KEYS),
    exchange: TEST_KEYS.exchange,
    clock,
    events: createEmitter(),
    moves,
    probeInterval: NO_PROBE,
    onFatal: wraps.onFatal ?? (() => undefined),
  }).catch(async (error: unknown) => {
    await opened.store.close();
    throw error;
  });
  return createFacade(assembly, parts);
}

/** The newest record of a stream. */
export async function newest<S extends Stream>(
  engine: EngineService,
  stream: S,
): Promise<StoredRecord<S>> {
  const [record] = await engine.recentRecords({ stream, limit: 1 });
  if (record === undefined) throw new Error(`no record in ${stream}`);
  return record;
}

/** The newest event of a code. */
export async function newestEvent(
  engine: EngineService,
  code: string,
): Promise<StoredRecord<'event'>> {
  const events = await engine.recentRecords({ stream: 'event', limit: 1000 });
  const found = events.find(({ body }) => body.code === code);
  if (found === undefined) throw new Error(`no event ${code}`);
  return found;
}

/** Codes of all events, oldest first. */
export async function eventCodes(engine: EngineService): Promise<string[]> {
  const events = await engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
  return events.map(({ body }) => body.code);
}
