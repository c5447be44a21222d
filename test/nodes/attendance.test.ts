import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Timesheet } from '../../lib/engine/reports/working-time.ts';
import type { Change } from '../../lib/model/entity.ts';
import register from '../../nodes/attendance/attendance.ts';
import { insertStays, put } from '../engine/reports/support.ts';
import { TestClock } from '../support/clock.ts';
import { openSampleEngine } from '../support/engine.ts';
import { fakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { loadFlow, nodeById, settle, Sink, useRuntime, watched } from '../support/runtime.ts';

const NODE = { id: 'attendance', type: 'gatewire-attendance', site: 'site', name: 'office' };
const SITE_NODE = { id: 'site', type: 'gatewire-site' };
/** The site is in Madrid, two hours ahead of UTC in June. */
const at = (day: number, hour: number): number => Date.UTC(2026, 5, day, hour - 2);

const FIRMS: Change[] = [
  put('zone', { id: 'site', name: 'Site' }),
  put('firm', { id: 'alpha', name: 'Alpha', roles: ['employer'] }),
  put('firm', { id: 'beta', name: 'Beta', roles: ['employer'] }),
  put('employment', { id: 'e1', person: 'anna', firm: 'alpha' }),
  put('employment', { id: 'e2', person: 'boris', firm: 'beta' }),
];
const PLAN =
  'person,date,arrival,departure\nanna,2026-06-08,08:00,17:00\nzoe,2026-06-08,08:00,17:00\n';

describe('attendance node', function () {
  this.timeout(20_000);
  useRuntime();

  let folder: string;
  let engine: EngineService;
  let result: Sink;
  let rejected: Sink;
  let caught: Sink;
  let shown: Sink;

  beforeEach(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
    await engine.change({ changes: FIRMS, options: { author: 'test' } });
    insertStays(folder, [{ person: 'anna', since: at(8, 8), until: at(8, 16) }]);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  async function load(settings: Record<string, unknown>): Promise<void> {
    const site = fakeSite(engine);
    const flow = [SITE_NODE, ...watched({ ...NODE, ...settings }, 2)];
    await loadFlow([site.register, register], flow);
    result = new Sink('sink0');
    rejected = new Sink('sink1');
    caught = new Sink('on-catch');
    shown = new Sink('on-status');
  }

  async function answerTo(message: Record<string, unknown>): Promise<Record<string, unknown>> {
    const number = result.messages.length;
    nodeById('attendance').receive(message);
    return await result.at(number);
  }

  async function errorOf(message: Record<string, unknown>): Promise<string> {
    const number = caught.messages.length;
    nodeById('attendance').receive(message);
    return ((await caught.at(number)).error as { code: string }).code;
  }

  it('imports a plan, reports the refused line, and accounts the day', async () => {
    await load({ operation: 'message', firm: 'alpha' });
    const imported = await answerTo({ operation: 'importPlan', payload: PLAN });
    const { accepted, rejected: refused } = imported.payload as {
      accepted: number;
      rejected: number;
    };
    assert.deepEqual([accepted, refused], [1, 1]);
    const lines = (await rejected.at(0)).payload as {
      line: number;
      column: string;
      code: string;
    }[];
    assert.deepEqual(
      lines.map(({ line, column, code }) => [line, column, code]),
      [[3, 'person', 'NOT_FOUND']],
    );
    const day = await answerTo({
      operation: 'day',
      payload: { person: 'anna', date: '2026-06-08' },
    });
    const { days } = day.payload as { days: { accounted?: { stay: number } }[] };
    assert.deepEqual(
      days.map(({ accounted }) => accounted?.stay),
      [480],
    );
    await settle();
    const texts = shown.messages.map(({ status }) => (status as { text: string }).text);
    assert(texts.includes('common.status.partly') && texts.at(-1) === 'common.status.done');
  });

  it('makes the timesheet of the firm and month that the message names', async () => {
    await load({ operation: 'timesheet', format: 'json' });
    const { payload } = await answerTo({ payload: { firm: 'alpha', month: '2026-06' } });
    const sheet = payload as Timesheet;
    assert.deepEqual(
      [sheet.from, sheet.to, sheet.people[0]?.days.length],
      ['2026-06-01', '2026-06-30', 1],
    );
    assert.deepEqual(
      sheet.conflicts.map(({ code }) => code),
      ['notPlanned'],
    );
  });

  it('gives a file its name', async () => {
    await load({ operation: 'timesheet', format: 'csv', separator: 'semicolon', firm: 'alpha' });
    const csv = await answerTo({ payload: { month: '2026-06' } });
    assert.equal(csv.filename, 'timesheet-alpha-2026-06.csv');
    assert.match(String(csv.payload), /^\ufeffEmployee No\.;Name;/);
  });

  it('makes a workbook at the time stamp of an inject node', async () => {
    await load({ operation: 'timesheet', format: 'xlsx', firm: 'alpha' });
    const { payload, filename } = await answerTo({ payload: Date.now() });
    assert(Buffer.isBuffer(payload) && payload.subarray(0, 2).toString() === 'PK');
    assert.match(String(filename), /^timesheet-alpha-\d{4}-\d{2}\.xlsx$/);
  });

  it('corrects one or many, by their author', async () => {
    await load({ operation: 'message', author: 'chief', firm: 'alpha' });
    const entry = {
      from: '2026-06-09T08:00',
      to: '2026-06-09T17:00',
      reason: 'turnstile out of order',
    };
    await answerTo({ operation: 'correct', payload: { ...entry, people: ['anna', 'chief'] } });
    const corrections = await engine.find({ kind: 'timeCorrection' });
    assert.deepEqual(
      corrections
        .map(({ person, firm, author, present }) => [person, firm, author, present])
        .sort(),
      [
        ['anna', 'alpha', 'chief', true],
        ['chief', 'alpha', 'chief', true],
      ],
    );
    const code = await errorOf({ operation: 'correct', payload: [entry] });
    assert.equal(code, 'INPUT_INVALID');
    const both = [
      { ...entry, person: 'anna' },
      { ...entry, person: 'nobody' },
    ];
    assert.equal(await errorOf({ operation: 'correct', payload: both }), 'NOT_FOUND');
    assert.equal((await engine.find({ kind: 'timeCorrection' })).length, 2);
  });

  it('sees and changes nothing beyond the firm that it is limited to', async () => {
    await load({ operation: 'message', scope: 'beta' });
    const month = { month: '2026-06' };
    assert.equal(
      await errorOf({ operation: 'timesheet', payload: { ...month, firm: 'alpha' } }),
      'NOT_FOUND',
    );
    assert.equal(
      await errorOf({ operation: 'month', payload: { ...month, person: 'anna' } }),
      'NOT_FOUND',
    );
    const entry = { from: '2026-06-09T08:00', to: '2026-06-09T17:00', reason: 'was there' };
    assert.equal(
      await errorOf({ operation: 'correct', payload: { ...entry, person: 'anna' } }),
      'NOT_FOUND',
    );
    const { payload } = await answerTo({ operation: 'timesheet', payload: month });
    assert.deepEqual(
      (payload as Timesheet).people.map(({ id }) => id),
      ['boris'],
    );
  });

  it('does not forget its limit when the message does not say it', async () => {
    await load({ operation: 'timesheet', scope: 'firm', scopeType: 'msg', firm: 'alpha' });
    assert.equal(await errorOf({ payload: '' }), 'INPUT_INVALID');
    assert.equal(await errorOf({ payload: '', firm: 'beta' }), 'NOT_FOUND');
  });

  it('refuses what it does not know', async () => {
    await load({ operation: 'message' });
    assert.equal(await errorOf({ operation: 'guess' }), 'INPUT_INVALID');
    assert.equal(await errorOf({ operation: 'timesheet' }), 'INPUT_INVALID');
    assert.equal(await errorOf({ operation: 'day', payload: 7 }), 'INPUT_INVALID');
    assert.equal(
      await errorOf({
        operation: 'timesheet',
        payload: { firm: 'alpha', from: '2026-01-01', to: '2026-12-31' },
      }),
      'INPUT_INVALID',
    );
  });
});
