/**
 * The month-end timesheet of one firm over a year of passages: how long it takes and how long decisions meanwhile take.
 *
 *   node bench/attendance.ts [people] [days of passages]      default 50000 365
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { deriveKeys } from '../lib/engine/keys.ts';
import { createEngine } from '../lib/engine/service.ts';
import type { EngineService } from '../lib/engine/facade.ts';
import { DATABASE_FILE } from '../lib/engine/store/database.ts';
import { uuidv7 } from '../lib/model/ids.ts';
import type { EngineConfig } from '../lib/model/site.ts';
import { dateOf } from '../lib/policy/attendance/wall-clock.ts';
import { DAY, MINUTE } from '../lib/policy/local-time.ts';
import { Dice } from './decision-site.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const PEOPLE = Number(process.argv[2] ?? 50_000);
const DAYS = Number(process.argv[3] ?? 365);
const MONTH = { from: '2026-03-01', to: '2026-03-31' };
/** The year ends with the month. */
const LAST_DAY = Date.UTC(2026, 2, 31) / DAY;
/** People on one page, as the node asks. */
const PAGE = 50;
const KEYS = deriveKeys(Buffer.alloc(32, 1));
const CONFIG: EngineConfig = {
  site: {
    ...{ id: 'bench', name: 'Bench', zone: 'Europe/Berlin', language: 'en-US' },
    ...{ logValues: 'masked', untrustedClock: 'deny' },
    ...{ ring: 2000, quotaRecords: 1_000_000, quotaBytes: 2 ** 30 },
  },
  accessPoints: [],
};

const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
try {
  const engine = await createEngine({ folder, keys: KEYS });
  await engine.configure(CONFIG);
  fill();
  const first = await monthEnd(engine);
  const second = await monthEnd(engine);
  printTable(`timesheet of ${PEOPLE} people, ${DAYS} days of passages`, [
    { run: 'all days new', ...first },
    { run: 'nothing changed', ...second },
  ]);
  await engine.close();
} finally {
  rmSync(folder, { recursive: true });
}

/** People of one firm who come every weekday; written straight into the tables, as a year would take hours. */
function fill(): void {
  const db = new DatabaseSync(join(folder, DATABASE_FILE), { timeout: 60_000 });
  const dice = new Dice(7);
  const person = db.prepare('INSERT INTO person (id, name, search) VALUES (?, ?, ?)');
  const job = db.prepare('INSERT INTO employment (id, person, firm, search) VALUES (?, ?, ?, ?)');
  const plan = db.prepare(
    'INSERT INTO planned_day (id, person, firm, date, arrival, departure, search) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const stay = db.prepare(
    'INSERT INTO stay (person, zone, since, until, entered, "left") VALUES (?, ?, ?, ?, ?, ?)',
  );
  db.exec(`BEGIN IMMEDIATE;
    INSERT INTO zone (id, name, search) VALUES ('site', 'Site', '');
    INSERT INTO firm (id, name, roles, search) VALUES ('firm', 'Firm', '["employer"]', '');`);
  for (let number = 0; number < PEOPLE; number += 1) {
    const id = `p${String(number).padStart(6, '0')}`;
    person.run(id, `Person ${number}`, '');
    job.run(id, id, 'firm', '');
  }
  for (let day = LAST_DAY - DAYS + 1; day <= LAST_DAY; day += 1) {
    if ((day + 3) % 7 > 4) continue;
    const date = dateOf(day);
    for (let number = 0; number < PEOPLE; number += 1) {
      const id = `p${String(number).padStart(6, '0')}`;
      const since = day * DAY + (400 + dice.below(40)) * MINUTE;
      const until = since + (520 + dice.below(40)) * MINUTE;
      stay.run(id, 'site', since, until, since, until);
      if (date >= MONTH.from) plan.run(`${id}.${date}`, id, 'firm', date, '08:00', '17:00', '');
    }
  }
  db.exec('COMMIT');
  db.close();
}

async function monthEnd(engine: EngineService) {
  const decisions: number[] = [];
  const closing = new AbortController();
  const door = (async () => {
    while (!closing.signal.aborted) decisions.push(await decide(engine));
  })();
  const started = performance.now();
  let next: string | undefined;
  let days = 0;
  do {
    const after = next === undefined ? {} : { after: next };
    const page = await engine.timesheet({ firm: 'firm', ...MONTH, limit: PAGE, ...after });
    for (const one of page.people) days += one.days.length;
    next = page.next;
  } while (next !== undefined);
  const seconds = (performance.now() - started) / 1000;
  closing.abort();
  await door;
  const times = Float64Array.from(decisions);
  return {
    seconds: round(seconds),
    'days/s': Math.round(days / seconds),
    'decision p50 ms': round(percentile(times, 0.5)),
    'decision p99 ms': round(percentile(times, 0.99)),
    'decision max ms': round(percentile(times, 1)),
  };
}

/** Milliseconds for an attempt with an unknown card, recorded like any other. */
async function decide(engine: EngineService): Promise<number> {
  const at = Date.now();
  const started = performance.now();
  await engine.decide({
    ...{ id: uuidv7(at), at },
    credentials: [{ type: 'card', value: '04A1B2C3', at }],
  });
  return performance.now() - started;
}
