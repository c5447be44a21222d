/**
 * A whole base on a fresh gateway, and how long a revocation takes, beside the floor: the same JSON over MQTT into
 * plain node:sqlite, one transaction for each batch of 500.
 *
 *   node bench/sync.ts [people, default 50000]
 *
 * Two engines, as at a server and at a gateway; the letters are signed, sent and checked in this process.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import type { EngineService } from '../lib/engine/facade.ts';
import { deriveKeys } from '../lib/engine/keys.ts';
import { createEngine } from '../lib/engine/service.ts';
import type { AccessPoint } from '../lib/model/access-point.ts';
import type { Change } from '../lib/model/entity.ts';
import type { EngineConfig } from '../lib/model/site.ts';
import { GatewaySync } from '../lib/sync/gateway-sync.ts';
import { ServerSync } from '../lib/sync/server-sync.ts';
import { linkPair } from '../test/support/link-pair.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const PEOPLE = Number(process.argv[2] ?? 50_000);
const CARDS = 2;
const BATCH = 500;
const PORTION = 5000;
const REVOCATIONS = 50;
const POINT: AccessPoint = {
  id: 'front',
  name: 'Front door',
  direction: 'in',
  enabled: true,
  supports: ['card'],
  levels: [{ level: { anyOf: [['card']] } }],
  factorTimeout: 10_000,
  grantLife: 3000,
  requestToExit: false,
  grantedCountsAsPassed: false,
};

function config(master: 'local' | 'cloud', accessPoints: AccessPoint[]): EngineConfig {
  return {
    site: {
      id: 'plant',
      name: 'Plant',
      zone: 'Europe/Madrid',
      language: 'en-US',
      logValues: 'masked',
      untrustedClock: 'deny',
      ring: 2000,
      quotaRecords: 1_000_000,
      quotaBytes: 1024 ** 3,
      master,
    },
    accessPoints,
  };
}

const put = (kind: Change['kind'], value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});

function* base(): Iterable<Change> {
  yield put('group', { id: 'staff', name: 'Staff' });
  yield put('permission', { id: 'all', subject: { group: 'staff' }, target: { everywhere: true } });
  for (let n = 0; n < PEOPLE; n += 1) {
    yield put('person', { id: `p${n}`, name: `Person ${n}`, groups: ['staff'] });
    for (let card = 0; card < CARDS; card += 1) {
      const value = (n * CARDS + card).toString(16).padStart(14, '0').toUpperCase();
      yield put('credential', { id: `c${n}-${card}`, person: `p${n}`, type: 'card', value });
    }
  }
}

function open(folder: string, seed: number): Promise<EngineService> {
  const keys = deriveKeys(Buffer.alloc(32, seed));
  return createEngine({ folder, keys, probeInterval: 3_600_000 });
}

async function fill(server: EngineService): Promise<void> {
  let changes: Change[] = [];
  const write = async (): Promise<void> => {
    await server.change({ changes, options: { author: 'bench' } });
    changes = [];
  };
  for (const change of base()) {
    changes.push(change);
    if (changes.length === PORTION) await write();
  }
  await write();
}

/** Milliseconds until a gateway has confirmed everything, and the characters that were sent. */
async function transfer(
  server: EngineService,
  gateway: EngineService,
  then: () => Promise<void>,
): Promise<{ duration: number; characters: number }> {
  const link = linkPair({ site: 'plant' });
  const [end] = link.gateways;
  if (end === undefined) throw new Error('no gateway');
  const onError = (error: unknown): never => {
    throw error;
  };
  const none = (): void => undefined;
  let characters = 0;
  end.on('batches', ({ content }) => (characters += JSON.stringify(content).length));
  const done = new Promise<void>((resolve) => {
    const look = async (): Promise<void> => {
      const [view] = await server.fleet({});
      if (view?.pending === 0 && view.applied === view.wanted) resolve();
    };
    link.server.on('receipts', ({ content }) => {
      if ((content as { kind: string }).kind === 'roots') void look();
    });
  });
  const start = performance.now();
  const sides = [
    new ServerSync({
      ...{ end: link.server, engine: server, revocationLimit: 60_000 },
      ...{ onCommand: none, onCaptured: none, onPhotos: none, onError },
    }),
    new GatewaySync({
      ...{ end, engine: gateway, tellDoors: none, program: 'bench' },
      ...{ onOpening: none, onCommand: none, onError },
    }),
  ];
  await done;
  const duration = performance.now() - start;
  const sent = characters;
  await then();
  for (const side of sides) side.close();
  link.close();
  return { duration, characters: sent };
}

