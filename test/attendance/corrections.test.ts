import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { correctionsOf } from '../../lib/attendance/corrections.ts';
import { periodOf } from '../../lib/attendance/period.ts';

const MADE = { firm: 'alpha', author: 'guard', at: 1000 };
const ENTRY = { from: '2026-03-02T08:00', to: '2026-03-02T17:00', reason: 'pass forgotten' };

describe('corrections as a message asks for them', () => {
  it('count as presence at the firm of the node unless the entry says otherwise', () => {
    const [first, second] = correctionsOf(
      [
        { ...ENTRY, id: 'k1', person: 'anna' },
        { ...ENTRY, id: 'k2', person: 'anna', firm: 'beta', present: false },
      ],
      MADE,
    );
    assert.deepEqual(first, {
      ...ENTRY,
      ...{ id: 'k1', person: 'anna', firm: 'alpha', present: true, author: 'guard', at: 1000 },
    });
    assert.deepEqual([second?.firm, second?.present], ['beta', false]);
  });

  it('hold in the order of the message', () => {
    const list = correctionsOf(
      [
        { ...ENTRY, people: ['b', 'a'] },
        { ...ENTRY, person: 'b' },
      ],
      MADE,
    );
    assert.deepEqual(
      list.map(({ person, at }) => [person, at]),
      [
        ['b', 1000],
        ['a', 1001],
        ['b', 1002],
      ],
    );
    assert.equal(new Set(list.map(({ id }) => id)).size, 3);
  });

  it('are refused where they do not say whose they are, why, or are too many', () => {
    const wrong = [
      [],
      [ENTRY],
      [{ ...ENTRY, person: 'a', people: ['b'] }],
      [{ ...ENTRY, people: ['a', 'b'], id: 'k' }],
      [{ ...ENTRY, person: 'a', reason: '' }],
      [{ ...ENTRY, person: 'a', author: 'me' }],
      Array.from({ length: 501 }, () => ({ ...ENTRY, person: 'a' })),
    ];
    for (const value of wrong) {
      assert.throws(() => correctionsOf(value, MADE), { code: 'INPUT_INVALID' });
    }
  });
});

describe('the days that a message means', () => {
  const of = (fields: Parameters<typeof periodOf>[0], fallback: 'date' | 'month' = 'month') => {
    const { from, to } = periodOf(fields, fallback, '2026-02-28');
    return `${from} ${to}`;
  };

  it('are from and to, a month, a date, or what has just ended', () => {
    assert.equal(of({ from: '2026-03-02', to: '2026-03-05' }), '2026-03-02 2026-03-05');
    assert.equal(of({ from: '2026-03-02' }), '2026-03-02 2026-03-02');
    assert.equal(of({ month: '2028-02' }), '2028-02-01 2028-02-29');
    assert.equal(of({ date: '2026-03-02' }), '2026-03-02 2026-03-02');
    assert.equal(of({}), '2026-02-01 2026-02-28');
    assert.equal(of({}, 'date'), '2026-02-28 2026-02-28');
  });
});
