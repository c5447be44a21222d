import { readdirSync, readFileSync } from 'node:fs';
import type { ChildOptions } from '../../lib/engine/child.ts';
import {
  openEngineClient,
  type EngineClient,
  type EngineState,
  type RestartDelays,
} from '../../lib/engine/client.ts';
import { SAMPLE_CHANGES, SAMPLE_CONFIG } from './sample-site.ts';

/** The master key of all engines in tests: 64 hexadecimal digits. */
export const TEST_MASTER = '07'.repeat(32);

/** Restarts at once, so that hundreds of them fit into a test. */
export const PROMPT: RestartDelays = { first: 1, most: 1, stable: 60_000 };

export function openClient(
  folder: string,
  options: Partial<ChildOptions> & { delays?: RestartDelays } = {},
): EngineClient {
  return openEngineClient({ folder, env: { GATEWIRE_MASTER_KEY: TEST_MASTER }, ...options });
}

/** An engine process with the sample site in it. */
export async function openSampleClient(
  folder: string,
  delays?: RestartDelays,
): Promise<EngineClient> {
  const client = openClient(folder, delays === undefined ? {} : { delays });
  await client.ready();
  await client.engine.configure(SAMPLE_CONFIG);
  await client.engine.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
  return client;
}

/** Resolves when the engine is in this state. */
export function reached(
  engine: { readonly state: EngineState; onState(listener: () => void): () => void },
  wanted: EngineState,
): Promise<void> {
  if (engine.state === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = engine.onState(() => {
      if (engine.state !== wanted) return;
      stop();
      resolve();
    });
  });
}

/** Open descriptors of this process. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    // A process that nobody has waited for yet has ended all the same.
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
