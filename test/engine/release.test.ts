import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import { TestClock } from '../support/clock.ts';
import { eventCodes, newest, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  dealChange,
  leave,
  markAll,
  markOf,
  openDealIds,
  openReleaseEngine,
  passageOf,
  RELEASE_CONFIG,
} from '../support/release-site.ts';
import { CHIEF_CARD, attemptAt, card } from '../support/sample-site.ts';

const MINUTE = 60_000;

describe('engine: exits with goods', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openReleaseEngine(folder, clock);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  async function change(...changes: Parameters<typeof engine.change>[0]['changes']): Promise<void> {
    const { failed } = await engine.change({ changes, options: { author: 'test' } });
    assert.deepEqual(failed, []);
  }

  async function restart(): Promise<void> {
    await engine.close();
    engine = await reopenEngine(folder, clock);
  }

  const exit = () => leave(engine, clock.now());

  it('are refused while a mark is missing, and granted with the last one', async () => {
    await change(dealChange('d1'));
    for (const mark of ['goods', 'documents'] as const) await engine.markDeal(markOf('d1', mark));
    const refused = await exit();
    assert.deepEqual([refused.outcome, refused.reasons], ['denied', ['exitBlocked']]);
    assert.equal(refused.matchedPersonId, 'anna');
    const answer = await engine.markDeal(markOf('d1', 'payment'));
    assert.equal(answer.state.cleared, true);
    assert.equal((await exit()).outcome, 'granted');
  });

  it('call the guard when they are refused, and say what is missing', async () => {
    await change(dealChange('d1', { reference: '17' }));
    const alarms: unknown[] = [];
    engine.on('alarm', (alarm) => alarms.push(alarm));
    const { id: decision } = await exit();
    const text =
      'Anna may not leave. Firm north, no. 17: missing: goods handed over, documents, payment.';
    const details = { reason: 'exitBlocked', person: 'anna', text, decision };
    assert.deepEqual(alarms, [
      { category: 'alarm', code: 'exitBlocked', accessPoint: 'gate-out', details },
    ]);
  });

  it('hold nobody back elsewhere, nor an entry, an exit button or a fire', async () => {
    await change(dealChange('d1'));
    for (const door of ['exit', 'gate-in']) {
      assert.equal((await leave(engine, clock.now(), door)).outcome, 'granted');
    }
    const pressed = { ...attemptAt(clock.now(), 'gate-out'), requestToExit: true };
    assert.equal((await engine.decide(pressed)).outcome, 'granted');
    const opening = await engine.grantOpening({ accessPoint: 'gate-out', cause: 'fire' });
    assert.equal(opening.outcome, 'granted');
  });

  it('let the fire brigade out whatever it carries', async () => {
    await change(dealChange('d1', { person: 'chief' }));
    const decision = await engine.decide(attemptAt(clock.now(), 'gate-out', card(CHIEF_CARD)));
    assert.deepEqual([decision.outcome, decision.marks], ['granted', ['breakGlass']]);
  });

  it('need every deal of a visitor cleared (D12)', async () => {
    await change(dealChange('d1'), dealChange('d2', { firm: 'south' }));
    await markAll(engine, 'd1');
    assert.deepEqual((await exit()).reasons, ['exitBlocked']);
    await engine.markDeal(markOf('d2', 'permission'));
    assert.equal((await exit()).outcome, 'granted');
  });

  it('have to be granted within the time that the firm gives', async () => {
    await change(dealChange('d1', { firm: 'south' }));
    await engine.markDeal(markOf('d1', 'payment'));
    clock.advance(30 * MINUTE - 1);
    assert.equal((await exit()).outcome, 'granted');
    clock.advance(1);
    assert.deepEqual((await exit()).reasons, ['exitBlocked']);
    const [deal] = (await engine.releaseState({ person: 'anna' })).deals;
    assert.equal(deal?.why, 'late');
  });

  it('follow new conditions of a firm at once', async () => {
    await change(dealChange('d1'));
    const release = { buyer: { all: [] } };
    await change({ op: 'update', kind: 'firm', value: { id: 'north', release } });
    assert.equal((await exit()).outcome, 'granted');
  });

  it('are explained with what is missing (N16)', async () => {
    await change(dealChange('d1'));
    const preview = await engine.explain({ person: 'anna', accessPoint: 'gate-out' });
    assert.equal(preview.reasons[0]?.reason, 'exitBlocked');
    assert.deepEqual(preview.release?.deals[0]?.missing, [['goods'], ['documents'], ['payment']]);
    const inside = await engine.explain({ person: 'anna', accessPoint: 'exit' });
    assert.equal(inside.release, undefined);
  });

  describe('a passage', () => {
    beforeEach(async () => {
      await change(dealChange('d1'), dealChange('d2', { firm: 'south' }));
      await markAll(engine, 'd1');
      await engine.markDeal(markOf('d2', 'payment'));
    });

    it('closes the deals; a grant alone does not (D18)', async () => {
      const decision = await exit();
      assert.deepEqual(await openDealIds(engine), ['d1', 'd2']);
      const passage = passageOf(decision);
      await engine.recordPassage(passage);
      assert.deepEqual(await openDealIds(engine), []);
      const [stored] = await engine.find({ kind: 'deal', id: 'd1' });
      assert.equal(stored?.closedAt, passage.at);
      await restart();
      assert.deepEqual(await openDealIds(engine), []);
    });

    it('that did not take place leaves the deals', async () => {
      const decision = await exit();
      for (const outcome of ['notTaken', 'interrupted'] as const) {
        await engine.recordPassage(passageOf(decision, { outcome }));
      }
      await engine.recordPassage(passageOf(decision, { direction: 'in' }));
      await engine.recordPassage(passageOf(decision, { accessPoint: 'exit' }));
      assert.deepEqual(await openDealIds(engine), ['d1', 'd2']);
    });

    it('closes once, though it is recorded twice, and never what was opened later', async () => {
      const passage = passageOf(await exit());
      await engine.recordPassage(passage);
      await change(dealChange('d3', { openedAt: passage.at + 1 }));
      await engine.recordPassage(passage);
      assert.deepEqual(await openDealIds(engine), ['d3']);
    });

    it('behind the end of the time limit closes too: the decision has judged the time', async () => {
      const decision = await exit();
      clock.advance(31 * MINUTE);
      await engine.recordPassage(passageOf(decision, { at: clock.now() }));
      assert.deepEqual(await openDealIds(engine), []);
    });

    it('with goods that nobody cleared leaves the deal open, and raises an alarm', async () => {
      const decision = await exit();
      await change(dealChange('d3', { openedAt: decision.at + 1 }));
      await engine.recordPassage(passageOf(decision));
      assert.deepEqual(await openDealIds(engine), ['d3']);
      await engine.markDeal(markOf('d3', 'goods'));
      assert.ok((await eventCodes(engine)).includes('leftUncleared'));
    });

    it('that is only assumed closes as well', async () => {
      const accessPoints = RELEASE_CONFIG.accessPoints.map((point) => ({
        ...point,
        grantedCountsAsPassed: true,
      }));
      await engine.configure({ ...RELEASE_CONFIG, accessPoints });
      await exit();
      const { body } = await newest(engine, 'passage');
      assert.equal(body.confirmed, false);
      assert.deepEqual(await openDealIds(engine), []);
    });
  });

  describe('an override', () => {
    const request = { person: 'anna', reason: 'goods went back', author: 'guard' };

    beforeEach(async () => {
      await change(dealChange('d1'), dealChange('d2', { firm: 'south' }));
    });

    it('lets a visitor out once, is recorded with its reason, and closes the deals', async () => {
      await engine.overrideRelease(request);
      const { body } = await newest(engine, 'event');
      assert.equal(body.code, 'releaseOverridden');
      assert.equal(body.author, 'guard');
      assert.equal(body.details?.reason, 'goods went back');
      const decision = await exit();
      assert.equal(decision.outcome, 'granted');
      await engine.recordPassage(passageOf(decision));
      assert.deepEqual(await openDealIds(engine), []);
      await change(dealChange('d3', { openedAt: clock.now() }));
      assert.deepEqual((await exit()).reasons, ['exitBlocked']);
    });

    it('is not used up by a grant, survives a restart, and ends by itself', async () => {
      await engine.overrideRelease({ ...request, minutes: 5 });
      assert.equal((await exit()).outcome, 'granted');
      await restart();
      assert.equal((await exit()).outcome, 'granted');
      clock.advance(5 * MINUTE);
      assert.deepEqual((await exit()).reasons, ['exitBlocked']);
    });

    it('of a firm overrides its own deals only', async () => {
      await engine.overrideRelease({ ...request, scope: { firm: 'south' } });
      assert.deepEqual((await exit()).reasons, ['exitBlocked']);
      const { deals } = await engine.releaseState({ person: 'anna' });
      assert.deepEqual(
        deals.map(({ deal, overridden }) => [deal, overridden]),
        [
          ['d1', undefined],
          ['d2', true],
        ],
      );
    });

    it('needs a reason and somebody to let out', async () => {
      for (const reason of ['', '   ']) {
        await assert.rejects(engine.overrideRelease({ ...request, reason }), {
          code: 'INPUT_INVALID',
        });
      }
      const stranger = { ...request, person: 'nobody' };
      await assert.rejects(engine.overrideRelease(stranger), { code: 'NOT_FOUND' });
      const foreign = { ...request, person: 'boris', scope: { firm: 'south' } };
      await assert.rejects(engine.overrideRelease(foreign), { code: 'NOT_FOUND' });
    });
  });
});
