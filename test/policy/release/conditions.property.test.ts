import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  DEAL_MARKS,
  type Deal,
  type DealMark,
  type ReleaseCondition,
} from '../../../lib/model/release.ts';
import {
  BASE_CONDITIONS,
  clearanceOf,
  conditionOf,
  isCleared,
} from '../../../lib/policy/release/conditions.ts';

const LAST = 40 * 60_000;
const instant = fc.integer({ min: 0, max: LAST });
const marks = fc.dictionary(fc.constantFrom(...DEAL_MARKS), instant) as fc.Arbitrary<Deal['marks']>;
const group = fc.uniqueArray(fc.constantFrom(...DEAL_MARKS), { minLength: 1, maxLength: 4 });
const condition: fc.Arbitrary<ReleaseCondition> = fc.record(
  {
    all: fc.array(group, { maxLength: 4 }),
    minutes: fc.integer({ min: 1, max: 30 }),
  },
  { requiredKeys: ['all'] },
);
const moment = fc.record({ instant, trusted: fc.boolean() });
const deal = fc.record({ marks, openedAt: instant });

/** The rule once more, minute by minute and mark by mark, with nothing shared but its words. */
function oracle(
  { marks: set, openedAt }: Pick<Deal, 'marks' | 'openedAt'>,
  { all, minutes }: ReleaseCondition,
  { instant: now, trusted }: { instant: number; trusted: boolean },
): boolean {
  for (const wanted of all) {
    let found = false;
    for (const mark of wanted) if (mark in set) found = true;
    if (!found) return false;
  }
  if (minutes === undefined) return true;
  if (!trusted) return false;
  let newest = openedAt;
  for (const mark of ['goods', 'documents', 'payment', 'permission'] as const) {
    const at = set[mark];
    const named = all.some((wanted) => wanted.includes(mark));
    if (named && at !== undefined && at > newest) newest = at;
  }
  return now - newest < minutes * 60 * 1000;
}

describe('the conditions of an exit with goods', () => {
  it('clear a deal exactly when the rule in plain words does', () => {
    fc.assert(
      fc.property(deal, condition, moment, (some, rule, when) => {
        assert.equal(isCleared(clearanceOf(some, rule, when)), oracle(some, rule, when));
      }),
      { numRuns: 3000 },
    );
  });

  it('never let a further mark make an answer worse', () => {
    fc.assert(
      fc.property(
        ...[deal, condition, moment, fc.constantFrom<DealMark>(...DEAL_MARKS), instant],
        (some, rule, when, mark, at) => {
          const later = Math.max(at, some.marks[mark] ?? 0);
          const more = { ...some, marks: { ...some.marks, [mark]: later } };
          const before = isCleared(clearanceOf(some, rule, when));
          if (before) assert.ok(isCleared(clearanceOf(more, rule, when)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('name exactly the groups of which no mark is set', () => {
    fc.assert(
      fc.property(deal, condition, moment, (some, rule, when) => {
        const { missing } = clearanceOf(some, rule, when);
        const isMissing = (wanted: DealMark[]): boolean =>
          !wanted.some((mark) => mark in some.marks);
        assert.deepEqual(missing, rule.all.filter(isMissing));
      }),
    );
  });

  it('want all three marks of a buyer and both of a supplier where the firm says nothing (R-105, R-107)', () => {
    assert.equal(conditionOf(undefined, 'buyer'), BASE_CONDITIONS.buyer);
    assert.equal(conditionOf({ buyer: { all: [] } }, 'supplier'), BASE_CONDITIONS.supplier);
    for (const given of subsets(['goods', 'documents', 'payment'])) {
      const some = { openedAt: 0, marks: Object.fromEntries(given.map((mark) => [mark, 1])) };
      const when = { instant: 5, trusted: false };
      const buyer = clearanceOf(some, BASE_CONDITIONS.buyer, when);
      const supplier = clearanceOf(some, BASE_CONDITIONS.supplier, when);
      assert.equal(isCleared(buyer), given.length === 3);
      assert.equal(isCleared(supplier), given.includes('goods') && given.includes('documents'));
    }
  });

  it('tell until when the exit has to be granted, and why it is not any more', () => {
    const rule: ReleaseCondition = { all: [['goods'], ['payment', 'permission']], minutes: 30 };
    const some = { openedAt: 0, marks: { goods: 1000, payment: 60_000 } };
    const until = 31 * 60_000;
    const at = (instant: number, trusted = true) => clearanceOf(some, rule, { instant, trusted });
    assert.deepEqual(at(until - 1), { missing: [], until });
    assert.deepEqual(at(until), { missing: [], until, why: 'late' });
    assert.deepEqual(at(0, false), { missing: [], until, why: 'clock' });
  });
});

function subsets(marks: DealMark[]): DealMark[][] {
  return marks.reduce<DealMark[][]>(
    (sets, mark) => [...sets, ...sets.map((set) => [...set, mark])],
    [[]],
  );
}
