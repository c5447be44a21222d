import { pathToFileURL } from 'node:url';
import type { CredentialType } from '../lib/model/credential.ts';
import type { EvaluateInput, Policy, Verdict } from '../lib/policy/policy.ts';
import { createPolicy } from '../lib/policy/snapshot.ts';
import { buildCeiling, type Ceiling } from './decision-ceiling.ts';
import { Dice, FORTNIGHT, SIZE, START, buildSite, type Site } from './decision-site.ts';

/** One measured figure; `ratio` compares it with the ceiling of the same run. */
export interface BenchRow {
  what: string;
  value: number;
  unit: string;
  ratio?: number;
  target?: string;
}

const ATTEMPTS = 100_000;
const ROUNDS = 25;

interface Attempt {
  type: CredentialType;
  lookup: string;
  accessPoint: number;
  now: number;
}

/**
 * Decisions alone: 50,000 people, 50 access points, 1 to 3 credentials each, look-up included, beside the
 * map and bitmap ceiling built for the same site.
 */
export function decisionBench(): Promise<BenchRow[]> {
  const site = buildSite(20_260_302);
  const attempts = buildAttempts(site);
  const ceiling = buildCeiling(site);
  const { policy, rows } = loadPolicy(site);
  const doors = site.config.accessPoints.map(({ id }) => id);
  compareAnswers(policy, ceiling, attempts, doors);
  const { bare, full, ratio } = sideBySide(
    () => runCeiling(ceiling, attempts),
    () => runPolicy(policy, attempts, doors),
  );
  const [p50, p99] = latencies(policy, attempts, doors);
  return Promise.resolve([
    ...rows,
    { what: 'map + bitmap ceiling, yes or no only', value: bare, unit: 'decisions/s' },
    {
      what: 'decision with all reasons',
      value: full,
      unit: 'decisions/s',
      ratio,
      target: '≥ 0.5 × ceiling, ≥ 1,200,000/s',
    },
    { what: 'decision p50', value: p50, unit: 'µs' },
    { what: 'decision p99', value: p99, unit: 'µs', target: '≤ 5 µs' },
    { what: 'change of one person', value: changeTime(policy, site), unit: 'µs' },
  ]);
}

function loadPolicy(site: Site): { policy: Policy; rows: BenchRow[] } {
  const policy = createPolicy();
  policy.configure(site.config);
  const heap = usedMemory();
  const start = performance.now();
  policy.load({ version: 1, ...site });
  const took = performance.now() - start;
  const used = usedMemory() - heap;
  const { persons, credentials } = policy.counts;
  const what = `${persons} persons, ${credentials} credentials`;
  return {
    policy,
    rows: [
      { what: `load of ${what}`, value: took, unit: 'ms', target: '< 200 ms' },
      { what: 'memory of the snapshot without the texts of the rows', value: used, unit: 'MB' },
    ],
  };
}

/** Megabytes in use; after a full collection if node runs with --expose-gc. */
function usedMemory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** Nine of ten at a door of the holder's own groups, at any time of the fortnight. */
function buildAttempts(site: Site): Attempt[] {
  const dice = new Dice(7);
  const groupsOf = new Map(site.persons.map(({ id, groups }) => [id, groups]));
  return Array.from({ length: ATTEMPTS }, () => {
    const credential = dice.pick(site.credentials);
    const group = dice.pick(groupsOf.get(credential.person) ?? []);
    const permission = site.permissions[Number(group.slice('group-'.length)) + 300 * dice.below(2)];
    const target = permission?.target;
    const own = target && 'accessPoint' in target ? Number(target.accessPoint.slice(5)) : undefined;
    return {
      type: credential.type,
      // A text of its own, as if it had just been computed from a reading.
      lookup: Buffer.from(credential.lookup).toString('latin1'),
      accessPoint: own === undefined || dice.below(10) === 0 ? dice.below(SIZE.accessPoints) : own,
      now: START + dice.below(FORTNIGHT),
    };
  });
}

function decide(policy: Policy, attempt: Attempt, doors: readonly string[]): Verdict {
  const { type, lookup } = attempt;
  const input: EvaluateInput = {
    accessPoint: doors[attempt.accessPoint] ?? '',
    factors: [{ type, credential: policy.findCredential(type, lookup) }],
    requestToExit: false,
    timedOut: false,
    now: attempt.now,
    clockTrusted: true,
    keypadLockedOut: false,
  };
  return policy.evaluate(input);
}

function compareAnswers(
  policy: Policy,
  ceiling: Ceiling,
  attempts: readonly Attempt[],
  doors: readonly string[],
): void {
  for (const attempt of attempts) {
    const verdict = decide(policy, attempt, doors);
    if (
      (verdict.outcome === 'granted') !==
      ceiling(attempt.lookup, attempt.accessPoint, attempt.now)
    ) {
      throw new Error(`The ceiling answers differently: ${JSON.stringify({ attempt, verdict })}`);
    }
  }
}

function runCeiling(ceiling: Ceiling, attempts: readonly Attempt[]): number {
  let granted = 0;
  for (const { lookup, accessPoint, now } of attempts)
    if (ceiling(lookup, accessPoint, now)) granted++;
  return granted;
}

function runPolicy(policy: Policy, attempts: readonly Attempt[], doors: readonly string[]): number {
  let granted = 0;
  for (const attempt of attempts)
    if (decide(policy, attempt, doors).outcome === 'granted') granted++;
  return granted;
}

/**
 * Attempts per second of both, in turns, so that other work on the machine slows both down. The median of
 * several rounds after two for warming up.
 */
function sideBySide(
  bare: () => number,
  full: () => number,
): { bare: number; full: number; ratio: number } {
  const rounds: { bare: number; full: number; ratio: number }[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const bareTime = timeOf(bare);
    const fullTime = timeOf(full);
    if (round < 0) continue;
    const perSecond = ATTEMPTS * 1000;
    rounds.push({
      bare: perSecond / bareTime,
      full: perSecond / fullTime,
      ratio: bareTime / fullTime,
    });
  }
  rounds.sort((a, b) => a.ratio - b.ratio);
  return rounds[ROUNDS >> 1] ?? { bare: NaN, full: NaN, ratio: NaN };
}

function timeOf(run: () => number): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** Microseconds of single decisions, the cost of reading the timer included. */
function latencies(
  policy: Policy,
  attempts: readonly Attempt[],
  doors: readonly string[],
): [p50: number, p99: number] {
  const times = Float64Array.from(attempts, (attempt) => {
    const start = performance.now();
    decide(policy, attempt, doors);
    return (performance.now() - start) * 1000;
  }).sort();
  return [times[ATTEMPTS * 0.5] ?? NaN, times[ATTEMPTS * 0.99] ?? NaN];
}

function changeTime(policy: Policy, site: Site): number {
  const people = site.persons.slice(0, 1000);
  const start = performance.now();
  for (const person of people) policy.apply([{ kind: 'person', put: person }], policy.version + 1);
  return ((performance.now() - start) / people.length) * 1000;
}

function show({ what, value, unit, ratio, target }: BenchRow): string {
  const figure = value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  const compared = ratio === undefined ? '' : ` = ${ratio.toFixed(2)} × ceiling`;
  return `${what}: ${figure} ${unit}${compared}${target === undefined ? '' : ` (target ${target})`}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const row of await decisionBench()) console.log(show(row));
}
