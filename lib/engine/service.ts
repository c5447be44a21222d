import { join } from 'node:path';
import { systemClock, type Clock } from '../model/clock.ts';
import { createPolicy } from '../policy/snapshot.ts';
import { assemble, type Moves } from './assemble.ts';
import { createEmitter } from '../model/emitter.ts';
import type { EngineEvents } from './engine.ts';
import { atMostEvery } from './outgoing/at-most-every.ts';
import type { Recorded } from './outgoing/outgoing.ts';
import { createFacade, type EngineService } from './facade.ts';
import { readKeys, type EngineKeys } from './keys.ts';
import { createSecrets } from './secrets.ts';
import { DATABASE_FILE } from './store/database.ts';
import { openStore } from './store/open.ts';

const PROBE_INTERVAL = 2000;
/** Milliseconds between two announcements of new records. */
const RECORDED_INTERVAL = 20;

export interface EngineOptions {
  /** The data folder; made if it does not exist. */
  folder: string;
  /** Default: as `readKeys` finds them. */
  keys?: EngineKeys;
  clock?: Clock;
  /** Milliseconds between two probe decisions. */
  probeInterval?: number;
  /** Called when the engine cannot go on; it refuses everything from then on. */
  onFatal?: (error: unknown) => void;
}

/**
 * Opens the engine of a data folder inside this process. Rejects with `KEY_MISMATCH` if the key is not the
 * one that the data was written with, `ENGINE_LOCKED` if another process has the folder, or with what the
 * store says.
 */
export async function createEngine(options: EngineOptions): Promise<EngineService> {
  const { folder, clock = systemClock, onFatal = () => undefined } = options;
  const keys = options.keys ?? readKeys({ folder });
  const events = createEmitter<EngineEvents>();
  const moves = createEmitter<Moves>();
  const { store, rows, side } = await openStore({
    folder,
    keys,
    clock,
    listener: {
      event: (event) => {
        if (event.category === 'alarm') events.emit('alarm', event);
      },
      moved: (moved) => {
        moves.emit('moved', moved);
      },
      recorded: atMostEvery(RECORDED_INTERVAL, (last: Recorded) => {
        events.emit('recorded', last);
      }),
      dead: onFatal,
    },
  });
  try {
    const policy = createPolicy();
    policy.load(rows);
    const assembly = await assemble({
      store,
      policy,
      side,
      clock,
      file: join(folder, DATABASE_FILE),
      events,
      moves,
      secrets: createSecrets(keys),
      exchange: keys.exchange,
      probeInterval: options.probeInterval ?? PROBE_INTERVAL,
      onFatal,
    });
    const { journal, trust } = assembly;
    await journal.event({ category: 'system', code: 'engineStarted' }, trust.read());
    return createFacade(assembly, { store, policy });
  } catch (error) {
    await store.close();
    throw error;
  }
}
