/**
 * A card on TCP until its answer on TCP, through a real Node-RED: Gatewire's offline flow beside the floor of any flow
 * and beside the flow that integrators write today, all with the same 50,000 people. All run at once, and take turns in
 * every round, so that what else the machine does meets all of them alike.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, ROOT, startNodeRed, type FlowNode } from '../test/support/node-red.ts';
import { closedLoop, LineClient, openLoop, type Latency } from './flow/driver.ts';
import { fillGatewire, gatewireFlow } from './flow/ours.ts';
import { bareFlow, fillTodaysDatabase, todaysFlow } from './flow/peers.ts';
import { printTable, round } from './support/statistics.ts';

const PEOPLE = 50_000;
const READERS = 32;
const ROUNDS = 3;

/** Every flow gets sockets that send at once; without that all of them wait for the next request. */
const NO_DELAY = `require(${JSON.stringify(path.join(ROOT, 'dist/lib/runtime/no-delay.js'))}).sendAtOnce();`;

/** What is asked of each flow. */
const LOADS = {
  'one in flight': ([first], cards) => closedLoop([first], cards, 3000, 1),
  '32 in flight, one connection': ([first], cards) => closedLoop([first], cards, 12_000, READERS),
  '32 in flight, 32 connections': (readers, cards) => closedLoop(readers, cards, 12_000, READERS),
  '50/s': ([first], cards) => openLoop(first, cards, 50, 4),
  '200/s': ([first], cards) => openLoop(first, cards, 200, 3),
} satisfies Record<string, (readers: Readers, cards: Cards) => Promise<Latency>>;

type Readers = readonly [LineClient, ...LineClient[]];
type Load = keyof typeof LOADS;
type Cards = Iterator<string, never>;
/** The median of the rounds under each load. */
export type FlowResult = Record<Load, Latency>;

interface Candidate {
  what: string;
  flows: (port: number, userDir: string) => FlowNode[];
  /** Puts the people where the flow looks for them. */
  fill: (userDir: string, cards: readonly string[]) => void | Promise<void>;
}

const BARE = 'bare flow';
const TODAY = 'today: sqlite, WAL';
const CANDIDATES: readonly Candidate[] = [
  { what: BARE, flows: bareFlow, fill: () => undefined },
  today('today: sqlite, default', 'DELETE'),
  today(TODAY, 'WAL'),
  gatewire('Gatewire', false),
  gatewire('Gatewire and a relay', true),
];

function today(what: string, journal: string): Candidate {
  const file = (userDir: string): string => path.join(userDir, 'today.db');
  return {
    what,
    flows: (port, userDir) => todaysFlow(port, file(userDir)),
    fill: (userDir, cards) => {
      fillTodaysDatabase(file(userDir), cards, journal);
    },
  };
}

function gatewire(what: string, relay: boolean): Candidate {
  return {
    what,
    flows: (port) => gatewireFlow(port, { relay }),
    fill: async (userDir, cards) => {
      const folder = path.join(userDir, 'gatewire', 'bench');
      await mkdir(folder, { recursive: true });
      await fillGatewire(folder, cards);
    },
  };
}

/** A flow in a Node-RED of its own, with its readers connected. */
interface Running {
  what: string;
  readers: Readers;
  cards: Cards;
  stop: () => Promise<void>;
}

/** Measures all flows, or those whose name holds `only`. */
export async function flowBench(only = ''): Promise<Map<string, FlowResult>> {
  const running: Running[] = [];
  try {
    for (const candidate of CANDIDATES.filter(({ what }) => what.includes(only))) {
      console.log(`Starting: ${candidate.what} …`);
      running.push(await start(candidate));
    }
    return await underAllLoads(running);
  } finally {
    for (const { stop } of running) await stop();
  }
}

async function start({ what, flows, fill }: Candidate): Promise<Running> {
  const userDir = await mkdtemp(path.join(tmpdir(), 'gatewire-bench-'));
  const numbers = Array.from({ length: PEOPLE }, (_, index) => cardOf(index));
  await fill(userDir, numbers);
  const port = await freePort();
  const nodeRed = await startNodeRed({
    flows: flows(port, userDir),
    userDir,
    preamble: NO_DELAY,
  });
  const first = await LineClient.connect(port);
  const others = Array.from({ length: READERS - 1 }, () => LineClient.connect(port));
  const readers: Readers = [first, ...(await Promise.all(others))];
  const cards = endless(numbers);
  await warmUp(readers, cards);
  const stop = async (): Promise<void> => {
    for (const reader of readers) reader.close();
    await nodeRed.stop();
    await rm(userDir, { recursive: true, force: true });
  };
  return { what, readers, cards, stop };
}

async function underAllLoads(running: readonly Running[]): Promise<Map<string, FlowResult>> {
  const results = new Map(running.map(({ what }) => [what, {} as FlowResult]));
  for (const [name, load] of Object.entries(LOADS)) {
    const rounds = new Map(running.map(({ what }) => [what, [] as Latency[]]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { what, readers, cards } of running)
        rounds.get(what)?.push(await load(readers, cards));
    }
    for (const [what, result] of results) result[name as Load] = medianOf(rounds.get(what) ?? []);
  }
  return results;
}

/** The first cards come while the engine may still be starting. */
async function warmUp(readers: Readers, cards: Cards): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      await readers[0].ask(cards.next().value);
      break;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
  await closedLoop(readers, cards, 3000, 8);
}

/** Each figure by itself: other work on the machine spoils single rounds. */
function medianOf(rounds: readonly Latency[]): Latency {
  const median = (key: keyof Latency): number =>
    rounds.map((each) => each[key]).sort((a, b) => a - b)[rounds.length >> 1] ?? Number.NaN;
  return {
    'p50 ms': median('p50 ms'),
    'p99 ms': median('p99 ms'),
    'per second': median('per second'),
  };
}

/** Five bytes, as a 125 kHz card has; spread, so that neighbours lie in different pages of an index. */
function cardOf(index: number): string {
  return ((0x0a_00_00_00_00 + index * 2_654_435) % 0x100_00_00_00_00)
    .toString(16)
    .toUpperCase()
    .padStart(10, '0');
}

/** All cards again and again, in an order that has nothing to do with how they were stored. */
function* endless(cards: readonly string[]): Generator<string, never> {
  for (let index = 0; ; index = (index + 7919) % cards.length) yield cards[index] ?? '';
}

function print(results: ReadonlyMap<string, FlowResult>): void {
  const bare = results.get(BARE);
  const today = results.get(TODAY);
  for (const load of Object.keys(LOADS) as Load[]) {
    const rows = [...results].map(([what, result]) => ({
      flow: what,
      ...result[load],
      'p50 : bare': ratio(result[load], bare?.[load]),
      'p50 : today': ratio(result[load], today?.[load]),
    }));
    printTable(`Card on TCP until the answer on TCP, ${load}`, rows);
  }
  console.log('Targets beside a bare flow with p50 0.10 ms:');
  console.log('  one in flight p50 <= 0.4 ms, p99 <= 1.5 ms; 50/s p50 <= 1.5 ms, p99 <= 4 ms;');
  console.log('  32 in flight >= 12,000/s, p99 <= 15 ms');
}

function ratio(result: Latency, base: Latency | undefined): number | string {
  return base === undefined ? '' : round(result['p50 ms'] / base['p50 ms'], 2);
}

if (import.meta.main) print(await flowBench(process.argv[2]));
