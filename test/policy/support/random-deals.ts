import fc from 'fast-check';
import { DEAL_MARKS, type Deal, type ReleaseOverride } from '../../../lib/model/release.ts';
import type { ReleaseFirm } from '../../../lib/policy/release/book.ts';

const MINUTE = 60_000;

const person = fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4');
const firm = fc.constantFrom('f0', 'f1');
const number = (prefix: string): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: 5 }).map((value) => `${prefix}${value}`);

const condition = fc.record(
  {
    all: fc.array(fc.uniqueArray(fc.constantFrom(...DEAL_MARKS), { minLength: 1, maxLength: 3 }), {
      maxLength: 3,
    }),
    minutes: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: ['all'] },
);

/** A firm that says nothing about some roles, so that the base rule holds there. */
export function randomFirm(id: fc.Arbitrary<string>): fc.Arbitrary<ReleaseFirm> {
  return fc.record(
    {
      id,
      name: fc.constant('Firm'),
      release: fc.record({ buyer: condition, supplier: condition }, { requiredKeys: [] }),
    },
    { requiredKeys: ['id', 'name'] },
  );
}

/** A deal with marks up to ten minutes before or after `now`. */
export function randomDeal(now: number): fc.Arbitrary<Deal> {
  const time = fc.integer({ min: now - 10 * MINUTE, max: now + 10 * MINUTE });
  const marks = fc.record(
    { goods: time, documents: time, payment: time, permission: time },
    { requiredKeys: [] },
  );
  return fc.record({
    ...{ id: number('deal'), person, firm, openedAt: time, marks },
    role: fc.constantFrom('buyer' as const, 'supplier' as const),
  });
}

export function randomOverride(now: number): fc.Arbitrary<ReleaseOverride> {
  const time = fc.integer({ min: now - 10 * MINUTE, max: now + 10 * MINUTE });
  return fc.record(
    {
      ...{ id: number('override'), person, firm, at: time, expires: time },
      ...{ reason: fc.constant('reason'), author: fc.constant('guard') },
    },
    { requiredKeys: ['id', 'person', 'at', 'expires', 'reason', 'author'] },
  );
}
