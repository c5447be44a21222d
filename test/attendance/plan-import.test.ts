import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { importPlan } from '../../lib/attendance/plan-import.ts';
import type { ImportReport } from '../../lib/people/import.ts';
import { MemoryPeople } from '../support/memory-people.ts';

const OPTIONS = {
  ...({ firm: 'alpha', author: 'hr', encoding: 'utf-8', dryRun: false } as const),
  signal: new AbortController().signal,
  onProgress: () => undefined,
};

describe('plans of a firm', () => {
  let store: MemoryPeople;
  beforeEach(async () => {
    store = new MemoryPeople();
    const entity = (kind: string, value: object) => ({ op: 'put', kind, value });
    const changes = [
      entity('firm', { id: 'alpha', name: 'Alpha', roles: ['employer'] }),
      ...['anna', 'boris'].flatMap((id) => [
        entity('person', { id, name: id }),
        entity('employment', { id: `e-${id}`, person: id, firm: 'alpha', validFrom: '2026-01-01' }),
      ]),
      entity('person', { id: 'zoe', name: 'Zoe' }),
    ];
    await store.change({ changes: changes as never, options: { author: 'test' } });
  });

  const bring = (content: unknown, more: object = {}): Promise<ImportReport> =>
    importPlan(store, content, { ...OPTIONS, ...more });

  const planned = async (): Promise<string[]> => {
    const days = await store.find({ kind: 'plannedDay', limit: 1000 });
    return days
      .map(({ person, date, arrival = '', departure = '', stay = '' }) =>
        `${person} ${date} ${arrival} ${departure} ${stay}`.trim(),
      )
      .sort();
  };

  const refusals = ({ rejections }: ImportReport): string[] =>
    rejections.map(({ line, column, code, reason }) => `${line} ${column} ${code} ${reason}`);

  it('come as CSV with a row for each date, as spreadsheets of several countries write it', async () => {
    const csv =
      '\ufeffperson;date;arrival;departure;stay\r\n' +
      'anna;2026-03-02;8:00;17:00:00;480\r\nanna;03.03.2026;22:00;06:00;\r\nanna;2026/3/4;;;\r\n';
    const report = await bring(Buffer.from(csv));
    assert.deepEqual([report.rows, report.accepted, report.rejections], [3, 3, []]);
    assert.deepEqual(await planned(), [
      'anna 2026-03-02 08:00 17:00 480',
      'anna 2026-03-03 22:00 06:00',
      'anna 2026-03-04',
    ]);
  });

  it('come as patterns over a period, with days that go before them', async () => {
    const lines = [
      {
        ...{ person: 'anna', from: '2026-03-02', to: '2026-03-08', weekdays: [1, 2, 3, 4, 5] },
        ...{ arrival: '08:00', departure: '17:00' },
      },
      { person: 'anna', date: '2026-03-04' },
      { person: 'anna', date: '2026-03-07', arrival: '10:00', departure: '14:00' },
    ];
    const report = await bring(lines);
    assert.deepEqual([report.accepted, report.rejected], [3, 0]);
    assert.deepEqual(await planned(), [
      'anna 2026-03-02 08:00 17:00',
      'anna 2026-03-03 08:00 17:00',
      'anna 2026-03-04',
      'anna 2026-03-05 08:00 17:00',
      'anna 2026-03-06 08:00 17:00',
      'anna 2026-03-07 10:00 14:00',
    ]);
  });

  it('come as rotations of shifts that begin anywhere', async () => {
    const csv =
      'person,from,to,rotation,start\n' +
      'anna,2026-03-01,2026-03-05,"06:00-14:00;22:00-06:00;-",2026-02-28\n' +
      'boris,2026-03-01,2026-03-02,"6:00-14:00; -",2026-03-03\n';
    const report = await bring(csv);
    assert.deepEqual([report.accepted, report.rejections], [2, []]);
    assert.deepEqual(await planned(), [
      'anna 2026-03-01 22:00 06:00',
      'anna 2026-03-02',
      'anna 2026-03-03 06:00 14:00',
      'anna 2026-03-04 22:00 06:00',
      'anna 2026-03-05',
      'boris 2026-03-01 06:00 14:00',
      'boris 2026-03-02',
    ]);
  });

  it('may speak of everybody, and of a person before that', async () => {
    const lines = [
      {
        person: '*',
        from: '2026-03-02',
        to: '2026-03-03',
        weekdays: [1, 2],
        arrival: '08:00',
        departure: '17:00',
      },
      { person: '*', date: '2026-03-03' },
      { person: 'boris', date: '2026-03-03', arrival: '09:00', departure: '12:00' },
    ];
    const report = await bring({ lines });
    assert.deepEqual([report.rejected, report.rejections], [0, []]);
    assert.deepEqual(await planned(), [
      'anna 2026-03-02 08:00 17:00',
      'anna 2026-03-03',
      'boris 2026-03-02 08:00 17:00',
      'boris 2026-03-03 09:00 12:00',
    ]);
  });

  it('replace what was planned for a day, however often they come', async () => {
    const day = { person: 'anna', date: '2026-03-02', arrival: '08:00', departure: '17:00' };
    await bring([day]);
    await bring([day]);
    await bring([{ ...day, arrival: '09:00', stay: 400 }]);
    await bring([{ ...day, arrival: '10:00' }]);
    assert.deepEqual(await planned(), ['anna 2026-03-02 10:00 17:00']);
  });

  it('are refused line by line, each with its column and a reason', async () => {
    const csv =
      'person,date,from,to,weekdays,arrival,departure,stay\n' +
      'anna,2026-02-30,,,,08:00,17:00,\n' +
      'anna,2026-03-02,,,,08:00,,\n' +
      'anna,2026-03-03,,,,25:00,17:00,\n' +
      'zoe,2026-03-04,,,,08:00,17:00,\n' +
      'anna,2025-12-31,,,,08:00,17:00,\n' +
      'anna,,2026-03-01,2028-03-01,1-5,08:00,17:00,\n' +
      'anna,,2026-03-01,2026-03-09,5-1,08:00,17:00,\n' +
      'anna,03/04/2026,,,,08:00,17:00,\n' +
      'anna,2026-03-05,,,,08:00,17:00,many\n' +
      ',2026-03-06,,,,08:00,17:00,\n' +
      'anna,2026-03-07,,,,08:00,17:00,\n' +
      'anna,2026-03-07,,,,09:00,17:00,\n';
    const report = await bring(csv);
    assert.deepEqual([report.rows, report.accepted, report.rejected], [12, 1, 11]);
    assert.deepEqual(
      refusals(report).map((refusal) => refusal.split(' ').slice(0, 3).join(' ')),
      [
        '2 date INPUT_INVALID',
        '3 departure INPUT_INVALID',
        '4 arrival INPUT_INVALID',
        '5 person NOT_FOUND',
        '6 person NOT_FOUND',
        '7 to INPUT_INVALID',
        '8 weekdays INPUT_INVALID',
        '9 date INPUT_INVALID',
        '10 stay INPUT_INVALID',
        '11 person INPUT_INVALID',
        '13 id CONFLICT',
      ],
    );
  });

  it('are refused as a whole where nothing can be told of them', async () => {
    await assert.rejects(
      bring('person,dates\nanna,2026-03-02\n'),
      /line 1: column "dates" is not known/,
    );
    await assert.rejects(bring('person,date,date\n'), /stands there twice/);
    await assert.rejects(bring('person,date\nanna,"2026-03-02\n'), { code: 'INPUT_INVALID' });
    await assert.rejects(bring({ days: [] }), { code: 'INPUT_INVALID' });
    await assert.rejects(bring([], { firm: 'nobody' }), { code: 'NOT_FOUND' });
  });

  it('write nothing in a dry run', async () => {
    const report = await bring([{ person: 'anna', date: '2026-03-02' }], { dryRun: true });
    assert.deepEqual([report.accepted, await planned()], [1, []]);
  });
});
