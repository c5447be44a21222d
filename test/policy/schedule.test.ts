import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Temporal } from 'temporal-polyfill';
import type { HolidayGroup, Schedule as ScheduleModel } from '../../lib/model/schedule.ts';
import { compileSchedule, type Schedule } from '../../lib/policy/schedule.ts';
import { Zone } from '../../lib/policy/zone.ts';
import { schedule } from './support/site.ts';

const MADRID = 'Europe/Madrid';

function compile(model: ScheduleModel, groups: HolidayGroup[] = [], zone = MADRID): Schedule {
  const byId = new Map(groups.map((group) => [group.id, group]));
  const compiled = compileSchedule(model, byId, new Zone(zone));
  assert(compiled !== undefined);
  return compiled;
}

/** Local readings at which a schedule is open, out of those given. */
function openAt(compiled: Schedule, readings: string[], zone = MADRID): string[] {
  return readings.filter((reading) => {
    const zoned = Temporal.PlainDateTime.from(reading).toZonedDateTime(zone);
    return compiled.isOpen(zoned.epochMilliseconds);
  });
}

const WORK_WEEK = schedule('work', {
  kind: 'weekly',
  days: [{ days: [1, 2, 3, 4, 5], windows: [{ from: '09:00', to: '18:00' }] }],
});
const NIGHT = schedule('night', { kind: 'daily', windows: [{ from: '22:00', to: '06:00' }] });

function holidays(...days: HolidayGroup['days']): HolidayGroup[] {
  return [{ id: 'holidays', name: 'Holidays', days }];
}

