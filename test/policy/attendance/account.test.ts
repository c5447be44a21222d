import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { account, lines, type Scene } from './support.ts';

const DAY = '2026-03-02 08:00 17:00';

describe('accounted time of one employer', () => {
  it('keeps plan, fact and accounted time side by side', () => {
    const result = account({ stays: ['2026-03-02 07:40 17:25'], plans: { a: [DAY] } });
    assert.deepEqual(lines(result, 'plan'), ['a 2026-03-02 08:00-17:00 540']);
    assert.deepEqual(lines(result, 'fact'), ['a 2026-03-02 07:40-17:25 585']);
    assert.deepEqual(lines(result), ['a 2026-03-02 08:00-17:00 540']);
  });

  it('counts early arrival and late departure only where the firm says so', () => {
    const scene: Scene = { stays: ['2026-03-02 07:40 17:25'], plans: { a: [DAY] } };
    const early = account({ ...scene, rules: { a: { earlyArrival: true } } });
    const late = account({ ...scene, rules: { a: { lateDeparture: true } } });
    assert.deepEqual(lines(early), ['a 2026-03-02 07:40-17:00 560']);
    assert.deepEqual(lines(late), ['a 2026-03-02 08:00-17:25 565']);
  });

  const ends: [string, Scene['rules'], string][] = [
    ['08:05 16:58', {}, '08:05-16:58 533'],
    ['08:05 16:58', { a: { grace: { late: 5, early: 2 } } }, '08:00-17:00 540'],
    ['08:06 16:57', { a: { grace: { late: 5, early: 2 } } }, '08:06-16:57 531'],
    ['08:07 16:50', { a: { rounding: { minutes: 15, favour: 'employee' } } }, '08:00-17:00 540'],
    ['08:07 16:50', { a: { rounding: { minutes: 15, favour: 'employer' } } }, '08:15-16:45 510'],
    ['08:07 16:53', { a: { rounding: { minutes: 15, favour: 'nearest' } } }, '08:00-17:00 540'],
    ['08:08 16:52', { a: { rounding: { minutes: 15, favour: 'nearest' } } }, '08:15-16:45 510'],
    ['07:58 17:02', { a: { rounding: { minutes: 60, favour: 'employer' } } }, '08:00-17:00 540'],
  ];
  for (const [stay, rules = {}, expected] of ends) {
    it(`makes ${expected} of ${stay} with ${JSON.stringify(rules.a ?? {})}`, () => {
      const result = account({ stays: [`2026-03-02 ${stay}`], plans: { a: [DAY] }, rules });
      assert.deepEqual(lines(result), [`a 2026-03-02 ${expected}`]);
    });
  }

  it('takes off the break that the length of the day asks for, less the time spent outside', () => {
    const breaks = [
      { after: 360, minutes: 30 },
      { after: 540, minutes: 45 },
    ];
    const rules = { a: { breaks } };
    const stay = (list: string[]): string[] =>
      lines(account({ stays: list, plans: { a: [DAY] }, rules }));
    assert.deepEqual(stay(['2026-03-02 08:00 17:00']), ['a 2026-03-02 08:00-17:00 495']);
    assert.deepEqual(stay(['2026-03-02 08:00 13:59']), ['a 2026-03-02 08:00-13:59 359']);
    assert.deepEqual(stay(['2026-03-02 08:00 14:00']), ['a 2026-03-02 08:00-14:00 330']);
    const outForLunch = ['2026-03-02 08:00 12:00', '2026-03-02 12:20 17:00'];
    assert.deepEqual(stay(outForLunch), ['a 2026-03-02 08:00-17:00 510']);
  });

  it('bridges short absences and no others', () => {
    const stays = ['2026-03-02 08:00 10:00', '2026-03-02 10:10 12:00', '2026-03-02 12:11 17:00'];
    const result = account({ stays, plans: { a: [DAY] }, rules: { a: { shortAbsence: 10 } } });
    assert.deepEqual(lines(result), ['a 2026-03-02 08:00-17:00 529']);
    assert.deepEqual(lines(result, 'fact'), ['a 2026-03-02 08:00-17:00 519']);
  });

  it('counts presence in the zones of the rules, else in the outermost ones', () => {
    const stays = [
      '2026-03-02 08:00 13:00 site',
      '2026-03-02 09:00 12:00 hall',
      '2026-03-02 10:00 11:00 cage',
    ];
    const outermost = account({ stays, plans: { a: [DAY] } });
    assert.deepEqual(lines(outermost), ['a 2026-03-02 08:00-13:00 300']);
    const result = account({ stays, plans: { a: [DAY] }, rules: { a: { zones: ['hall'] } } });
    assert.deepEqual(lines(result), ['a 2026-03-02 09:00-12:00 180']);
  });

  it('says who did not come, and nothing of a day to come', () => {
    const scene = { plans: { a: [DAY] } };
    assert.deepEqual(lines(account(scene)), ['a 2026-03-02 ?-? 0 absent']);
    assert.deepEqual(lines(account({ ...scene, asOf: '2026-03-02T07:00' })), ['a 2026-03-02 -']);
  });

  it('changes with a late passage', () => {
    const scene = { plans: { a: [DAY] }, stays: ['2026-03-02 08:00'] };
    assert.deepEqual(lines(account(scene)), ['a 2026-03-02 - missingExit']);
    const late = { ...scene, stays: ['2026-03-02 08:00 16:00'] };
    assert.deepEqual(lines(account(late)), ['a 2026-03-02 08:00-16:00 480']);
  });
});

