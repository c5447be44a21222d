import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { TestClock } from '../support/clock.ts';
import { eventCodes, newest, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  ANNA_CARD,
  ANNA_DURESS,
  ANNA_PIN,
  attemptAt,
  BORIS_CARD,
  BORIS_PIN,
  card,
  pin,
  type Presented,
} from '../support/sample-site.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('engine: PINs', function () {
  this.timeout(30_000); // each comparison is slow on purpose
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const decide = (accessPoint: string, ...presented: Presented[]): Promise<Decision> =>
    engine.decide(attemptAt(clock.now(), accessPoint, ...presented));
  const reasons = async (accessPoint: string, ...presented: Presented[]): Promise<string[]> =>
    (await decide(accessPoint, ...presented)).reasons;
  const restart = async (): Promise<void> => {
    await engine.close();
    engine = await reopenEngine(folder, clock);
  };

  it('beside a card open for their holder only, in either order', async () => {
    assert.equal((await decide('vault', card(ANNA_CARD), pin(ANNA_PIN))).outcome, 'granted');
    assert.equal((await decide('vault', pin(ANNA_PIN), card(ANNA_CARD))).outcome, 'granted');
    const other = await decide('vault', card(ANNA_CARD), pin(BORIS_PIN));
    assert.equal(other.outcome, 'denied');
    assert.deepEqual(other.reasons, ['wrongPin']);
    assert.equal(other.matchedPersonId, 'anna');
  });

  it('are not looked at beside an unknown card', async () => {
    const decision = await decide('vault', card('04DEADBEEF0000'), pin(ANNA_PIN));
    assert.equal(decision.outcome, 'unknown');
    assert.deepEqual(decision.reasons, ['unknownCredential']);
  });

  it('alone open for the one who has it', async () => {
    const decision = await decide('yard', pin(BORIS_PIN));
    assert.equal(decision.person?.id, 'boris');
    assert.deepEqual(await reasons('yard', pin('555551')), ['unknownCredential']);
  });

  it('alone open for nobody when two people have the same', async () => {
    const value = { id: 'boris-two', person: 'boris', type: 'pin', value: ANNA_PIN };
    const changes = [{ op: 'create' as const, kind: 'credential' as const, value }];
    await engine.change({ changes, options: { author: 'test' } });
    assert.deepEqual(await reasons('yard', pin(ANNA_PIN)), ['unknownCredential']);
    assert.equal((await decide('vault', card(BORIS_CARD), pin(ANNA_PIN))).outcome, 'granted');
    assert.equal((await decide('vault', card(ANNA_CARD), pin(ANNA_PIN))).outcome, 'granted');
  });

  it('of a form that no PIN has are malformed and do not count', async () => {
    for (let count = 0; count < 6; count += 1) {
      assert.deepEqual(await reasons('vault', card(ANNA_CARD), pin('12')), ['malformed']);
    }
    assert.equal((await decide('vault', card(ANNA_CARD), pin(ANNA_PIN))).outcome, 'granted');
  });

  it('of duress open and raise a silent alarm, beside a card and alone', async () => {
    for (const presented of [[card(ANNA_CARD), pin(ANNA_DURESS)], [pin(ANNA_DURESS)]]) {
      const decision = await decide(presented.length === 2 ? 'vault' : 'yard', ...presented);
      assert.equal(decision.outcome, 'granted');
      assert.deepEqual(decision.marks, ['duress']);
      const { body } = await newest(engine, 'event');
      assert.equal(body.category, 'alarm');
      assert.equal(body.code, 'duress');
      assert.deepEqual(body.details, { person: 'anna', decision: decision.id });
    }
  });

  it('lock the person after five wrong ones, also over a restart, and only that person', async () => {
    const wrong = (): Promise<string[]> => reasons('vault', card(BORIS_CARD), pin('555551'));
    const right = (): Promise<Decision> => decide('vault', card(BORIS_CARD), pin(BORIS_PIN));
    for (let count = 0; count < 5; count += 1) assert.deepEqual(await wrong(), ['wrongPin']);
    assert.deepEqual((await right()).reasons, ['credentialLockedOut']);
    assert.deepEqual(await reasons('yard', pin(BORIS_PIN)), ['credentialLockedOut']);
    assert.equal((await decide('vault', card(ANNA_CARD), pin(ANNA_PIN))).outcome, 'granted');
    await restart();
    assert.deepEqual((await right()).reasons, ['credentialLockedOut']);
    clock.advance(MINUTE);
    assert.equal((await right()).outcome, 'granted');
    await restart();
    for (let count = 0; count < 4; count += 1) await wrong();
    assert.equal((await right()).outcome, 'granted', 'counted anew');
  });

  it('raise an alarm after fifteen wrong ones', async () => {
    for (let count = 0; count < 15; count += 1) {
      clock.advance(6 * MINUTE);
      await decide('vault', card(BORIS_CARD), pin('555551'));
    }
    assert.ok((await eventCodes(engine)).includes('credentialLockedOut'));
    const right = (): Promise<Decision> => decide('vault', card(BORIS_CARD), pin(BORIS_PIN));
    clock.advance(14 * MINUTE);
    assert.deepEqual((await right()).reasons, ['credentialLockedOut']);
    clock.advance(MINUTE);
    assert.equal((await right()).outcome, 'granted');
  });

  it('rest a keypad after ten wrong entries, also over a restart', async () => {
    for (let count = 0; count < 10; count += 1) await decide('yard', pin('555551'));
    const resting = async (): Promise<void> => {
      const { outcome, reasons: all } = await decide('yard', pin(BORIS_PIN));
      assert.deepEqual([outcome, ...all], ['denied', 'keypadLockedOut']);
    };
    await resting();
    await restart();
    await resting();
    assert.equal((await decide('vault', card(BORIS_CARD), pin(BORIS_PIN))).outcome, 'granted');
    clock.advance(30 * SECOND);
    assert.equal((await decide('yard', pin(BORIS_PIN))).outcome, 'granted');
  });

  it('guessed at the same time are compared five times, not more', async () => {
    const guesses = Array.from({ length: 30 }, () =>
      reasons('vault', card(BORIS_CARD), pin('555551')),
    );
    const wrong = (await Promise.all(guesses)).filter((found) => found.includes('wrongPin'));
    assert.equal(wrong.length, 5);
  });
});