/** Milliseconds from the change at the server until the gateway decides by it. */
async function revoke(server: EngineService, gateway: EngineService): Promise<Float64Array> {
  const times = new Float64Array(REVOCATIONS);
  for (let n = 0; n < REVOCATIONS; n += 1) {
    const taken = new Promise<void>((resolve) => {
      const stop = gateway.on('policy', () => {
        stop();
        resolve();
      });
    });
    const start = performance.now();
    const changes: Change[] = [{ op: 'delete', kind: 'credential', id: `c${n}-0` }];
    await server.change({ changes, options: { author: 'bench' } });
    await taken;
    times[n] = performance.now() - start;
  }
  return times;
}

/** The same JSON over MQTT into plain SQLite. */
async function floor(folder: string): Promise<number> {
  const broker = await Aedes.createBroker();
  const listener = createServer(broker.handle);
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const url = `mqtt://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const [from, to] = await Promise.all([mqtt.connectAsync(url), mqtt.connectAsync(url)]);
  const db = new DatabaseSync(path.join(folder, 'floor.db'));
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE item (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID`);
  const insert = db.prepare('INSERT OR REPLACE INTO item VALUES (?, ?, ?)');
  const items = [...base()].map((change) => ('value' in change ? change : undefined));
  const batches = Math.ceil(items.length / BATCH);
  const start = performance.now();
  const done = new Promise<void>((resolve) => {
    let received = 0;
    to.on('message', (_topic, payload) => {
      db.exec('BEGIN');
      for (const { kind, value } of JSON.parse(payload.toString()) as {
        kind: string;
        value: { id: string };
      }[]) {
        insert.run(kind, value.id, JSON.stringify(value));
      }
      db.exec('COMMIT');
      received += 1;
      if (received === batches) resolve();
    });
  });
  await to.subscribeAsync('batches', { qos: 1 });
  for (let at = 0; at < items.length; at += BATCH) {
    await from.publishAsync('batches', JSON.stringify(items.slice(at, at + BATCH)), { qos: 1 });
  }
  await done;
  const duration = performance.now() - start;
  await Promise.all([from.endAsync(), to.endAsync()]);
  await new Promise<void>((resolve) => {
    broker.close(resolve);
  });
  listener.close();
  db.close();
  return duration;
}

const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-bench-'));
try {
  const plain = await floor(folder);
  const server = await open(path.join(folder, 'server'), 7);
  await server.configure(config('local', []));
  await fill(server);
  const gateway = await open(path.join(folder, 'gateway'), 9);
  await gateway.configure(config('cloud', [POINT]));
  let times: Float64Array = new Float64Array();
  const { duration, characters } = await transfer(server, gateway, async () => {
    times = await revoke(server, gateway);
  });
  const { persons, credentials } = await gateway.health();
  printTable('a whole base on a fresh gateway', [
    {
      people: persons,
      credentials: credentials + REVOCATIONS,
      'sent, MB': round(characters / 1e6),
      'signed, receipted and compared, s': round(duration / 1000),
      'floor, s': round(plain / 1000),
      ratio: round(duration / plain),
    },
  ]);
  printTable('revocation, server to decision at the gateway', [
    { 'p50, ms': round(percentile(times, 0.5)), 'p99, ms': round(percentile(times, 0.99)) },
  ]);
  await Promise.all([server.close(), gateway.close()]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