describe('shifts that cross midnight', () => {
  it('belong to the day they began on, with what is before and behind them', () => {
    const plans = { a: ['2026-03-02 22:00 06:00', '2026-03-03 22:00 06:00'] };
    const stays = ['2026-03-02 21:50 01:00', '2026-03-03 01:30 06:15', '2026-03-03 21:55 06:00'];
    const result = account({ stays, plans }, '2026-03-01', '2026-03-04');
    assert.deepEqual(lines(result, 'fact'), [
      'a 2026-03-02 21:50-06:15 475',
      'a 2026-03-03 21:55-06:00 485',
    ]);
    assert.deepEqual(lines(result), [
      'a 2026-03-02 22:00-06:00 450',
      'a 2026-03-03 22:00-06:00 480',
    ]);
  });

  it('last as long as time really runs when the clock changes', () => {
    const spring = account(
      { plans: { a: ['2026-03-28 22:00 06:00'] }, stays: ['2026-03-28 22:00 06:00'] },
      '2026-03-28',
    );
    const autumn = account(
      { plans: { a: ['2026-10-24 22:00 06:00'] }, stays: ['2026-10-24 22:00 06:00'] },
      '2026-10-24',
    );
    assert.deepEqual(lines(spring), ['a 2026-03-28 22:00-06:00 420']);
    assert.deepEqual(lines(autumn), ['a 2026-10-24 22:00-06:00 540']);
  });

  it('keep overtime after midnight on the day of the shift', () => {
    const result = account(
      {
        plans: { a: ['2026-03-02 14:00 22:00'] },
        stays: ['2026-03-02 14:00 00:40'],
        rules: { a: { lateDeparture: true } },
      },
      '2026-03-02',
      '2026-03-03',
    );
    assert.deepEqual(lines(result), ['a 2026-03-02 14:00-00:40 640']);
  });

  it('leave an arrival before midnight to the shift that begins at midnight', () => {
    const plans = { a: ['2026-03-02 08:00 16:00', '2026-03-03 00:00 08:00'] };
    const stays = ['2026-03-02 08:00 16:00', '2026-03-02 23:50 08:00'];
    const result = account({ plans, stays }, '2026-03-02', '2026-03-03');
    assert.deepEqual(lines(result, 'fact'), [
      'a 2026-03-02 08:00-16:00 480',
      'a 2026-03-03 23:50-08:00 490',
    ]);
  });

  it('are told apart where one person works through two of them', () => {
    const plans = { a: ['2026-03-02 22:00 06:00', '2026-03-03 06:00 14:00'] };
    const result = account(
      { plans, stays: ['2026-03-02 22:00 14:00'] },
      '2026-03-02',
      '2026-03-03',
    );
    assert.deepEqual(lines(result), [
      'a 2026-03-02 22:00-06:00 480',
      'a 2026-03-03 06:00-14:00 480',
    ]);
  });

  it('are reported where they overlap', () => {
    const plans = { a: ['2026-03-02 22:00 06:00', '2026-03-03 05:00 14:00'] };
    const result = account({ plans }, '2026-03-03');
    assert.deepEqual(lines(result), ['a 2026-03-03 ?-? 0 absent plansOverlap']);
    assert.deepEqual(
      result.conflicts.map(({ code }) => code),
      ['plansOverlap'],
    );
  });
});

