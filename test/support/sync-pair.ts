import { deriveKeys } from '../../lib/engine/keys.ts';
import { createEngine, type EngineOptions } from '../../lib/engine/service.ts';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { BatchLetter } from '../../lib/link/sync/batch.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Change } from '../../lib/model/entity.ts';
import { systemClock, type Clock } from '../../lib/model/clock.ts';
import type { EngineConfig } from '../../lib/model/site.ts';
import { SAMPLE_CONFIG } from './sample-site.ts';

const NO_PROBE = 3_600_000;
export const ADDRESS = { site: 'plant', gateway: 'north' };

/** A server's engine and a gateway's, each with a key of its own, and nothing between them but these methods. */
export interface SyncPair {
  server: EngineService;
  gateway: EngineService;
  /** The gateway says who it is. */
  report(): Promise<void>;
  /** Carries letters and answers to and fro until there is nothing to say any more; returns the letters. */
  settle(): Promise<BatchLetter[]>;
  change(...changes: Change[]): Promise<void>;
  close(): Promise<void>;
}

export interface PairOptions {
  folder: string;
  accessPoints?: readonly AccessPoint[];
  clock?: Clock;
}

export const GATEWAY_MASTER = deriveKeys(Buffer.alloc(32, 9));
export const SERVER_MASTER = deriveKeys(Buffer.alloc(32, 7));

/** A site that takes everything from its server. */
export function gatewayConfig(accessPoints: readonly AccessPoint[]): EngineConfig {
  return { site: { ...SAMPLE_CONFIG.site, master: 'cloud' }, accessPoints: [...accessPoints] };
}

/** The engine of a gateway with these access points. */
export async function openGateway(
  folder: string,
  accessPoints: readonly AccessPoint[] = SAMPLE_CONFIG.accessPoints,
  clock: Clock = systemClock,
): Promise<EngineService> {
  const engine = await openBareGateway(folder, clock);
  await engine.configure(gatewayConfig(accessPoints));
  return engine;
}

/** The engine of a gateway as it was configured last. */
export function openBareGateway(
  folder: string,
  clock: Clock = systemClock,
): Promise<EngineService> {
  return open({ folder: `${folder}/gateway`, keys: GATEWAY_MASTER, clock });
}

/** The engine of a server; it has no doors of its own. */
export async function openServer(
  folder: string,
  clock: Clock = systemClock,
): Promise<EngineService> {
  const engine = await open({ folder: `${folder}/server`, keys: SERVER_MASTER, clock });
  await engine.configure({ ...SAMPLE_CONFIG, accessPoints: [] });
  return engine;
}

function open(options: EngineOptions): Promise<EngineService> {
  return createEngine({ ...options, probeInterval: NO_PROBE });
}

export async function openPair({ folder, accessPoints, clock }: PairOptions): Promise<SyncPair> {
  const pair: SyncPair = {
    server: await openServer(folder, clock),
    gateway: await openGateway(folder, accessPoints, clock),
    report: () => report(pair.server, pair.gateway),
    settle: () => settle(pair.server, pair.gateway),
    async change(...changes) {
      const done = await pair.server.change({ changes, options: { author: 'test' } });
      if (done.failed.length > 0) throw new Error(JSON.stringify(done.failed));
    },
    async close() {
      await Promise.all([pair.server.close(), pair.gateway.close()]);
    },
  };
  return pair;
}

export async function report(server: EngineService, gateway: EngineService): Promise<void> {
  const content = await gateway.syncReport({ program: '0.0.0' });
  await server.reportGateway({ gateway: ADDRESS.gateway, report: content });
}

/** Carries everything over, in order and without loss. */
export async function settle(
  server: EngineService,
  gateway: EngineService,
): Promise<BatchLetter[]> {
  const letters: BatchLetter[] = [];
  for (;;) {
    const letter = await server.nextLetter(ADDRESS);
    if (letter === undefined) return letters;
    letters.push(letter);
    const receipt = await gateway.takeLetter({ address: ADDRESS, letter });
    await server.takeReceipt({ gateway: ADDRESS.gateway, receipt });
  }
}
