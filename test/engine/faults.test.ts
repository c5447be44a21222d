import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Store } from '../../lib/engine/store/store.ts';
import { AccessError } from '../../lib/model/errors.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { TestClock } from '../support/clock.ts';
import {
  eventCodes,
  newest,
  openFaultyEngine,
  openSampleEngine,
  type Wraps,
} from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, ANNA_PIN, attemptAt, card, CHIEF_CARD, pin } from '../support/sample-site.ts';

/** The same object with some methods replaced, as long as `active` says so. */
function broken<T extends object>(target: T, methods: Partial<T>, active: () => boolean): T {
  return new Proxy(target, {
    get(object, name) {
      const replaced = active() ? Reflect.get(methods, name) : undefined;
      const value: unknown = replaced ?? Reflect.get(object, name);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}

const fail = (): never => {
  throw new Error('injected');
};

describe('engine: faults', function () {
  this.timeout(20_000);
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;
  let faulty = false;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    faulty = false;
    await (await openSampleEngine(folder, clock)).close();
  });
  afterEach(async () => {
    faulty = false;
    await engine.close();
    removeFolder(folder);
  });

  const open = async (wraps: Wraps): Promise<void> => {
    engine = await openFaultyEngine(folder, clock, wraps);
    faulty = true;
  };
  const brokenStore = (methods: Partial<Store>): Wraps => ({
    store: (store) => broken(store, methods, () => faulty),
  });
  const brokenPolicy = (methods: Partial<Policy>): Wraps => ({
    policy: (policy) => broken(policy, methods, () => faulty),
  });
  const decideCard = () => engine.decide(attemptAt(clock.now(), 'front', card(ANNA_CARD)));

  for (const code of ['STORE_FULL', 'STORE_BROKEN'] as const) {
    it(`grants nothing while the store answers ${code}, and tells it afterwards`, async () => {
      await open(brokenStore({ append: () => Promise.reject(new AccessError(code, 'injected')) }));
      for (const value of [ANNA_CARD, CHIEF_CARD]) {
        const decision = await engine.decide(attemptAt(clock.now(), 'front', card(value)));
        assert.equal(decision.outcome, 'denied');
        assert.deepEqual(decision.reasons, ['storeBroken']);
        assert.equal('person' in decision, false);
        await assert.rejects(
          engine.claimCommand({ decision: decision.id, output: 'lock', action: 'pulse' }),
          { code: 'DECISION_INVALID' },
        );
      }
      assert.ok((await engine.health()).problems.includes(code));
      faulty = false;
      assert.equal((await decideCard()).outcome, 'granted');
      assert.equal((await engine.health()).state, 'ok');
      const { body } = await newest(engine, 'event');
      assert.equal(body.code, 'storeFailed');
      assert.equal(body.details?.code, code);
    });
  }

  const steps: [string, Wraps][] = [
    ['looking up a credential', brokenPolicy({ findCredential: fail })],
    ['naming a credential', brokenPolicy({ credentialAt: fail })],
    ['naming the PINs of a person', brokenPolicy({ pinsOf: fail })],
    ['evaluating the rules', brokenPolicy({ evaluate: fail })],
    ['reading secrets', brokenStore({ secrets: () => Promise.reject(new Error('injected')) })],
    ['finding PINs', brokenStore({ find: () => Promise.reject(new Error('injected')) })],
  ];
  for (const [step, wraps] of steps) {
    it(`refuses, records and reports an exception while ${step}`, async () => {
      await open(wraps);
      const attempt = attemptAt(clock.now(), 'vault', card(ANNA_CARD), pin(ANNA_PIN));
      const decision = await engine.decide(attempt);
      assert.equal(decision.outcome, 'denied');
      assert.deepEqual(decision.reasons, ['internalError']);
      assert.equal((await newest(engine, 'access')).body.decision.id, decision.id);
      assert.ok((await eventCodes(engine)).includes('internalError'));
      faulty = false;
      assert.equal((await engine.decide(attempt)).outcome, 'granted');
    });
  }

  it('refuses even if the clock itself fails', async () => {
    await open({});
    const now = clock.now;
    clock.now = fail;
    const attempt = attemptAt(now(), 'front', card(ANNA_CARD));
    const decision = await engine.decide(attempt);
    clock.now = now;
    assert.deepEqual([decision.outcome, ...decision.reasons], ['denied', 'internalError']);
  });

  it('drops a grant whose record took too long', async () => {
    await open({
      store: (store) => {
        const append: Store['append'] = async (record, side) => {
          const ref = await store.append(record, side);
          if (record.stream === 'access') clock.advance(3001);
          return ref;
        };
        return broken(store, { append }, () => faulty);
      },
    });
    const decision = await decideCard();
    assert.deepEqual([decision.outcome, ...decision.reasons], ['denied', 'stale']);
    assert.equal(decision.matchedPersonId, 'anna');
    await assert.rejects(
      engine.claimCommand({ decision: decision.id, output: 'lock', action: 'pulse' }),
      { code: 'DECISION_INVALID' },
    );
    assert.ok((await eventCodes(engine)).includes('decisionLate'));
  });

  it('decides nothing from a snapshot that could not follow the store', async () => {
    let fatal: unknown;
    await open({ ...brokenPolicy({ apply: fail }), onFatal: (error) => (fatal = error) });
    const value = { id: 'anna', status: 'disabled' };
    const changes = [{ op: 'update' as const, kind: 'person' as const, value }];
    await assert.rejects(engine.change({ changes, options: { author: 'test' } }), {
      code: 'INTERNAL',
    });
    assert.ok(fatal instanceof Error);
    faulty = false;
    assert.deepEqual((await decideCard()).reasons, ['internalError']);
    assert.ok((await engine.health()).problems.includes('snapshotBehind'));
  });
});