describe('days without a plan', () => {
  const stays = ['2026-03-07 10:03 14:00'];

  it('count nothing for a person without permission to come, and are reported (R-100)', () => {
    const result = account({ stays }, '2026-03-07');
    assert.deepEqual(lines(result, 'fact'), ['a 2026-03-07 10:03-14:00 237 notPlanned']);
    assert.deepEqual(lines(result), ['a 2026-03-07 ?-? 0 notPlanned']);
    assert.deepEqual(result.conflicts[0]?.code, 'notPlanned');
  });

  it('count for a person who may come', () => {
    const employments = [{ nonWorkingDays: true }];
    assert.deepEqual(lines(account({ stays, employments }, '2026-03-07')), [
      'a 2026-03-07 10:03-14:00 237',
    ]);
  });

  it('may be planned to be free', () => {
    const result = account({ plans: { a: ['2026-03-07'] } }, '2026-03-07');
    assert.deepEqual(lines(result, 'plan'), ['a 2026-03-07 ?-? 0']);
  });
});

describe('stays without exit', () => {
  const scene: Scene = {
    plans: { a: [DAY] },
    stays: ['2026-03-02 08:00', '2026-03-02 13:00 17:00'],
  };
  const expected = {
    open: 'a 2026-03-02 - missingExit',
    nothing: 'a 2026-03-02 13:00-17:00 240 missingExit',
    planned: 'a 2026-03-02 08:00-17:00 540 missingExit',
  };
  for (const unseen of ['open', 'nothing', 'planned'] as const) {
    it(`are treated as the rule "${unseen}" says and reported`, () => {
      const result = account({ ...scene, rules: { a: { unseen } } });
      assert.deepEqual(lines(result), [expected[unseen]]);
      assert.deepEqual(
        result.conflicts.map(({ code }) => code),
        ['missingExit'],
      );
    });
  }

  const left: Scene = { plans: { a: [DAY] }, stays: ['2026-03-02 17:10 17:10 site unseen'] };

  it('that nobody saw begin wait, count nothing or begin as planned', () => {
    const accounted = (unseen?: 'nothing' | 'planned'): string[] =>
      lines(account({ ...left, ...(unseen && { rules: { a: { unseen } } }) }));
    assert.deepEqual(accounted(), ['a 2026-03-02 - missingEntry']);
    assert.deepEqual(accounted('nothing'), ['a 2026-03-02 ?-? 0 missingEntry']);
    assert.deepEqual(accounted('planned'), ['a 2026-03-02 08:00-17:00 540 missingEntry']);
    assert.deepEqual(lines(account(left), 'fact'), ['a 2026-03-02 ?-17:10 0 missingEntry']);
  });

  it('belong to the night shift that they end', () => {
    const night: Scene = {
      plans: { a: ['2026-03-01 22:00 06:00'] },
      stays: ['2026-03-02 06:10 06:10 site unseen'],
    };
    assert.deepEqual(lines(account(night, '2026-03-01', '2026-03-02')), [
      'a 2026-03-01 - missingEntry',
    ]);
  });

  it('are no fault while the person is still inside', () => {
    const today = { ...scene, stays: ['2026-03-02 08:00'], asOf: '2026-03-02T12:00' };
    const result = account({ ...today, rules: { a: { unseen: 'planned' } } });
    assert.deepEqual(lines(result), ['a 2026-03-02 08:00-12:00 240 inside']);
    assert.deepEqual(result.conflicts, []);
  });

  it('end with a correction that covers the entry', () => {
    const corrections = [{ from: '2026-03-02T08:00', to: '2026-03-02T11:30' }];
    const result = account({ ...scene, corrections });
    assert.deepEqual(lines(result), ['a 2026-03-02 08:00-17:00 450 corrected']);
    assert.deepEqual(lines(result, 'fact'), ['a 2026-03-02 08:00-17:00 240 corrected']);
  });
});

