/**
 * The engine process with 50,000 people: import, start, memory, and the way of a decision over the channel
 * with its record committed. Run: node bench/engine.ts
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EngineClient } from '../lib/engine/client.ts';
import type { Engine } from '../lib/engine/engine.ts';
import type { Attempt } from '../lib/model/attempt.ts';
import type { Change, EntityKind } from '../lib/model/entity.ts';
import { uuidv7 } from '../lib/model/ids.ts';
import type { PolicyCredential } from '../lib/policy/policy.ts';
import { bundledEngine } from '../test/support/engine-bundle.ts';
import { buildSite, Dice, SIZE, type Site } from './decision-site.ts';
import { channelFloor, commitFloor, latencyOf, sample, type Latency } from './engine-floors.ts';
import { printTable, round } from './support/statistics.ts';

const PORTION = 500;
const IN_FLIGHT = 32;
const PARALLEL_CALLS = 50_000;
const STARTS = 5;
const STEADY = { perSecond: 50, seconds: 10 };

const site = buildSite(7);
const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
const bundle = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
const { openEngineClient } = await bundledEngine(bundle);
const cards = site.credentials
  .map((credential, index) => ({ credential, value: valueOf(credential, index) }))
  .filter(({ credential }) => credential.type === 'card')
  .map(({ value }) => value);
const dice = new Dice(11);

function valueOf({ type }: PolicyCredential, index: number): string {
  const hex = (0x04_00_00_00_00_00_00 + index * 2_654_435).toString(16).padStart(14, '0');
  return type === 'card' ? hex.toUpperCase() : `${type}-${index}`;
}

function changes({ groups, holidayGroups, schedules, persons, credentials, permissions }: Site) {
  const put = (kind: EntityKind, value: object): Change => ({
    op: 'put',
    kind,
    value: { ...value },
  });
  return [
    ...groups.map((value) => put('group', value)),
    ...holidayGroups.map((value) => put('holidayGroup', value)),
    ...schedules.map((value) => put('schedule', value)),
    ...persons.map(({ disabled, ...person }) =>
      put('person', { ...person, status: disabled ? 'disabled' : 'active' }),
    ),
    ...credentials.map((credential, index) => {
      const { id, person, type, status } = credential;
      return put('credential', { id, person, type, status, value: valueOf(credential, index) });
    }),
    ...permissions.map((value) => put('permission', value)),
  ];
}

async function importSite(engine: Engine): Promise<number> {
  const all = changes(site);
  const started = performance.now();
  for (let first = 0; first < all.length; first += PORTION) {
    const report = await engine.change({
      changes: all.slice(first, first + PORTION),
      options: { author: 'bench' },
    });
    if (report.failed.length > 0) throw new Error(JSON.stringify(report.failed[0]));
  }
  return (performance.now() - started) / 1000;
}

function attempt(): Attempt {
  const at = Date.now();
  return {
    id: uuidv7(at),
    at,
    accessPoint: `door-${dice.below(SIZE.accessPoints)}`,
    direction: 'in',
    credentials: [{ type: 'card', value: dice.pick(cards), format: 'H10301', reader: 'front', at }],
  };
}

function residentMegabytes({ pid }: EngineClient): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const open = (): EngineClient => openEngineClient({ folder });

async function measureStarts(): Promise<{ ready: number; decided: number; memory: number }> {
  const ready: number[] = [];
  const decided: number[] = [];
  const memory: number[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const started = performance.now();
    const client = open();
    await client.ready();
    ready.push(performance.now() - started);
    await client.engine.decide(attempt());
    decided.push(performance.now() - started);
    await wait(1000);
    memory.push(residentMegabytes(client));
    await client.close();
  }
  const median = (values: number[]): number => latencyOf(values).p50;
  return { ready: median(ready), decided: median(decided), memory: median(memory) };
}

async function decideInParallel(engine: Engine): Promise<Latency & { rate: number }> {
  const samples: number[] = [];
  const started = performance.now();
  const caller = async (): Promise<void> => {
    while (samples.length < PARALLEL_CALLS) {
      const sent = performance.now();
      await engine.decide(attempt());
      samples.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  const seconds = (performance.now() - started) / 1000;
  return { ...latencyOf(samples), rate: samples.length / seconds };
}

async function decideSteadily(engine: Engine): Promise<Latency> {
  const samples: number[] = [];
  for (let count = 0; count < STEADY.perSecond * STEADY.seconds; count += 1) {
    await wait(1000 / STEADY.perSecond);
    const sent = performance.now();
    await engine.decide(attempt());
    samples.push(performance.now() - sent);
  }
  return latencyOf(samples);
}

const first = open();
await first.ready();
await first.engine.configure(site.config);
const imported = await importSite(first.engine);
await first.close();
const starts = await measureStarts();
const client = open();
await client.ready();
const { engine } = client;
const [example] =
  (await engine.decide(attempt()), await engine.recentRecords({ stream: 'access', limit: 1 }));
const channel = await channelFloor({ id: 1, attempt: attempt() });
const commit = await commitFloor(JSON.stringify(example?.body));
const single = latencyOf(await sample(() => engine.decide(attempt())));
const parallel = await decideInParallel(engine);
const steady = await decideSteadily(engine);
const loaded = residentMegabytes(client);
const health = await engine.health();
await client.close();
rmSync(folder, { recursive: true });
rmSync(bundle, { recursive: true });

printTable(`Engine process, ${health.persons} people, ${health.credentials} credentials`, [
  { what: 'import in portions of 500, s', value: round(imported), target: '' },
  { what: 'start until ready, ms', value: round(starts.ready, 0), target: '' },
  { what: 'start until first decision, ms', value: round(starts.decided, 0), target: '<= 2000' },
  { what: 'memory after start, MB', value: round(starts.memory, 0), target: '<= 120' },
  { what: 'memory after all decisions, MB', value: round(loaded, 0), target: '' },
]);
const floor = channel.p50 + commit.p50;
printTable('Decision over the channel, record committed with FULL, ms', [
  { what: 'floor: message there and back', p50: round(channel.p50, 3), p99: round(channel.p99, 3) },
  { what: 'floor: commit of one row', p50: round(commit.p50, 3), p99: round(commit.p99, 3) },
  { what: 'one in flight', p50: round(single.p50, 3), p99: round(single.p99, 3) },
  { what: `${IN_FLIGHT} in flight`, p50: round(parallel.p50, 3), p99: round(parallel.p99, 3) },
  { what: `steady ${STEADY.perSecond}/s`, p50: round(steady.p50, 3), p99: round(steady.p99, 3) },
]);
console.log(
  `one in flight: ${round(single.p50 / floor)} x the sum of both floors (target p50 <= 0.3 ms)`,
);
console.log(`${IN_FLIGHT} in flight: ${round(parallel.rate, 0)} decisions/s (target >= 12,000)`);
