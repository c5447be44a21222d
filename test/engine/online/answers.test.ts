import assert from 'node:assert/strict';
import type { EngineService } from '../../../lib/engine/facade.ts';
import type { OnlineResult, ServerAnswer } from '../../../lib/engine/online/online.ts';
import type { Change } from '../../../lib/model/entity.ts';
import { uuidv7 } from '../../../lib/model/ids.ts';
import { TestClock } from '../../support/clock.ts';
import { eventCodes, newest, reopenEngine } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import {
  ANNA_CARD,
  BORIS_CARD,
  attemptAt,
  card,
  pin,
  reportOf,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
} from '../../support/sample-site.ts';

const VISITOR_CARD = '04C0FFEE000001';
const MINUTE = 60_000;

/** The sample site; its PINs take long to hash. */
const isPin = (change: Change) => 'value' in change && change.value.type === 'pin';
const WITHOUT_PINS = SAMPLE_CHANGES.filter((change) => !isPin(change));

const GRANT: ServerAnswer = {
  outcome: 'granted',
  reasons: [],
  person: { id: 'vera', name: 'Vera' },
  tag: 'vera-card',
  grant: { permission: 'visitors', source: 'reception' },
};

describe('what a server has answered', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  /** A new site for the tests of one group. */
  const useSite = (): void => {
    before(async () => {
      folder = makeFolder();
      clock = new TestClock();
      engine = await reopenEngine(folder, clock);
      await engine.configure(SAMPLE_CONFIG);
      await engine.change({ changes: WITHOUT_PINS, options: { author: 'test' } });
    });
    after(async () => {
      await engine.close();
      removeFolder(folder);
    });
  };

  const visitor = (where = 'front') => attemptAt(clock.now(), where, card(VISITOR_CARD));
  const take = (answer: ServerAnswer, attempt = visitor()) =>
    engine.takeAnswer({ attempt, answer, took: 12 });
  const claim = (decision: string, output = 'lock') =>
    engine.claimCommand({ decision, output, action: 'pulse', duration: 1000 });

  describe('in general', () => {
    useSite();

    it('is recorded as the decision of the server before it opens, once per output', async () => {
      const decision = await take(GRANT);
      assert.equal(decision.outcome, 'granted');
      assert.equal(decision.by, 'server');
      assert.deepEqual(decision.person, { id: 'vera', name: 'Vera' });
      assert.deepEqual(decision.grant, { permission: 'visitors', source: 'reception' });
      const { body } = await newest(engine, 'access');
      assert.deepEqual(body.decision, decision);
      assert.equal(body.credentials[0]?.value, '****001');
      await claim(decision.id);
      await assert.rejects(claim(decision.id), { code: 'COMMAND_USED' });
      await claim(decision.id, 'lamp');
    });

    it('opens for no longer than both the server and the door allow', async () => {
      const short = await take({ ...GRANT, life: 1000 });
      assert.equal(short.validUntil - short.at, 1000);
      const long = await take({ ...GRANT, life: 10_000 });
      assert.equal(long.validUntil - long.at, 3000);
      clock.advance(1001);
      await assert.rejects(claim(short.id), { code: 'COMMAND_EXPIRED' });
      await claim(long.id);
    });

    it('opens nothing after a restart of the engine', async () => {
      const { id } = await take(GRANT);
      await engine.close();
      engine = await reopenEngine(folder, clock);
      await assert.rejects(claim(id), { code: 'DECISION_INVALID' });
    });

    it('keeps its reasons where it is a no, and names nobody', async () => {
      const decision = await take({
        outcome: 'denied',
        reasons: ['noRight', 'expired'],
        matchedPersonId: 'vera',
      });
      assert.equal(decision.outcome, 'denied');
      assert.deepEqual(decision.reasons, ['expired', 'noRight']);
      assert.equal(decision.matchedPersonId, 'vera');
      assert.equal(decision.person, undefined);
      await assert.rejects(claim(decision.id), { code: 'DECISION_INVALID' });
    });

    it('opens nothing for a read that is too old by the time it comes', async () => {
      const attempt = visitor();
      clock.advance(3001);
      const late = await take(GRANT, attempt);
      assert.deepEqual([late.outcome, late.reasons, late.by], ['denied', ['stale'], 'local']);
      const slow = await engine.takeAnswerAfter(
        { attempt: visitor(), answer: GRANT, took: 9 },
        3001,
      );
      assert.deepEqual(slow.reasons, ['stale']);
    });

    it('opens no door that is not there or switched off here', async () => {
      const nowhere = await take(GRANT, visitor('elsewhere'));
      assert.deepEqual(nowhere.reasons, ['unknownAccessPoint']);
      const [front, ...others] = SAMPLE_CONFIG.accessPoints;
      assert.ok(front);
      await engine.configure({
        ...SAMPLE_CONFIG,
        accessPoints: [{ ...front, enabled: false }, ...others],
      });
      const off = await take(GRANT);
      assert.deepEqual(off.reasons, ['accessPointDisabled']);
      await engine.configure(SAMPLE_CONFIG);
    });

    it('alarms on duress here, too, and says so in the decision', async () => {
      const decision = await take({ ...GRANT, marks: ['duress'] });
      assert.deepEqual(decision.marks, ['duress']);
      assert.ok((await eventCodes(engine)).includes('duress'));
    });

    it('may be silence: nobody knows, with the reason, and the time counts for the figures', async () => {
      for (const silence of ['hostTimeout', 'hostUnreachable', 'hostRefused'] as const) {
        const decision = await engine.takeAnswer({ attempt: visitor(), silence, took: 2000 });
        const { outcome, reasons, by } = decision;
        assert.deepEqual(
          { outcome, reasons, by },
          { outcome: 'unknown', reasons: [silence], by: 'local' },
        );
      }
      const { times } = await engine.health();
      assert.ok(times.online.count >= 3);
      assert.equal(times.online.p99, 2000);
    });

    it('is refused in any other form', async () => {
      const attempt = visitor();
      const forms: unknown[] = [
        {},
        { attempt, took: 1 },
        { attempt, answer: { ...GRANT, open: true }, took: 1 },
        { attempt, answer: { ...GRANT, life: 60_000 }, took: 1 },
        { attempt, answer: { ...GRANT, outcome: 'yes' }, took: 1 },
        { attempt, silence: 'denyRule', took: 1 },
        { attempt, answer: GRANT, silence: 'hostTimeout', took: 1 },
      ];
      for (const form of forms) {
        await assert.rejects(engine.takeAnswer(form as OnlineResult), { code: 'INPUT_INVALID' });
      }
    });
  });

  describe('that may be kept', () => {
    useSite();
    beforeEach(() => engine.forgetAnswers({}));

    const KEPT: ServerAnswer = { ...GRANT, keep: 10 * MINUTE };

    it('lets the same credential pass the same door again without a question, until it ends', async () => {
      assert.equal((await engine.decide(visitor())).outcome, 'unknown');
      await take(KEPT);
      clock.advance(5 * MINUTE);
      const again = await engine.decide(visitor());
      assert.deepEqual([again.outcome, again.by, again.person?.id], ['granted', 'server', 'vera']);
      await claim(again.id);
      assert.equal((await engine.decide(visitor('exit'))).outcome, 'unknown');
      clock.advance(5 * MINUTE);
      assert.equal((await engine.decide(visitor())).outcome, 'unknown');
    });

    it('outlives a restart', async () => {
      await take(KEPT);
      await engine.close();
      engine = await reopenEngine(folder, clock);
      assert.equal((await engine.decide(visitor())).outcome, 'granted');
      clock.advance(11 * MINUTE);
      assert.equal((await engine.decide(visitor())).outcome, 'unknown');
    });

    it('does not count while the clock is in doubt', async () => {
      await take(KEPT);
      clock.step(-86_400_000);
      assert.notEqual((await engine.decide(visitor())).outcome, 'granted');
      clock.step(86_400_000);
      await engine.confirmClock({ author: 'test' });
      assert.equal((await engine.decide(visitor())).outcome, 'granted');
    });

    it('is not kept where a PIN was shown, nor where it was not a grant', async () => {
      const withPin = () => attemptAt(clock.now(), 'vault', card(VISITOR_CARD), pin('4711'));
      await take(KEPT, withPin());
      assert.notEqual((await engine.decide(withPin())).outcome, 'granted');
      await take({ ...KEPT, outcome: 'denied', reasons: ['noRight'] });
      assert.equal((await engine.decide(visitor())).outcome, 'unknown');
    });

    const ENDS: [string, object][] = [
      [
        'the person',
        { op: 'put', kind: 'person', value: { id: 'vera', name: 'Vera', status: 'disabled' } },
      ],
      [
        'a right of everyone',
        {
          op: 'put',
          kind: 'permission',
          value: {
            id: 'no',
            effect: 'deny',
            subject: { everyone: true },
            target: { everywhere: true },
          },
        },
      ],
      ['a schedule', { op: 'delete', kind: 'schedule', id: 'none' }],
    ];
    for (const [what, change] of ENDS) {
      it(`ends with a change of ${what}, also across a restart`, async () => {
        await take(KEPT);
        await engine.change({
          changes: [change as never, { op: 'put', kind: 'person', value: { id: 'x', name: 'X' } }],
          options: { author: 'sync', atomic: false },
        });
        assert.equal((await engine.decide(visitor())).outcome, 'unknown');
        await engine.close();
        engine = await reopenEngine(folder, clock);
        assert.equal((await engine.decide(visitor())).outcome, 'unknown');
        await engine.change({
          changes: [{ op: 'delete', kind: 'permission', id: 'no' }],
          options: { author: 'test', atomic: false },
        });
      });
    }

    it('stays when somebody else changes', async () => {
      await take(KEPT);
      const value = { id: 'anna', name: 'Anna B' };
      await engine.change({
        changes: [{ op: 'put', kind: 'person', value }],
        options: { author: 'x' },
      });
      assert.equal((await engine.decide(visitor())).outcome, 'granted');
    });

    it('is forgotten when the server says so', async () => {
      await take(KEPT);
      assert.equal(await engine.forgetAnswers({ person: 'anna' }), 0);
      assert.equal(await engine.forgetAnswers({ person: 'vera' }), 1);
      assert.equal((await engine.decide(visitor())).outcome, 'unknown');
      await take(KEPT);
      assert.equal(await engine.forgetAnswers({}), 1);
      assert.equal((await engine.decide(visitor())).outcome, 'unknown');
    });
  });

  describe('and a base that has to be confirmed', () => {
    useSite();

    const anna = (where = 'front') => attemptAt(clock.now(), where, card(ANNA_CARD));
    const HOUR = 60 * MINUTE;

    before(() =>
      engine.configure({ ...SAMPLE_CONFIG, site: { ...SAMPLE_CONFIG.site, confirmWithin: 12 } }),
    );

    it('grants from it while the server has confirmed it, then asks', async () => {
      assert.deepEqual((await engine.decide(anna())).reasons, ['unverified']);
      await engine.confirmBase({});
      assert.equal((await engine.decide(anna())).outcome, 'granted');
      clock.advance(12 * HOUR);
      const { outcome, reasons, matchedPersonId, grant } = await engine.decide(anna());
      assert.deepEqual(
        { outcome, reasons, matchedPersonId, grant },
        { outcome: 'unknown', reasons: ['unverified'], matchedPersonId: 'anna', grant: undefined },
      );
      await engine.confirmBase({});
      assert.equal((await engine.decide(anna())).outcome, 'granted');
    });

    it('still refuses by itself whom it knows to be refused, and keeps nobody in', async () => {
      // At eleven in the evening.
      const boris = await engine.decide(attemptAt(clock.now(), 'front', card(BORIS_CARD)));
      assert.deepEqual([boris.outcome, boris.reasons], ['denied', ['notPermittedNow']]);
      assert.equal((await engine.decide(anna('exit'))).outcome, 'granted');
    });

    it('is remembered across a restart, by the wall clock', async () => {
      await engine.confirmBase({});
      await engine.close();
      engine = await reopenEngine(folder, clock);
      assert.equal((await engine.decide(anna())).outcome, 'granted');
      clock.advance(12 * HOUR);
      assert.equal((await engine.decide(anna())).outcome, 'unknown');
    });
  });

  describe('at the server', () => {
    useSite();

    before(() => engine.reportGateway({ gateway: 'north', report: reportOf('front') }));

    const ask = (value: string, where = 'front', keep = 0) =>
      engine.decideFor({
        gateway: 'north',
        attempt: { ...attemptAt(clock.now(), where, card(value)), id: uuidv7(clock.now()) },
        keep,
      });

    it('is decided and recorded with the name of the gateway, and drives nothing there', async () => {
      const { decision } = await ask(ANNA_CARD);
      assert.deepEqual([decision.outcome, decision.by], ['granted', 'server']);
      const { body } = await newest(engine, 'access');
      assert.deepEqual([body.gateway, body.decision], ['north', decision]);
      await assert.rejects(claim(decision.id), { code: 'DECISION_INVALID' });
    });

    it('has the same reasons as everywhere', async () => {
      assert.deepEqual((await ask(VISITOR_CARD)).decision.reasons, ['unknownCredential']);
    });

    it('may be kept no longer than the right lasts, and a no not at all', async () => {
      const hour = 60 * MINUTE;
      assert.equal((await ask(ANNA_CARD, 'front', hour)).keep, hour);
      // Wednesday, 11:00 in Madrid: Boris may enter until 18:00.
      assert.equal((await ask(BORIS_CARD, 'front', 24 * hour)).keep, 7 * hour);
      assert.equal((await ask(VISITOR_CARD, 'front', hour)).keep, undefined);
      assert.equal((await ask(ANNA_CARD)).keep, undefined);
    });
  });
});
