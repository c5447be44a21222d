import assert from 'node:assert/strict';
import { createGrants } from '../../lib/engine/grants.ts';
import { createUsedTokens } from '../../lib/engine/used-tokens.ts';
import { TestClock } from '../support/clock.ts';

describe('engine: grants', () => {
  it('drive each output once', () => {
    const grants = createGrants(new TestClock());
    grants.add('d1', 3000);
    assert.equal(grants.claim('d1', 'lock'), 3000);
    assert.equal(grants.claim('d1', 'light'), 3000);
    assert.throws(() => grants.claim('d1', 'lock'), { code: 'COMMAND_USED' });
  });

  it('run out on the monotonic clock, whatever the wall clock says', () => {
    const clock = new TestClock();
    const grants = createGrants(clock);
    grants.add('d1', 3000);
    clock.step(-86_400_000);
    clock.advance(2000);
    assert.equal(grants.claim('d1', 'lock'), 1000);
    clock.advance(1000);
    assert.throws(() => grants.claim('d1', 'light'), { code: 'COMMAND_EXPIRED' });
  });

  it('are unknown when they were never given, or long ago', () => {
    const clock = new TestClock();
    const grants = createGrants(clock);
    assert.throws(() => grants.claim('d1', 'lock'), { code: 'DECISION_INVALID' });
    grants.add('d1', 3000);
    clock.advance(120_000);
    grants.add('d2', 3000);
    assert.throws(() => grants.claim('d1', 'lock'), { code: 'DECISION_INVALID' });
    assert.equal(grants.claim('d2', 'lock'), 3000);
  });
});

describe('engine: used tokens', () => {
  it('are known at once and from the store, until a day after their end', () => {
    const used = createUsedTokens([{ token: 'old', expires: 5000 }]);
    const now = 1_000_000_000_000;
    assert.equal(used.has('old'), true);
    assert.deepEqual(used.use('new', now + 30_000, now), {
      kind: 'usedToken',
      token: 'new',
      expires: now + 30_000,
    });
    for (let count = 0; count < 1000; count += 1) used.use(`t${count}`, now, now + 1000);
    assert.equal(used.has('new'), true);
    assert.equal(used.has('old'), false);
  });
});
