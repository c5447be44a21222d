import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EngineService } from '../../../lib/engine/facade.ts';
import { MIGRATIONS } from '../../../lib/engine/store/migrations.ts';
import type { Attempt } from '../../../lib/model/attempt.ts';
import type { Passage } from '../../../lib/model/decision.ts';
import type { Change, EntityKind } from '../../../lib/model/entity.ts';
import { uuidv7 } from '../../../lib/model/ids.ts';
import { TestClock } from '../../support/clock.ts';
import { openSampleEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { ROOT } from '../../support/node-red.ts';
import { ANNA_CARD, SAMPLE_CONFIG, attemptAt, card } from '../../support/sample-site.ts';

const HOUR = 3_600_000;
const SPARE = '04AAAAAAAAAA01';
/** The names that the list of requirements gives the links, and no other. */
const NAMES = [
  ...['Tags#Visitors', 'Visitors#Tags', 'Readers#Tags', 'Tags#Turnstile', 'Turnstile#Tags'],
  ...['Turnstile#Readers', 'Zone#Tags', 'Tags#Zone', 'Visitors#Firm', 'Firm#Visitors'],
  ...['Visitors#Buyer#Firm', 'Visitors#Supplier#Firm', 'Lock#Door', 'Door#Lock'],
  ...['Keys#Locks', 'Locks#Keys'],
];

type Row = Record<string, string | number | null>;
type Views = Record<string, Row[]>;

/** Reads with another SQLite in another process, and only reads. */
function readViews(file: string): Views {
  const program = `
    const sqlite3 = require('sqlite3');
    const db = new sqlite3.Database(process.argv[1], sqlite3.OPEN_READONLY);
    const all = (sql) => new Promise((resolve, reject) =>
      db.all(sql, (error, rows) => error ? reject(error) : resolve(rows)));
    (async () => {
      const views = await all("SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE '%#%'");
      const rows = {};
      for (const { name } of views) rows[name] = await all('SELECT * FROM "' + name + '"');
      console.log(JSON.stringify(rows));
    })();`;
  const text = execFileSync(process.execPath, ['-e', program, file], { cwd: ROOT });
  return JSON.parse(String(text)) as Views;
}

describe('the links as views, after a day at the park', () => {
  let folder: string;
  let engine: EngineService;
  let clock: TestClock;
  let views: Views;

  before(async function () {
    this.timeout(20_000);
    folder = makeFolder();
    clock = new TestClock(); // 10 June 2026, 11:00 in Madrid
    engine = await openSampleEngine(folder, clock);
    await engine.configure(CONFIG);
    await live();
    views = readViews(join(folder, 'gateway.db'));
  });
  after(async () => {
    await engine.close();
    removeFolder(folder);
  });

  /** A guest of Anna buys something; Anna works; somebody leaves by the button. */
  async function live(): Promise<void> {
    const { failed } = await engine.change({ changes: PARK, options: { author: 'landlord' } });
    assert.deepEqual(failed, []);
    await engine.changePass({
      request: {
        ...{ operation: 'issue', tag: 'spare', person: 'guest', type: 'oneOff' },
        ...{ host: 'anna', firm: 'alpha' },
      },
      options: { author: 'reception' },
    });
    await pass(ANNA_CARD, 'front', 'in');
    const decision = await pass(SPARE, 'front', 'in');
    const claim = { decision, output: 'lock-1', action: 'pulse', duration: 500 } as const;
    const { command } = await engine.claimCommand(claim);
    await engine.recordCommand({ command: command.id, state: 'done' });
    await engine.decide(attempt('04FFFFFFFFFF99', 'exit'));
    clock.advance(2 * HOUR);
    await engine.recordPassage({ ...taken('exit', 'undefined') });
    await pass(SPARE, 'exit', 'out');
    clock.advance(4 * HOUR);
    await pass(ANNA_CARD, 'exit', 'out');
    await engine.decide(attempt(SPARE, 'front'));
    await engine.attendance({ person: 'anna', from: '2026-06-10', to: '2026-06-10' });
  }

  const attempt = (value: string, point: string): Attempt => {
    const made = attemptAt(clock.now(), point, card(value));
    return {
      ...made,
      credentials: made.credentials.map((one) => ({ ...one, reader: `r-${point}` })),
    };
  };
  const taken = (accessPoint: string, direction: Passage['direction']): Passage => ({
    ...{ id: uuidv7(clock.now()), at: clock.now(), accessPoint, direction },
    ...{ outcome: 'taken', confirmed: true },
  });
  async function pass(value: string, point: string, direction: 'in' | 'out'): Promise<string> {
    const decision = await engine.decide(attempt(value, point));
    assert.equal(decision.outcome, 'granted');
    const zone = direction === 'in' ? { zoneTo: 'site' } : { zoneFrom: 'site' };
    const { person, tag, host } = decision;
    await engine.recordPassage({
      ...{ ...taken(point, direction), ...zone, decision: decision.id },
      ...(person && { person: person.id }),
      ...(tag !== undefined && { tag }),
      ...(host !== undefined && { host }),
    });
    return decision.id;
  }

  /** The rows of a view with some of their columns, in this order. */
  const rows = (name: string, ...columns: string[]) =>
    views[name]?.map((row) => columns.map((column) => row[column]));

  /** Rows in the order of their fourth column, the time; a view promises none. */
  const inTime = (list: ReturnType<typeof rows> = []) =>
    list.toSorted(
      (a, b) =>
        String(a[3]).localeCompare(String(b[3])) || String(a[0]).localeCompare(String(b[0])),
    );

  it('are all there, under their own names', () => {
    assert.deepEqual(Object.keys(views).sort(), NAMES.toSorted());
    for (const [name, list] of Object.entries(views)) {
      assert.ok(list.length > 0, name);
      for (const row of list) assert.equal(row.link, name);
    }
  });

  it('are named in the docs, whose queries run', () => {
    const page = readFileSync(join(ROOT, 'docs', 'links.md'), 'utf8');
    for (const name of NAMES) assert.ok(page.includes(`\`"${name}"\``), name);
    const queries = [...page.matchAll(/^```sql\n([^]*?)^```$/gm)].map(([, query = '']) => query);
    assert.equal(queries.length, 2);
    const database = new DatabaseSync(':memory:');
    for (const step of MIGRATIONS) database.exec(step);
    for (const query of queries) database.exec(query);
    database.close();
  });

  it('tell who had which tag, and why (R-072, R-078)', () => {
    const columns = ['tag_name', 'visitor_name', 'tag_type', 'ownership_start', 'ownership_end'];
    assert.deepEqual(rows('Tags#Visitors', ...columns, 'tag_status', 'end', 'host'), [
      ...[
        ['Card 1', 'Guest', 'One-off', '2026-06-10T11:00:00', '2026-06-10T13:00:00', 'Inactive'],
      ].map((row) => [...row, 'exit', 'anna']),
    ]);
    assert.deepEqual(rows('Visitors#Tags', 'visitor', 'tag', 'reason'), [
      ['guest', 'spare', 'visit'],
    ]);
  });

  it('tell what each reader read, in four results (R-080, R-081, R-084)', () => {
    const columns = ['reader', 'tag', 'tag_status', 'read_time', 'result'];
    assert.deepEqual(inTime(rows('Readers#Tags', ...columns)), [
      ['r-exit', null, null, '2026-06-10T09:00:00.000Z', 'Exit denied'],
      ['r-front', 'anna-card', 'Active', '2026-06-10T09:00:00.000Z', 'Entry allowed'],
      ['r-front', 'spare', 'Active', '2026-06-10T09:00:00.000Z', 'Entry allowed'],
      ['r-exit', 'spare', 'Active', '2026-06-10T11:00:00.000Z', 'Exit allowed'],
      ['r-exit', 'anna-card', 'Active', '2026-06-10T15:00:00.000Z', 'Exit allowed'],
      ['r-front', 'spare', 'Inactive', '2026-06-10T15:00:00.000Z', 'Entry denied'],
    ]);
  });

  it('tell who went where, and what nobody was seen to do (R-085 to R-087)', () => {
    assert.deepEqual(
      inTime(rows('Tags#Turnstile', 'tag', 'turnstile', 'direction', 'transition_time', 'host')),
      [
        ['anna-card', 'front', 'Entry', '2026-06-10T09:00:00.000Z', null],
        ['spare', 'front', 'Entry', '2026-06-10T09:00:00.000Z', 'anna'],
        ['spare', 'exit', 'Exit', '2026-06-10T11:00:00.000Z', 'anna'],
        ['anna-card', 'exit', 'Exit', '2026-06-10T15:00:00.000Z', null],
      ],
    );
    const journal = rows('Turnstile#Tags', 'turnstile', 'tag_name', 'direction', 'visitor_name');
    assert.equal(journal?.length, 5);
    assert.deepEqual(
      journal.filter(([, , direction]) => direction === 'Undefined'),
      [['exit', '', 'Undefined', null]],
    );
  });

  it('tell who was in which zone, from when to when (R-091, R-093)', () => {
    assert.deepEqual(
      rows('Zone#Tags', 'zone_name', 'tag', 'position', 'since', 'until')?.toSorted(),
      [
        ['Site', 'anna-card', 'Outside', '2026-06-10T09:00:00.000Z', '2026-06-10T15:00:00.000Z'],
        ['Site', 'spare', 'Outside', '2026-06-10T09:00:00.000Z', '2026-06-10T11:00:00.000Z'],
      ],
    );
    assert.deepEqual(rows('Tags#Zone', 'tag', 'zone', 'stay_duration')?.toSorted(), [
      ['anna-card', 'site', 21_600],
      ['spare', 'site', 7200],
    ]);
  });

  it('tell plan, fact and accounted time of each employer (R-095 to R-099)', () => {
    const [day] = views['Visitors#Firm'] ?? [];
    assert.deepEqual(
      [day?.visitor_name, day?.firm_name, day?.date, day?.arrival_fact, day?.stay_fact],
      ['Anna', 'Alpha', '2026-06-10', '2026-06-10T09:00:00.000Z', 360],
    );
    assert.equal(day?.departure_accounted, '2026-06-10T15:00:00.000Z');
    const plan = ['visitor', 'non_working_days', 'work_mode', 'date', 'arrival_plan'];
    assert.deepEqual(rows('Firm#Visitors', ...plan, 'departure_plan', 'stay_plan'), [
      ['anna', 'Forbidden', 'shift', '2026-06-10', '2026-06-10T08:00', '2026-06-10T17:00', 540],
      ['anna', 'Forbidden', 'shift', '2026-06-11', '2026-06-11T22:00', '2026-06-12T06:00', 480],
      ['anna', 'Forbidden', 'shift', '2026-06-12', '2026-06-12T16:00', '2026-06-13T00:00', 480],
      ['anna', 'Forbidden', 'shift', '2026-06-13', null, null, null],
    ]);
  });

  it('tell what buyers and suppliers did at each firm (R-104, R-106)', () => {
    const columns = ['visitor', 'firm', 'goods_receipt_time', 'documents_processed_time'];
    assert.deepEqual(rows('Visitors#Buyer#Firm', ...columns, 'goods_payment_time'), [
      ['guest', 'alpha', '1970-01-01T00:00:01.000Z', null, '1970-01-01T00:00:02.000Z'],
    ]);
    assert.deepEqual(rows('Visitors#Supplier#Firm', ...columns), [
      ['guest', 'alpha', null, '1970-01-01T00:00:03.000Z'],
    ]);
  });

  it('tell of locks, keys and readers (R-065 to R-069, R-089)', () => {
    const installed = '1970-01-01T00:00:01.000Z';
    assert.deepEqual(rows('Lock#Door', 'lock', 'door', 'installation_date', 'installed_by'), [
      ['lock-1', 'front', installed, 'Fitter'],
    ]);
    assert.deepEqual(rows('Door#Lock', 'door', 'installation_coordinates', 'removal_date'), [
      ['front', '[1,2]', '1970-01-01T00:00:02.000Z'],
    ]);
    assert.deepEqual(rows('Turnstile#Readers', 'turnstile', 'reader', 'event', 'event_time'), [
      ['front', 'r-front', 'Repair', installed],
    ]);
    assert.deepEqual(rows('Locks#Keys', 'lock', 'key', 'event', 'holder'), [
      ['lock-1', 'key-7', 'Receipt', 'Boris'],
    ]);
    assert.deepEqual(
      rows('Keys#Locks', 'key', 'lock', 'operation', 'operation_start', 'state')?.at(-1),
      ['spare', 'lock-1', 'Open', '2026-06-10T09:00:00.000Z', 'done'],
    );
  });
});

const CONFIG = {
  ...SAMPLE_CONFIG,
  accessPoints: SAMPLE_CONFIG.accessPoints.map((point) => {
    if (point.id === 'front') return { ...point, zoneTo: 'site' };
    return point.id === 'exit' ? { ...point, zoneFrom: 'site' } : point;
  }),
};

const put = (kind: EntityKind, value: Record<string, unknown>): Change => {
  return { op: 'put', kind, value };
};
const day = (date: string, times: object): Change =>
  put('plannedDay', { id: date, person: 'anna', firm: 'alpha', date, ...times });
const fitting = (id: string, link: string, part: string, host: string, more: object): Change =>
  put('fitting', { id, link, part, host, at: 1000, ...more });

const PARK: Change[] = [
  put('zone', { id: 'site', name: 'Site' }),
  put('firm', { id: 'alpha', name: 'Alpha', roles: ['employer', 'supplier', 'buyer'] }),
  put('employment', { id: 'e', person: 'anna', firm: 'alpha', workMode: 'shift' }),
  day('2026-06-10', { arrival: '08:00', departure: '17:00' }),
  day('2026-06-11', { arrival: '22:00', departure: '06:00' }),
  day('2026-06-12', { arrival: '16:00', departure: '24:00' }),
  day('2026-06-13', {}),
  put('person', { id: 'pool', name: 'Visitor cards' }),
  put('person', { id: 'guest', name: 'Guest' }),
  put('permission', { id: 'all', subject: { everyone: true }, target: { everywhere: true } }),
  put('credential', { id: 'spare', person: 'pool', type: 'card', value: SPARE, label: 'Card 1' }),
  put('deal', {
    ...{ id: 'd1', person: 'guest', firm: 'alpha', role: 'buyer', openedAt: 1 },
    marks: { goods: 1000, payment: 2000 },
  }),
  put('deal', {
    ...{ id: 'd2', person: 'guest', firm: 'alpha', role: 'supplier', openedAt: 1 },
    marks: { documents: 3000 },
  }),
  fitting('f1', 'lock-door', 'lock-1', 'front', {
    ...{ event: 'installation', by: 'Fitter', coordinates: [1, 2] },
  }),
  fitting('f2', 'lock-door', 'lock-1', 'front', { event: 'replacement', at: 2000 }),
  fitting('f3', 'reader-turnstile', 'r-front', 'front', { event: 'repair' }),
  fitting('f4', 'key-lock', 'key-7', 'lock-1', { event: 'receipt', by: 'Boris' }),
];
