/**
 * Positions, muster list and passages per second with many people and a long history, beside plain node:sqlite.
 *
 *   node bench/zones.ts [passages, default 1000000]
 *
 * A year of 50,000 people who come and go each working day would be 25 million passages; the index look-ups that are
 * measured here grow with the logarithm of that.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { EngineService } from '../lib/engine/facade.ts';
import { deriveKeys } from '../lib/engine/keys.ts';
import { createEngine } from '../lib/engine/service.ts';
import { uuidv7 } from '../lib/model/ids.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const PEOPLE = 50_000;
const PASSAGES = Number(process.argv[2] ?? 1_000_000);
const YEAR = 365 * 86_400_000;
const NOW = Date.now();
const KEYS = deriveKeys(Buffer.alloc(32, 7));
const SAMPLES = 2000;

/** Entries and exits in turns, spread over a year; the last one of every second person is an entry. */
function fill(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  db.exec(`INSERT INTO zone (id, name, search) VALUES ('yard', 'Yard', '')`);
  db.exec(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${PEOPLE - 1})
    INSERT INTO person (id, name, search) SELECT 'p' || i, 'Person ' || i, '' FROM n`);
  const each = Math.floor(PASSAGES / PEOPLE);
  db.exec(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${each * PEOPLE - 1}),
      t AS (SELECT i, 'p' || (i % ${PEOPLE}) AS person, (i / ${PEOPLE} + i) % 2 AS way,
        CAST(${NOW - YEAR} + i * ${YEAR / (each * PEOPLE)} AS INTEGER) AS at FROM n)
    INSERT INTO transit (id, placed, at, clock, person, access_point, direction, outcome, confirmed, zone_from,
      zone_to, superseded)
    SELECT 't' || i, at, at, 'trusted', person, 'gate', iif(way, 'in', 'out'), 'taken', 1, iif(way, NULL, 'yard'),
      iif(way, 'yard', NULL), 0 FROM t`);
  db.exec(`INSERT INTO position (person, zone, at, passage, forgiven)
    SELECT person, zone_to, max(placed), id, 0 FROM transit GROUP BY person`);
  db.exec(`INSERT INTO stay (person, zone, since, until, entered, "left", entered_by)
    SELECT person, 'yard', placed, next, placed, next, id FROM (SELECT person, placed, id, zone_to,
      lead(placed) OVER (PARTITION BY person ORDER BY placed) AS next FROM transit) WHERE zone_to = 'yard'`);
  db.exec('COMMIT');
  db.close();
}

/** Milliseconds of each call. */
async function timed(count: number, work: (n: number) => unknown): Promise<Float64Array> {
  const times = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await work(n);
    times[n] = performance.now() - start;
  }
  return times;
}

function row(what: string, times: Float64Array): Record<string, string | number> {
  const p50 = round(percentile(times, 0.5), 3);
  return {
    what,
    samples: times.length,
    'p50 ms': p50,
    'p99 ms': round(percentile(times, 0.99), 3),
  };
}

const someone = (n: number): string => `p${(n * 7919) % PEOPLE}`;
const someTime = (n: number): number => NOW - ((n * 104_729) % YEAR);

async function measure(engine: EngineService, file: string): Promise<void> {
  const db = new DatabaseSync(file, { readOnly: true });
  const before = db.prepare(
    'SELECT zone_to FROM transit WHERE person = ? AND placed <= ? ORDER BY placed DESC LIMIT 1',
  );
  const inside = db.prepare(
    `SELECT p.person, person.name, p.zone FROM position p JOIN person ON person.id = p.person WHERE p.zone = 'yard'`,
  );
  const passage = (n: number) => ({
    ...{ id: uuidv7(), accessPoint: 'gate', direction: 'in' as const, outcome: 'taken' as const },
    ...{ confirmed: true, person: someone(n), at: Date.now(), zoneTo: 'yard' },
  });
  printTable(`${PEOPLE} people, ${PASSAGES} passages`, [
    row('position now', await timed(SAMPLES, (n) => engine.position({ person: someone(n) }))),
    row(
      'position in the past',
      await timed(SAMPLES, (n) => engine.position({ person: someone(n), at: someTime(n) })),
    ),
    row('  floor: one SELECT', await timed(SAMPLES, (n) => before.get(someone(n), someTime(n)))),
    row('muster list now', await timed(5, () => engine.muster({}))),
    row('  floor: one SELECT', await timed(5, () => inside.all())),
    row('muster list in the past', await timed(3, (n) => engine.muster({ at: someTime(n + 1) }))),
    row('passage, one after the other', await timed(300, (n) => engine.recordPassage(passage(n)))),
  ]);
  db.close();
  const start = performance.now();
  await Promise.all(Array.from({ length: SAMPLES }, (_, n) => engine.recordPassage(passage(n))));
  console.log(`${round(SAMPLES / ((performance.now() - start) / 1000), 0)} passages/s together`);
}

const folder = mkdtempSync(path.join(tmpdir(), 'gatewire-bench-'));
try {
  const file = path.join(folder, 'gateway.db');
  await (await createEngine({ folder, keys: KEYS })).close();
  fill(file);
  const start = performance.now();
  const engine = await createEngine({ folder, keys: KEYS });
  console.log(`start of the engine: ${round(performance.now() - start, 0)} ms`);
  await measure(engine, file);
  await engine.close();
} finally {
  rmSync(folder, { recursive: true });
}
