import assert from 'node:assert/strict';
import { beforeEach, afterEach, describe, it } from 'mocha';
import type { EngineService } from '../../../lib/engine/facade.ts';
import type { Change } from '../../../lib/model/entity.ts';
import { TestClock } from '../../support/clock.ts';
import { openSampleEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { insertStays, put, rowsOf } from './support.ts';

/** The sample site is in Madrid, two hours ahead of UTC in June. */
const at = (day: number, hour: number, minute = 0): number =>
  Date.UTC(2026, 5, day, hour - 2, minute);
const MONTH = { from: '2026-06-01', to: '2026-06-30' };

const plan = (
  firm: string,
  person: string,
  day: number,
  arrival: string,
  departure: string,
): Change =>
  put('plannedDay', {
    ...{ id: `${firm}.${person}.${day}`, firm, person, arrival, departure },
    date: `2026-06-${String(day).padStart(2, '0')}`,
  });

const SITE: Change[] = [
  put('zone', { id: 'site', name: 'Site' }),
  put('zone', { id: 'hall', name: 'Hall', parent: 'site' }),
  put('firm', { id: 'alpha', name: 'Alpha', roles: ['employer'] }),
  put('firm', {
    id: 'beta',
    name: 'Beta',
    roles: ['employer'],
    accounting: { grace: { late: 5 } },
  }),
  put('employment', { id: 'e1', person: 'anna', firm: 'alpha', priority: 1 }),
  put('employment', { id: 'e2', person: 'anna', firm: 'beta', priority: 2 }),
  put('employment', { id: 'e3', person: 'boris', firm: 'beta' }),
  plan('alpha', 'anna', 8, '08:00', '13:00'),
  plan('beta', 'anna', 8, '12:00', '16:00'),
  plan('beta', 'boris', 8, '22:00', '06:00'),
];

const CORRECTION = {
  ...{ id: 'k1', person: 'boris', firm: 'beta', present: true, reason: 'exit not seen' },
  ...{ from: '2026-06-08T22:00', to: '2026-06-09T05:00', author: 'guard', at: 1 },
};

describe('reports of working time', () => {
  let folder: string;
  let engine: EngineService;
  beforeEach(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
    await change(...SITE);
    insertStays(folder, [
      { person: 'anna', since: at(8, 8), until: at(8, 16) },
      { person: 'anna', zone: 'hall', since: at(8, 9), until: at(8, 10) },
      { person: 'boris', since: at(8, 21, 55), until: at(9, 12), left: null },
    ]);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const change = async (...changes: Change[]) => {
    const { failed } = await engine.change({ changes, options: { author: 'guard' } });
    assert.deepEqual(failed, []);
  };
  const refused = async (changed: Change, author = 'guard') => {
    const { failed } = await engine.change({ changes: [changed], options: { author } });
    return failed.map(({ code }) => code);
  };

  it('share the day of a person between two employers and name the shared minutes', async () => {
    const { days, conflicts } = await engine.attendance({ person: 'anna', ...MONTH });
    assert.deepEqual(
      days.map(({ firm, fact, accounted }) => [firm, fact?.stay, accounted]),
      [
        ['alpha', 480, { arrival: at(8, 8), departure: at(8, 13), stay: 300 }],
        ['beta', 480, { arrival: at(8, 13), departure: at(8, 16), stay: 180 }],
      ],
    );
    assert.deepEqual(
      conflicts.map(({ code, firms, from, to }) => [code, firms, from, to]),
      [['sharedMinutes', ['alpha', 'beta'], at(8, 12), at(8, 13)]],
    );
  });

  it('show a firm only what is its own', async () => {
    const scope = { firm: 'beta' };
    const { days, conflicts } = await engine.attendance({ person: 'anna', ...MONTH, scope });
    assert.deepEqual(new Set(days.map(({ firm }) => firm)), new Set(['beta']));
    assert.deepEqual(
      conflicts.map(({ firms }) => firms),
      [['beta']],
    );
    const sheet = await engine.timesheet({ firm: 'beta', ...MONTH, scope });
    assert(!JSON.stringify(sheet).includes('alpha'));
    await assert.rejects(engine.timesheet({ firm: 'alpha', ...MONTH, scope }), {
      code: 'NOT_FOUND',
    });
    const foreign = { person: 'boris', ...MONTH, scope: { firm: 'alpha' } };
    await assert.rejects(engine.attendance(foreign), { code: 'NOT_FOUND' });
  });

  it('list the people of a firm page by page', async () => {
    const first = await engine.timesheet({ firm: 'beta', ...MONTH, limit: 1 });
    const second = await engine.timesheet({
      firm: 'beta',
      ...MONTH,
      limit: 1,
      after: first.next ?? '',
    });
    const both = [...first.people, ...second.people];
    assert.deepEqual(
      both.map(({ name, days }) => [name, days.length]),
      [
        ['Anna', 1],
        ['Boris', 1],
      ],
    );
    const rest = await engine.timesheet({ firm: 'beta', ...MONTH, limit: 1, after: 'boris' });
    assert.deepEqual([rest.people, rest.next], [[], undefined]);
  });

  it('wait for a correction where no exit was seen, and follow it', async () => {
    const boris = async () =>
      (await engine.timesheet({ firm: 'beta', ...MONTH })).people[1]?.days[0] ?? assert.fail();
    const before = await boris();
    assert.deepEqual(
      [before.date, before.marks, before.accounted],
      ['2026-06-08', ['missingExit'], undefined],
    );
    await change({
      op: 'create',
      kind: 'timeCorrection',
      value: { ...CORRECTION, from: '2026-06-08T21:00' },
    });
    const after = await boris();
    assert.deepEqual(after.accounted, { arrival: at(8, 22), departure: at(9, 5), stay: 420 });
    assert.deepEqual(after.fact, before.fact);
    assert.deepEqual(after.marks, ['corrected']);
  });

  it('keep what was accounted last, with what it was made from, and renew it', async () => {
    await engine.timesheet({ firm: 'beta', ...MONTH });
    const stored = () =>
      rowsOf(folder, 'SELECT * FROM accounted_day ORDER BY person, firm').map((row) => [
        row.person,
        row.firm,
        row.accounted_stay,
        row.marks,
      ]);
    assert.deepEqual(stored(), [
      ['anna', 'alpha', 300, 'shared'],
      ['anna', 'beta', 180, 'shared'],
      ['boris', 'beta', null, 'missingExit'],
    ]);
    const [before] = rowsOf(folder, 'SELECT max(policy_version) AS version FROM accounted_day');
    await change({ op: 'delete', kind: 'plannedDay', id: 'alpha.anna.8' });
    await engine.timesheet({ firm: 'beta', ...MONTH });
    assert.deepEqual(stored(), [
      ['anna', 'beta', 240, ''],
      ['boris', 'beta', null, 'missingExit'],
    ]);
    const versions = rowsOf(
      folder,
      'SELECT person, policy_version FROM accounted_day ORDER BY person',
    );
    assert.deepEqual(versions, [
      { person: 'anna', policy_version: Number(before?.version) + 1 },
      { person: 'boris', policy_version: before?.version },
    ]);
  });

  it('find presence that began long before the days that are asked for', async () => {
    insertStays(folder, [{ person: 'chief', since: at(1, 8), until: at(28, 8) }]);
    await change(
      put('employment', { id: 'e4', person: 'chief', firm: 'alpha', nonWorkingDays: true }),
      plan('alpha', 'chief', 20, '08:00', '10:00'),
    );
    const day = { from: '2026-06-20', to: '2026-06-20' };
    const { days } = await engine.attendance({ person: 'chief', ...day });
    assert.equal(days[0]?.accounted?.stay, 120);
  });

  it('refuse ranges that are too long, turned around or not real', async () => {
    const ranges = [
      { from: '2026-06-01', to: '2026-09-01' },
      { from: '2026-06-02', to: '2026-06-01' },
      { from: '2026-02-30', to: '2026-03-01' },
    ];
    for (const range of ranges) {
      await assert.rejects(engine.timesheet({ firm: 'beta', ...range }), { code: 'INPUT_INVALID' });
    }
    await assert.rejects(engine.timesheet({ firm: 'nobody', ...MONTH }), { code: 'NOT_FOUND' });
  });

  it('take corrections by whom they are made, and never change them', async () => {
    const create: Change = { op: 'create', kind: 'timeCorrection', value: CORRECTION };
    assert.deepEqual(await refused(create, 'somebody'), ['INPUT_INVALID']);
    const backwards = { ...CORRECTION, to: '2026-06-08T20:00' };
    assert.deepEqual(await refused({ ...create, value: backwards }), ['INPUT_INVALID']);
    await change(create);
    assert.deepEqual(await refused(create), ['CONFLICT']);
    assert.deepEqual(await refused({ ...create, op: 'update' }), ['CONFLICT']);
    assert.deepEqual(await refused({ ...create, op: 'put' }), ['CONFLICT']);
    assert.deepEqual(await refused({ op: 'delete', kind: 'timeCorrection', id: 'k1' }), [
      'CONFLICT',
    ]);
    assert.deepEqual(await engine.find({ kind: 'timeCorrection', person: 'boris' }), [CORRECTION]);
  });

  it('go with the person', async () => {
    await engine.timesheet({ firm: 'beta', ...MONTH });
    await change({ op: 'create', kind: 'timeCorrection', value: CORRECTION });
    await change({ op: 'delete', kind: 'person', id: 'boris' });
    const left = `SELECT person FROM accounted_day WHERE person = 'boris'
      UNION ALL SELECT person FROM time_correction`;
    assert.deepEqual(rowsOf(folder, left), []);
  });
});
