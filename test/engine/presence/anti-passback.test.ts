import assert from 'node:assert/strict';
import { TestClock } from '../../support/clock.ts';
import { eventCodes, newest, reopenEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { ZonedSite } from '../../support/zoned-site.ts';

const MINUTE = 60_000;
const REFUSED = ['antiPassback'];

describe('anti-passback', () => {
  let folder: string;
  let clock: TestClock;
  let site: ZonedSite;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    site = await ZonedSite.open(folder, clock);
  });
  afterEach(async () => {
    await site.engine.close();
    removeFolder(folder);
  });

  it('without rules lets everybody in again and again', async () => {
    await site.passes('ada', 'gate-in');
    assert.deepEqual(await site.asks('ada', 'gate-in'), []);
  });

  it('hard: refuses a second entry at any gate of the zone, until the exit', async () => {
    await site.rule('yard', { antiPassback: { mode: 'hard' } });
    await site.passes('ada', 'gate-in');
    assert.deepEqual(await site.asks('ada', 'gate-in'), REFUSED);
    assert.deepEqual(await site.asks('ada', 'back-in'), REFUSED);
    assert.deepEqual(await site.asks('ben', 'gate-in'), []);
    await site.passes('ada', 'gate-out');
    assert.deepEqual(await site.asks('ada', 'back-in'), []);
  });

  it('hard: refuses an exit to somebody who is outside, but not to somebody deeper inside', async () => {
    await site.rule('yard', { antiPassback: { mode: 'hard' } });
    await site.passes('ada', 'gate-in');
    await site.passes('ada', 'office-in');
    assert.deepEqual(await site.asks('ada', 'gate-out'), []);
    await site.passes('ada', 'gate-out');
    clock.advance(60_000);
    assert.deepEqual(await site.asks('ada', 'gate-out'), REFUSED);
  });

  it('takes an unknown position for anywhere', async () => {
    await site.rule('yard', { antiPassback: { mode: 'hard', nested: true } });
    await site.rule('office', { antiPassback: { mode: 'hard', nested: true } });
    assert.deepEqual(await site.asks('ada', 'gate-out'), []);
    assert.deepEqual(await site.asks('ben', 'office-in'), []);
  });

  it('soft: grants, and reports the violation once', async () => {
    await site.rule('yard', { antiPassback: { mode: 'soft' } });
    await site.passes('ada', 'gate-in');
    const decision = await site.decide('ada', 'back-in');
    assert.equal(decision.outcome, 'granted');
    const { body } = await newest(site.engine, 'event');
    assert.equal(body.code, 'antiPassbackViolation');
    assert.equal(body.category, 'alarm');
    assert.deepEqual(body.details, {
      decision: decision.id,
      kind: 'position',
      person: 'ada',
      zone: 'yard',
    });
  });

  it('timed: refuses to enter again for so many minutes, whatever the position, and never an exit', async () => {
    await site.rule('yard', { antiPassback: { mode: 'off', minutes: 10 } });
    await site.passes('ada', 'gate-in');
    assert.deepEqual(await site.asks('ada', 'gate-out'), []);
    await site.passes('ada', 'gate-out');
    assert.deepEqual(await site.asks('ada', 'back-in'), REFUSED);
    clock.advance(10 * MINUTE);
    assert.deepEqual(await site.asks('ada', 'back-in'), []);
  });

  it('timed: goes on after a restart, and a stepped clock neither ends nor prolongs it', async () => {
    await site.rule('yard', { antiPassback: { mode: 'off', minutes: 10 } });
    await site.passes('ada', 'gate-in');
    await site.passes('ada', 'gate-out');
    await site.engine.close();
    site = new ZonedSite(await reopenEngine(folder, clock), clock);
    assert.deepEqual(await site.asks('ada', 'gate-in'), REFUSED);
    clock.step(20 * MINUTE);
    assert.deepEqual(await site.asks('ada', 'gate-in'), REFUSED);
    clock.advance(10 * MINUTE);
    assert.deepEqual(await site.asks('ada', 'gate-in'), []);
  });

  it('nested: refuses the inner room to whoever did not come in through the gate (R-092)', async () => {
    await site.rule('office', { antiPassback: { mode: 'off', nested: true } });
    await site.passes('ada', 'gate-in');
    assert.deepEqual(await site.asks('ada', 'office-in'), []);
    await site.passes('ada', 'gate-out');
    assert.deepEqual(await site.asks('ada', 'office-in'), REFUSED);
  });

  it('exempts a person who is marked so', async () => {
    await site.rule('yard', { antiPassback: { mode: 'hard', minutes: 10 } });
    const value = { id: 'ada', antiPassbackExempt: true };
    await site.change({ op: 'update', kind: 'person', value });
    await site.passes('ada', 'gate-in');
    assert.deepEqual(await site.asks('ada', 'gate-in'), []);
    assert.equal((await eventCodes(site.engine)).includes('antiPassbackViolation'), false);
  });

  it('lets break-glass through, with an alarm and a mark', async () => {
    await site.rule('yard', {
      antiPassback: { mode: 'hard' },
      occupancy: { limit: 1, full: 'deny' },
    });
    await site.passes('eve', 'gate-in');
    const decision = await site.decide('eve', 'gate-in');
    assert.deepEqual([decision.outcome, decision.marks], ['granted', ['breakGlass']]);
    const codes = await eventCodes(site.engine);
    assert.ok(codes.includes('breakGlass'));
    assert.ok(codes.includes('antiPassbackViolation'));
  });

  it('stands behind the other reasons, in the fixed order', async () => {
    await site.rule('yard', {
      antiPassback: { mode: 'hard' },
      occupancy: { limit: 1, full: 'deny' },
    });
    await site.passes('ada', 'gate-in');
    await site.change({ op: 'update', kind: 'person', value: { id: 'ada', status: 'disabled' } });
    assert.deepEqual(await site.asks('ada', 'gate-in'), ['personDisabled', 'antiPassback']);
    await site.change({ op: 'update', kind: 'person', value: { id: 'ben', status: 'disabled' } });
    assert.deepEqual(await site.asks('ben', 'gate-in'), ['personDisabled', 'areaFull']);
  });

  it('says in the preview what it would say at the door, for now', async () => {
    await site.rule('yard', { antiPassback: { mode: 'hard' } });
    await site.passes('ada', 'gate-in');
    const query = { person: 'ada', accessPoint: 'gate-in' };
    const now = await site.engine.explain(query);
    assert.deepEqual(
      now.reasons.map(({ reason }) => reason),
      REFUSED,
    );
    const later = await site.engine.explain({ ...query, at: clock.now() + MINUTE });
    assert.deepEqual(later.reasons, []);
  });

  describe('two grants for one card', () => {
    beforeEach(() => site.rule('yard', { antiPassback: { mode: 'hard' } }));

    it('are not both given, even when both attempts come in the same turn', async () => {
      const both = await Promise.all([
        site.decide('ada', 'gate-in'),
        site.decide('ada', 'back-in'),
      ]);
      assert.deepEqual(both.map(({ outcome }) => outcome).sort(), ['denied', 'granted']);
    });

    it('are possible again when nobody used the first', async () => {
      const first = await site.decide('ada', 'gate-in');
      assert.deepEqual(await site.asks('ada', 'back-in'), REFUSED);
      await site.engine.recordPassage(site.passage(first, 'notTaken'));
      assert.deepEqual(await site.asks('ada', 'back-in'), []);
    });

    it('are possible again when the first has run out without opening anything', async () => {
      await site.decide('ada', 'gate-in');
      clock.advance(3001);
      assert.deepEqual(await site.asks('ada', 'back-in'), []);
    });

    it('are held apart while the door that was opened by the first may still be passed', async () => {
      const { id: decision } = await site.decide('ada', 'gate-in');
      await site.engine.claimCommand({ decision, output: 'gate', action: 'pulse', duration: 500 });
      clock.advance(20_000);
      assert.deepEqual(await site.asks('ada', 'back-in'), REFUSED);
      clock.advance(10_001);
      assert.deepEqual(await site.asks('ada', 'back-in'), []);
    });

    it('never keep anybody from leaving', async () => {
      await site.passes('ada', 'gate-in');
      const both = [await site.asks('ada', 'gate-out'), await site.asks('ada', 'gate-out')];
      assert.deepEqual(both, [[], []]);
    });
  });

  describe('forgiving', () => {
    beforeEach(() => site.rule('yard', { antiPassback: { mode: 'hard' } }));

    it('one person lets only that person begin anywhere; the muster list keeps everybody', async () => {
      await site.passes('ada', 'gate-in');
      await site.passes('ben', 'gate-in');
      await site.engine.forgive({ person: 'ada', author: 'guard', reason: 'tailgated' });
      assert.deepEqual(await site.asks('ada', 'gate-in'), []);
      assert.deepEqual(await site.asks('ben', 'gate-in'), REFUSED);
      assert.equal(await site.people('yard'), 1);
      const muster = await site.engine.muster({});
      assert.deepEqual(
        muster.map(({ person, uncertain }) => [person, uncertain]),
        [
          ['ada', true],
          ['ben', false],
        ],
      );
      const { body } = await newest(site.engine, 'event');
      assert.deepEqual([body.code, body.author], ['positionsForgiven', 'guard']);
    });

    it('a zone forgives those below it, too; all forgives all; both survive a restart', async () => {
      await site.passes('ada', 'gate-in');
      await site.passes('ada', 'office-in');
      await site.passes('ben', 'gate-in');
      await site.engine.forgive({ zone: 'office', author: 'guard' });
      assert.deepEqual(await site.asks('ada', 'gate-in'), []);
      assert.deepEqual(await site.asks('ben', 'gate-in'), REFUSED);
      await site.engine.forgive({ author: 'guard' });
      await site.engine.close();
      site = new ZonedSite(await reopenEngine(folder, clock), clock);
      assert.deepEqual(await site.asks('ben', 'gate-in'), []);
    });
  });

  describe('reset at a time of day', () => {
    beforeEach(() => site.rule('yard', { antiPassback: { mode: 'hard', resetAt: '14:00' } }));
    // 11:00 in Madrid.

    it('forgets who came before it, and nobody who comes after', async () => {
      await site.passes('ada', 'gate-in');
      clock.advance(179 * MINUTE);
      assert.deepEqual(await site.asks('ada', 'back-in'), REFUSED);
      clock.advance(MINUTE);
      assert.deepEqual(await site.asks('ada', 'back-in'), []);
      assert.ok((await eventCodes(site.engine)).includes('positionsReset'));
      await site.passes('ben', 'gate-in');
      clock.advance(MINUTE);
      assert.deepEqual(await site.asks('ben', 'back-in'), REFUSED);
    });

    it('happens although the engine was not running at that time', async () => {
      await site.passes('ada', 'gate-in');
      await site.engine.close();
      clock.advance(181 * MINUTE);
      site = new ZonedSite(await reopenEngine(folder, clock), clock);
      assert.deepEqual(await site.asks('ada', 'back-in'), []);
    });

    it('is not done again by a clock that is set back', async () => {
      clock.advance(181 * MINUTE);
      await site.passes('ada', 'gate-in');
      clock.step(-2 * MINUTE);
      await site.asks('ben', 'gate-in');
      clock.advance(5 * MINUTE);
      assert.deepEqual(await site.asks('ada', 'back-in'), REFUSED);
    });
  });
});
