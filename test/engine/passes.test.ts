import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Passage } from '../../lib/model/decision.ts';
import type { Change, EntityKind } from '../../lib/model/entity.ts';
import type { PassRequest } from '../../lib/model/pass-request.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { TestClock } from '../support/clock.ts';
import { openFaultyEngine, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, attemptAt, card } from '../support/sample-site.ts';

const HOUR = 3_600_000;
const SPARE = '04AAAAAAAAAA01';
const OTHER = '04AAAAAAAAAA02';

describe('engine: passes', () => {
  let folder: string;
  let engine: EngineService;
  let clock: TestClock;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
    await change(
      put('firm', { id: 'f1', name: 'Alpha', roles: ['employer'], penalty: PENALTY }),
      put('employment', { id: 'e1', person: 'anna', firm: 'f1' }),
      put('person', { id: 'pool', name: 'Visitor cards' }),
      put('person', { id: 'guest', name: 'Guest' }),
      put('permission', {
        ...{ id: 'guests', subject: { person: 'guest' }, target: { everywhere: true } },
      }),
      put('credential', { id: 'spare', person: 'pool', type: 'card', value: SPARE }),
      put('credential', { id: 'other', person: 'pool', type: 'card', value: OTHER }),
    );
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const put = (kind: EntityKind, value: Record<string, unknown>): Change => {
    return { op: 'put', kind, value };
  };
  async function change(...changes: Change[]): Promise<void> {
    const { failed } = await engine.change({ changes, options: { author: 'test' } });
    assert.deepEqual(failed, []);
  }
  const ask = (request: PassRequest) =>
    engine.changePass({ request, options: { author: 'reception' } });
  const visit = (more: object = {}) =>
    ask({
      ...{ operation: 'issue', tag: 'spare', person: 'guest', type: 'oneOff', host: 'anna' },
      ...{ firm: 'f1', ...more },
    });
  async function result(value: string, accessPoint = 'front'): Promise<string> {
    const decision = await engine.decide(attemptAt(clock.now(), accessPoint, card(value)));
    return decision.outcome === 'granted'
      ? `granted ${decision.person?.id}`
      : String(decision.reasons[0]);
  }
  const passage = (more: Partial<Passage>): Passage => ({
    ...{ id: uuidv7(clock.now()), at: clock.now(), accessPoint: 'exit', outcome: 'taken' },
    ...{ direction: 'out', confirmed: true, tag: 'spare', person: 'guest', host: 'anna', ...more },
  });
  const events = async () => {
    const all = await engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
    return all.map(({ body }) => body).filter(({ category }) => category === 'administration');
  };

  it('opens for the holder of a pass, and names the host in everything', async () => {
    assert.equal(await result(SPARE), 'noRight'); // the pool has no rights
    await visit();
    const decision = await engine.decide(attemptAt(clock.now(), 'front', card(SPARE)));
    assert.equal(decision.person?.id, 'guest');
    assert.equal(decision.tag, 'spare');
    assert.equal(decision.host, 'anna');
    const event = (await events()).at(-1);
    assert.equal(event?.code, 'passIssued');
    assert.equal(event.details?.host, 'anna');
  });

  it('ends a one-off pass with its exit, and checks the visitor out', async () => {
    const { pass } = await visit();
    await engine.recordPassage(passage({ direction: 'in' }));
    await engine.recordPassage(passage({ outcome: 'notTaken' }));
    assert.equal(await result(SPARE), 'granted guest');
    await engine.recordPassage(passage({}));
    assert.equal(await result(SPARE), 'credentialDisabled');
    const [stored] = await engine.find({ kind: 'pass', id: pass.id });
    assert.deepEqual([stored?.status, stored?.end], ['inactive', 'exit']);
    const event = (await events()).at(-1);
    assert.equal(event?.code, 'checkedOut');
    assert.equal(event.details?.host, 'anna');
    await engine.recordPassage(passage({}));
    assert.equal((await events()).filter(({ code }) => code === 'checkedOut').length, 1);
  });

  it('does not end a permanent pass with an exit', async () => {
    await ask({ operation: 'issue', tag: 'spare', person: 'guest', type: 'permanent' });
    await engine.recordPassage(passage({}));
    assert.equal(await result(SPARE), 'granted guest');
  });

  it('has ended the pass in the transaction of the passage, should it crash right behind', async () => {
    const { pass } = await visit();
    // Closing does not wait for what follows the record.
    const recorded = engine.recordPassage(passage({}));
    await Promise.allSettled([engine.close(), recorded]);
    engine = await reopenEngine(folder, clock);
    const passages = await engine.recentRecords({ stream: 'passage', limit: 1 });
    const [stored] = await engine.find({ kind: 'pass', id: pass.id });
    assert.equal(stored?.status, passages.length === 1 ? 'inactive' : 'active');
    const expected = passages.length === 1 ? 'credentialDisabled' : 'granted guest';
    assert.equal(await result(SPARE), expected);
  });

  it('decides nothing more from a snapshot that did not learn of the exit', async () => {
    const { pass } = await visit();
    await engine.close();
    let fatal = false;
    const broken = () => Promise.reject(new AccessError('STORE_FULL', 'no room'));
    engine = await openFaultyEngine(folder, clock, {
      store: (store) => Object.assign(store, { change: broken }),
      onFatal: () => {
        fatal = true;
      },
    });
    await engine.recordPassage(passage({}));
    assert.ok(fatal); // the process ends and starts anew
    assert.equal(await result(SPARE), 'internalError');
    await engine.close();
    engine = await reopenEngine(folder, clock);
    assert.equal(await result(SPARE), 'credentialDisabled');
    const [stored] = await engine.find({ kind: 'pass', id: pass.id });
    assert.deepEqual([stored?.end, stored?.endedAt], ['exit', local(clock.now())]);
  });

  it('suspends a forgotten pass until its stand-in ends or expires, to the second', async () => {
    const main = await ask({
      operation: 'issue',
      tag: 'anna-card',
      person: 'anna',
      type: 'permanent',
    });
    const forgotten = { operation: 'replace', pass: main.pass.id, reason: 'forgotten' } as const;
    const until = local(clock.now() + 2 * HOUR);
    await ask({ ...forgotten, tag: 'spare', validTo: until });
    assert.equal(await result(SPARE), 'granted anna');
    assert.equal(await result(ANNA_CARD), 'notYetValid');
    clock.advance(2 * HOUR - 1000);
    assert.equal(await result(SPARE), 'granted anna');
    clock.advance(1000);
    assert.equal(await result(SPARE), 'expired');
    assert.equal(await result(ANNA_CARD), 'granted anna');
    const second = await ask({ ...forgotten, tag: 'other' });
    assert.equal(await result(ANNA_CARD), 'notYetValid');
    await ask({ operation: 'return', tag: 'other' });
    assert.equal(second.pass.validTo, local(clock.now()).slice(0, 10));
    assert.equal(await result(ANNA_CARD), 'granted anna');
    assert.equal(await result(OTHER), 'credentialDisabled');
  });

  it('blocks the tag of a lost pass', async () => {
    const { pass } = await ask({
      ...{ operation: 'issue', tag: 'anna-card', person: 'anna', type: 'permanent' },
    });
    await ask({ operation: 'replace', pass: pass.id, tag: 'spare', reason: 'lost' });
    assert.equal(await result(ANNA_CARD), 'credentialDisabled');
    assert.equal(await result(SPARE), 'granted anna');
    const again = { operation: 'issue', tag: 'anna-card', person: 'guest', type: 'permanent' };
    await assert.rejects(ask(again as PassRequest), { code: 'CONFLICT' });
  });

  it('lists what was not brought back', async () => {
    const { pass } = await visit({ validTo: local(clock.now() + HOUR) });
    assert.deepEqual(await engine.unreturnedPasses({}), []);
    clock.advance(HOUR);
    const [first] = await engine.unreturnedPasses({ firm: 'f1' });
    assert.equal(first?.id, pass.id);
    assert.deepEqual(await engine.unreturnedPasses({ scope: { firm: 'nobody' } }), []);
    await ask({ operation: 'return', tag: 'spare' });
    assert.deepEqual(await engine.unreturnedPasses({}), []);
  });

  it('counts penalty points, tells when they reach the threshold, and refuses beyond it', async () => {
    const main = await ask({
      operation: 'issue',
      tag: 'anna-card',
      person: 'anna',
      type: 'permanent',
    });
    const forgotten = { operation: 'replace', pass: main.pass.id, reason: 'forgotten' } as const;
    for (const points of [2, 4]) {
      const { penalty } = await ask({ ...forgotten, tag: 'spare' });
      assert.equal(penalty?.points, points);
      await ask({ operation: 'return', tag: 'spare' });
    }
    await assert.rejects(ask({ ...forgotten, tag: 'spare' }), /4 penalty points at f1/);
    const told = (await events()).filter(({ code }) => code === 'penaltyThreshold');
    assert.equal(told.length, 1);
    const state = await engine.penalty({ person: 'anna', firm: 'f1' });
    const waived = state?.entries[0]?.pass ?? '';
    await ask({ operation: 'waive', pass: waived, reason: 'the gate was shut' });
    assert.equal((await engine.penalty({ person: 'anna', firm: 'f1' }))?.points, 2);
    await ask({ ...forgotten, tag: 'spare' });
    const [waiver] = await engine.find({ kind: 'waiver', person: 'anna' });
    assert.deepEqual([waiver?.reason, waiver?.author], ['the gate was shut', 'reception']);
  });
});

const PENALTY = {
  ...{ weights: { forgotten: 2, lost: 5 }, days: 30, threshold: 4 },
  action: 'refuse',
};

/** Local time in Madrid in June. */
function local(instant: number): string {
  return new Date(instant + OFFSET).toISOString().slice(0, 19);
}
const OFFSET = 2 * HOUR;
