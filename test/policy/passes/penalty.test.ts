import assert from 'node:assert/strict';
import type { PenaltyPolicy } from '../../../lib/model/firm.ts';
import type { Pass, Waiver } from '../../../lib/model/pass.ts';
import { isRefused, penaltyState } from '../../../lib/policy/passes/penalty.ts';

const POLICY: PenaltyPolicy = {
  ...{ weights: { forgotten: 1, lost: 3 }, days: 90, threshold: 4 },
  action: 'refuse',
};
const WHO = { person: 'ann', firm: 'f1', now: '2026-06-01T12:00:00' };

const pass = (id: string, reason: Pass['reason'], validFrom: string, more: Partial<Pass> = {}) => {
  const base = { id, tag: 't', person: 'ann', type: 'temporary', status: 'inactive' } as const;
  return { ...base, validFrom, ...(reason && { reason }), ...more } as Pass;
};
const state = (passes: Pass[], waivers: Waiver[] = [], policy = POLICY) =>
  penaltyState(WHO, policy, passes, waivers);

describe('penalty points (R-079)', () => {
  it('come from the reasons of the passes, as the firm weighs them', () => {
    const { points, entries } = state([
      pass('b', 'lost', '2026-05-20'),
      pass('a', 'forgotten', '2026-05-10T08:00:00'),
      pass('c', 'damaged', '2026-05-21'),
      pass('d', 'first', '2026-05-22'),
    ]);
    assert.equal(points, 4);
    assert.deepEqual(
      entries.map((entry) => [entry.pass, entry.points]),
      [
        ['a', 1],
        ['b', 3],
      ],
    );
  });

  it('count for the days of the policy and no longer', () => {
    assert.equal(state([pass('a', 'lost', '2026-03-04')]).points, 3); // 89 days ago
    assert.equal(state([pass('a', 'lost', '2026-03-03')]).points, 0);
  });

  it('are only those of the person and the firm', () => {
    assert.equal(state([pass('a', 'lost', '2026-05-20', { person: 'bob' })]).points, 0);
    assert.equal(state([pass('a', 'lost', '2026-05-20', { firm: 'f2' })]).points, 0);
    assert.equal(state([pass('a', 'lost', '2026-05-20', { firm: 'f1' })]).points, 3);
  });

  it('are forgiven by a waiver', () => {
    const waiver = { id: 'w', pass: 'a', reason: 'fire alarm', author: 'boss', at: 1 };
    assert.equal(state([pass('a', 'lost', '2026-05-20')], [waiver]).points, 0);
  });

  it('refuse from the threshold on, if the policy says so', () => {
    const passes = [pass('a', 'lost', '2026-05-20'), pass('b', 'forgotten', '2026-05-21')];
    assert.equal(isRefused(state(passes)), true);
    assert.equal(isRefused(state(passes.slice(1))), false);
    assert.equal(isRefused(state(passes, [], { ...POLICY, action: 'report' })), false);
  });
});