describe('schedule', () => {
  it('Monday to Friday 9 to 18 is open from the first moment up to the last, not after (R-016)', () => {
    const readings = [
      '2026-03-02T08:59:59.999',
      '2026-03-02T09:00',
      '2026-03-06T17:59:59.999',
      '2026-03-06T18:00',
      '2026-03-07T12:00',
      '2026-03-08T12:00',
    ];
    assert.deepEqual(openAt(compile(WORK_WEEK), readings), readings.slice(1, 3));
  });

  it('a window across midnight belongs to the day it begins on (D7)', () => {
    const friday = compile(
      schedule('friday', {
        kind: 'weekly',
        days: [{ days: [5], windows: [{ from: '22:00', to: '06:00' }] }],
      }),
    );
    const readings = [
      '2026-03-06T05:00',
      '2026-03-06T22:00',
      '2026-03-07T05:59',
      '2026-03-07T22:00',
    ];
    assert.deepEqual(openAt(friday, readings), readings.slice(1, 3));
  });

  it('equal times mean a whole day from that time on, and 24:00 the end of the day', () => {
    const windows = (from: string, to: string): Schedule =>
      compile(schedule('x', { kind: 'weekly', days: [{ days: [1], windows: [{ from, to }] }] }));
    const readings = [
      '2026-03-01T23:59',
      '2026-03-02T00:00',
      '2026-03-02T12:00',
      '2026-03-03T00:00',
      '2026-03-03T08:00',
    ];
    assert.deepEqual(openAt(windows('08:00', '08:00'), readings), [readings[2], readings[3]]);
    assert.deepEqual(openAt(windows('00:00', '24:00'), readings), [readings[1], readings[2]]);
    assert.deepEqual(openAt(windows('00:00', '00:00'), readings), [readings[1], readings[2]]);
    assert.deepEqual(openAt(windows('12:00', '24:00'), readings), [readings[2]]);
    assert.deepEqual(openAt(windows('24:00', '06:00'), readings), [readings[3]]);
  });

  it('several windows of a day and several entries for a weekday are united', () => {
    const model = schedule('split', {
      kind: 'weekly',
      days: [
        {
          days: [1],
          windows: [
            { from: '08:00', to: '12:00' },
            { from: '13:00', to: '17:00' },
          ],
        },
        { days: [1, 2], windows: [{ from: '11:00', to: '12:30' }] },
      ],
    });
    const readings = [
      '2026-03-02T12:15',
      '2026-03-02T12:30',
      '2026-03-02T13:00',
      '2026-03-03T12:15',
      '2026-03-03T09:00',
    ];
    assert.deepEqual(openAt(compile(model), readings), [readings[0], readings[2], readings[3]]);
  });

  it('dates bound a rule, both included, and a last night runs to its end', () => {
    const model = schedule('bounded', {
      kind: 'daily',
      windows: [{ from: '22:00', to: '06:00' }],
      from: '2026-03-03',
      to: '2026-03-04',
    });
    const readings = [
      '2026-03-03T05:00',
      '2026-03-03T23:00',
      '2026-03-05T05:00',
      '2026-03-05T23:00',
    ];
    assert.deepEqual(openAt(compile(model), readings), readings.slice(1, 3));
  });

  it('a span holds from start to end; a bare end date includes its day (R-014)', () => {
    const model = schedule('span', { kind: 'span', from: '2026-03-02T10:00:30', to: '2026-03-04' });
    const readings = [
      '2026-03-02T10:00:29.999',
      '2026-03-02T10:00:30',
      '2026-03-04T23:59:59',
      '2026-03-05T00:00',
    ];
    assert.deepEqual(openAt(compile(model), readings), readings.slice(1, 3));
  });

  it('a holiday replaces the plan of the day, but not the night that began the day before', () => {
    const groups = holidays({ from: '2026-03-03' });
    const closed = { holidays: [{ group: 'holidays', windows: [] }] };
    const short = { holidays: [{ group: 'holidays', windows: [{ from: '20:00', to: '02:00' }] }] };
    const readings = [
      '2026-03-03T05:00',
      '2026-03-03T21:00',
      '2026-03-03T23:00',
      '2026-03-04T01:00',
      '2026-03-04T03:00',
    ];
    assert.deepEqual(openAt(compile({ ...NIGHT, ...closed }, groups), readings), [readings[0]]);
    assert.deepEqual(
      openAt(compile({ ...NIGHT, ...short }, groups), readings),
      readings.slice(0, 4),
    );
  });

  it('several special plans on one day are united', () => {
    const groups = [
      ...holidays({ from: '2026-03-03' }),
      { id: 'fair', name: 'Fair', days: [{ from: '2026-03-01', to: '2026-03-05' }] },
    ];
    const model = {
      ...WORK_WEEK,
      holidays: [
        { group: 'holidays', windows: [{ from: '06:00', to: '07:00' }] },
        { group: 'fair', windows: [{ from: '20:00', to: '21:00' }] },
      ],
    };
    const readings = [
      '2026-03-03T06:30',
      '2026-03-03T10:00',
      '2026-03-03T20:30',
      '2026-03-04T06:30',
      '2026-03-06T10:00',
    ];
    assert.deepEqual(openAt(compile(model, groups), readings), [
      readings[0],
      readings[2],
      readings[4],
    ]);
  });

  it('holidays also close what is always open, and days of a span', () => {
    const groups = holidays({ from: '2026-03-03' });
    const closed = { holidays: [{ group: 'holidays', windows: [] }] };
    const readings = [
      '2026-03-02T23:59',
      '2026-03-03T00:00',
      '2026-03-03T23:59',
      '2026-03-04T00:00',
    ];
    const span = schedule('span', { kind: 'span', from: '2026-03-01', to: '2026-03-09' }, closed);
    for (const model of [schedule('all', { kind: 'always' }, closed), span]) {
      assert.deepEqual(openAt(compile(model, groups), readings), [readings[0], readings[3]]);
    }
  });

  it('holidays do not open a schedule outside its dates', () => {
    const model = schedule(
      'bounded',
      { kind: 'daily', windows: [{ from: '09:00', to: '18:00' }], to: '2026-03-02' },
      { holidays: [{ group: 'holidays', windows: [{ from: '09:00', to: '18:00' }] }] },
    );
    const readings = ['2026-03-02T10:00', '2026-03-03T10:00'];
    assert.deepEqual(openAt(compile(model, holidays({ from: '2026-03-03' })), readings), [
      readings[0],
    ]);
  });

  it('a yearly holiday comes every year, over New Year too; 29 February in leap years only', () => {
    const closed = { holidays: [{ group: 'holidays', windows: [] }] };
    const daily = schedule(
      'daily',
      { kind: 'daily', windows: [{ from: '00:00', to: '24:00' }] },
      closed,
    );
    const open = (...days: HolidayGroup['days']): ((dates: string[]) => string[]) => {
      const compiled = compile(daily, holidays(...days));
      return (dates) => openAt(compiled, dates);
    };
    const leap = ['2027-02-28', '2027-03-01', '2028-02-28', '2028-02-29', '2028-03-01'];
    assert.deepEqual(
      open({ from: '2024-02-29', yearly: true })(leap),
      leap.filter((date) => date !== '2028-02-29'),
    );
    const winter = ['2030-12-23', '2030-12-24', '2030-12-31', '2031-01-02', '2031-01-03'];
    const christmas = { from: '2025-12-24', to: '2026-01-02', yearly: true };
    assert.deepEqual(open(christmas)(winter), [winter[0], winter[4]]);
    assert.deepEqual(open({ from: '2025-12-24', to: '2026-01-02' })(winter), winter);
    assert.deepEqual(open({ from: '2025-02-01', to: '2026-02-01', yearly: true })(winter), []);
  });

  it('an hour that comes twice is open twice, and one that is skipped does not come', () => {
    const model = schedule('early', { kind: 'daily', windows: [{ from: '02:00', to: '03:00' }] });
    const compiled = compile(model);
    const openMinutes = (date: string): number => {
      const start = Date.parse(`${date}T00:00Z`) - 3 * 3_600_000;
      const minutes = Array.from({ length: 1440 }, (_, minute) => start + minute * 60_000);
      return minutes.filter((now) => compiled.isOpen(now)).length;
    };
    assert.equal(openMinutes('2026-10-25'), 120);
    assert.equal(openMinutes('2026-03-29'), 0);
    assert.equal(openMinutes('2026-03-30'), 60);
    assert.equal(compile(NIGHT).isOpen(Date.parse('2026-10-25T04:59Z')), true);
    assert.equal(compile(NIGHT).isOpen(Date.parse('2026-10-25T05:00Z')), false);
  });

  it('does not depend on the order in which it is asked', () => {
    const compiled = compile(WORK_WEEK);
    const monday = Date.parse('2026-03-02T08:00:00Z');
    assert.equal(compiled.isOpen(monday), true);
    assert.equal(compiled.isOpen(monday - 1), false);
    assert.equal(compiled.isOpen(monday + 365 * 86_400_000), true);
    assert.equal(compiled.isOpen(monday), true);
  });

  it('foretells the next flip over a weekend, and none for what never changes', () => {
    const friday = Date.parse('2026-03-06T17:00:00Z');
    assert.equal(
      compile(WORK_WEEK).nextFlip(friday, friday + 1e10),
      Date.parse('2026-03-09T08:00:00Z'),
    );
    assert.equal(
      compile(schedule('a', { kind: 'always' })).nextFlip(friday, friday + 5),
      friday + 5,
    );
  });

  it('cannot be compiled if it names a date or a holiday group that does not exist', () => {
    const zone = new Zone(MADRID);
    const plan = { windows: [{ from: '09:00', to: '18:00' }] };
    const broken = [
      schedule('a', { kind: 'span', from: '2026-02-30', to: '2026-03-30' }),
      schedule('b', { kind: 'span', from: '2026-02-01', to: '2026-03-01T25:00' }),
      schedule('c', { kind: 'daily', ...plan, to: '2026-13-01' }),
      schedule('d', { kind: 'daily', ...plan }, { holidays: [{ group: 'gone', windows: [] }] }),
      schedule('e', { kind: 'daily', ...plan }, { holidays: [{ group: 'holidays', windows: [] }] }),
    ];
    const groups = new Map(holidays({ from: '2025-02-29' }).map((group) => [group.id, group]));
    for (const model of broken)
      assert.equal(compileSchedule(model, groups, zone), undefined, model.id);
  });
});