describe('corrections', () => {
  const plans = { a: [DAY], b: ['2026-03-02 18:00 20:00'] };

  it('add and remove presence, and the later one holds', () => {
    const corrections = [
      { from: '2026-03-02T08:00', to: '2026-03-02T17:00', present: true },
      { from: '2026-03-02T12:00', to: '2026-03-02T13:00', present: false },
      { from: '2026-03-02T12:30', to: '2026-03-02T13:00', present: true },
    ];
    const result = account({ plans: { a: [DAY] }, corrections });
    assert.deepEqual(lines(result), ['a 2026-03-02 08:00-17:00 510 corrected']);
    assert.deepEqual(lines(result, 'fact'), ['a 2026-03-02 - corrected']);
  });

  it('of one firm mean nothing to another', () => {
    const correction = { from: '2026-03-02T08:00', to: '2026-03-02T20:00' };
    const one = account({ plans, corrections: [{ ...correction, firm: 'b' }] });
    assert.deepEqual(lines(one), [
      'a 2026-03-02 ?-? 0 absent',
      'b 2026-03-02 18:00-20:00 120 corrected',
    ]);
    const all = account({ plans, corrections: [correction] });
    assert.deepEqual(lines(all), [
      'a 2026-03-02 08:00-17:00 540 corrected',
      'b 2026-03-02 18:00-20:00 120 corrected',
    ]);
  });
});

describe('several employers (D13)', () => {
  it('share one stay by their plans', () => {
    const plans = { a: ['2026-03-02 08:00 12:00'], b: ['2026-03-02 13:00 17:00'] };
    const result = account({ plans, stays: ['2026-03-02 07:55 17:10'] });
    assert.deepEqual(lines(result), [
      'a 2026-03-02 08:00-12:00 240',
      'b 2026-03-02 13:00-17:00 240',
    ]);
    assert.deepEqual(lines(result, 'fact'), [
      'a 2026-03-02 07:55-17:10 555',
      'b 2026-03-02 07:55-17:10 555',
    ]);
    assert.deepEqual(result.conflicts, []);
  });

  const overlapping: Scene = {
    plans: { a: ['2026-03-02 08:00 13:00'], b: ['2026-03-02 12:00 17:00'] },
    stays: ['2026-03-02 08:00 17:00'],
    employments: [
      { firm: 'a', priority: 2 },
      { firm: 'b', priority: 1 },
    ],
  };

  it('get minutes that both planned by priority, with a conflict that names them', () => {
    const result = account(overlapping);
    assert.deepEqual(lines(result), [
      'a 2026-03-02 08:00-12:00 240 shared',
      'b 2026-03-02 12:00-17:00 300 shared',
    ]);
    assert.deepEqual(
      result.conflicts.map(({ firms, from, to = 0 }) => [firms, to - from]),
      [[['b', 'a'], 3_600_000]],
    );
  });

  it('get equal parts of them if both say so', () => {
    const split = { overlap: 'split' } as const;
    assert.deepEqual(lines(account({ ...overlapping, rules: { a: split, b: split } })), [
      'a 2026-03-02 08:00-12:30 270 shared',
      'b 2026-03-02 12:30-17:00 270 shared',
    ]);
    assert.deepEqual(lines(account({ ...overlapping, rules: { a: split } })), [
      'a 2026-03-02 08:00-12:00 240 shared',
      'b 2026-03-02 12:00-17:00 300 shared',
    ]);
  });

  it('never get planned minutes of another as their own overtime', () => {
    const result = account({
      plans: { a: ['2026-03-02 08:00 12:00'], b: ['2026-03-02 13:00 17:00'] },
      stays: ['2026-03-02 08:00 17:00'],
      rules: { a: { lateDeparture: true }, b: {} },
    });
    assert.deepEqual(lines(result), [
      'a 2026-03-02 08:00-13:00 300',
      'b 2026-03-02 13:00-17:00 240',
    ]);
  });

  it('do not take presence for another for their own unplanned day', () => {
    const result = account({
      plans: { a: [DAY], b: [] },
      stays: ['2026-03-02 07:50 17:10'],
      employments: [{ firm: 'a' }, { firm: 'b', nonWorkingDays: true }],
    });
    assert.deepEqual(lines(result), ['a 2026-03-02 08:00-17:00 540']);
  });
});
