import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Deal, ReleaseOverride } from '../../../lib/model/release.ts';
import { ReleaseBook } from '../../../lib/policy/release/book.ts';

const id = (prefix: string) => fc.integer({ min: 0, max: 3 }).map((number) => `${prefix}${number}`);
const time = fc.integer({ min: 0, max: 100 });

const deal: fc.Arbitrary<Deal> = fc.record(
  {
    id: fc.integer({ min: 0, max: 9 }).map((number) => `d${number}`),
    person: id('p'),
    firm: id('f'),
    role: fc.constantFrom('buyer' as const, 'supplier' as const),
    openedAt: time,
    marks: fc.record({ goods: time, documents: time, payment: time }, { requiredKeys: [] }),
    closedAt: time,
  },
  { requiredKeys: ['id', 'person', 'firm', 'role', 'openedAt', 'marks'] },
);
const override: fc.Arbitrary<ReleaseOverride> = fc.record(
  {
    ...{ id: id('o'), person: id('p'), firm: id('f'), reason: fc.constant('r') },
    ...{ author: fc.constant('guard'), at: time, expires: time },
  },
  { requiredKeys: ['id', 'person', 'reason', 'author', 'at', 'expires'] },
);
const step = fc.oneof(
  fc.record({ put: deal }),
  fc.record({ drop: fc.integer({ min: 0, max: 9 }).map((number) => `d${number}`) }),
  fc.record({ override }),
  fc.record({ revoke: id('o') }),
);
type Step = { put: Deal } | { drop: string } | { override: ReleaseOverride } | { revoke: string };

/** The same book as two plain maps that are searched from end to end. */
interface Model {
  deals: Map<string, Deal>;
  overrides: Map<string, ReleaseOverride>;
}

function perform(book: ReleaseBook, model: Model, one: Step): void {
  if ('put' in one) {
    book.putDeal(one.put);
    model.deals.delete(one.put.id);
    if (one.put.closedAt === undefined) model.deals.set(one.put.id, one.put);
  } else if ('drop' in one) {
    book.deleteDeal(one.drop);
    model.deals.delete(one.drop);
  } else if ('override' in one) {
    book.putOverride(one.override);
    model.overrides.set(one.override.id, one.override);
  } else {
    book.deleteOverride(one.revoke);
    model.overrides.delete(one.revoke);
  }
}

function mayLeave({ deals, overrides }: Model, person: string, now: number): boolean {
  return [...deals.values()].every((open) => {
    if (open.person !== person) return true;
    const { goods, documents, payment } = open.marks;
    const marked = goods !== undefined && documents !== undefined;
    if (marked && (open.role === 'supplier' || payment !== undefined)) return true;
    return [...overrides.values()].some(
      (one) =>
        one.person === person &&
        (one.firm ?? open.firm) === open.firm &&
        now >= one.at &&
        now < one.expires,
    );
  });
}

describe('the book of open deals', () => {
  it('lets a visitor leave exactly when every open deal is cleared or overridden (D12)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), time, (steps, instant) => {
        const book = new ReleaseBook();
        const model: Model = { deals: new Map(), overrides: new Map() };
        for (const one of steps) perform(book, model, one);
        for (const person of ['p0', 'p1', 'p2', 'p3']) {
          const moment = { instant, trusted: true };
          const expected = mayLeave(model, person, instant);
          assert.equal(book.blocks(person, moment), !expected);
          assert.equal(book.state(person, moment).allowed, expected);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('closes with a passage what is marked or overridden, and names what should have stayed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), time, (steps, at) => {
        const book = new ReleaseBook();
        const model: Model = { deals: new Map(), overrides: new Map() };
        for (const one of steps) perform(book, model, one);
        const { closed, used, uncleared } = book.settle('p0', at);
        const before = [...model.deals.values()].filter(
          ({ person, openedAt }) => person === 'p0' && openedAt <= at,
        );
        assert.deepEqual([...closed, ...uncleared].sort(), before.map((one) => one.id).sort());
        for (const one of closed) book.deleteDeal(one);
        for (const one of used) book.deleteOverride(one);
        const again = book.settle('p0', at);
        assert.deepEqual(again, { closed: [], used: [], uncleared });
      }),
    );
  });

  it('keeps a visitor in when one of two deals is open', () => {
    const book = new ReleaseBook();
    const open = { person: 'p', role: 'supplier' as const, openedAt: 0 };
    book.putDeal({ ...open, id: 'a', firm: 'f', marks: { goods: 1, documents: 2 } });
    book.putDeal({ ...open, id: 'b', firm: 'g', marks: { goods: 1 } });
    const moment = { instant: 10, trusted: true };
    assert.ok(book.blocks('p', moment));
    const { allowed, deals } = book.state('p', moment);
    assert.equal(allowed, false);
    assert.deepEqual(
      deals.map(({ deal: one, cleared, missing }) => [one, cleared, missing]),
      [
        ['a', true, []],
        ['b', false, [['documents']]],
      ],
    );
    assert.equal(book.state('p', moment, 'f').allowed, true);
  });

  it('follows the conditions of a firm as they change', () => {
    const book = new ReleaseBook();
    const moment = { instant: 10, trusted: true };
    const marks = { permission: 5 };
    book.putDeal({ id: 'a', person: 'p', firm: 'f', role: 'buyer', openedAt: 0, marks });
    assert.ok(book.blocks('p', moment));
    book.putFirm({ id: 'f', name: 'F', release: { buyer: { all: [['payment', 'permission']] } } });
    assert.ok(!book.blocks('p', moment));
    book.deleteFirm('f');
    assert.ok(book.blocks('p', moment));
  });

  it('does not count an override without a clock to trust', () => {
    const book = new ReleaseBook();
    book.putDeal({ id: 'a', person: 'p', firm: 'f', role: 'buyer', openedAt: 0, marks: {} });
    const guard = { reason: 'refund', author: 'guard', at: 0, expires: 100 };
    book.putOverride({ id: 'o', person: 'p', ...guard });
    assert.ok(!book.blocks('p', { instant: 50, trusted: true }));
    assert.ok(book.blocks('p', { instant: 50, trusted: false }));
    assert.ok(book.blocks('p', { instant: 100, trusted: true }));
  });
});
