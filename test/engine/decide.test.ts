import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { TestClock } from '../support/clock.ts';
import { eventCodes, newest, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  ANNA_CARD,
  ANNA_PIN,
  attemptAt,
  BORIS_CARD,
  card,
  CHIEF_CARD,
  pin,
  SAMPLE_CONFIG,
  type Presented,
} from '../support/sample-site.ts';

const HOUR = 3_600_000;

describe('engine: decisions', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  before(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
  });
  beforeEach(() => engine.configure(SAMPLE_CONFIG));
  after(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const decide = (accessPoint: string, ...presented: Presented[]): Promise<Decision> =>
    engine.decide(attemptAt(clock.now(), accessPoint, ...presented));

  it('count as an unconfirmed passage where no sensor can tell, and only there', async () => {
    const [first, ...others] = SAMPLE_CONFIG.accessPoints;
    assert.ok(first);
    const blind = { ...first, zoneFrom: 'street', zoneTo: 'hall', grantedCountsAsPassed: true };
    await engine.configure({ ...SAMPLE_CONFIG, accessPoints: [blind, ...others] });
    const decision = await decide(blind.id, card(ANNA_CARD));
    assert.equal(decision.outcome, 'granted');
    const passages = await engine.recentRecords({ stream: 'passage', limit: 10 });
    assert.equal(passages.length, 1);
    const { body } = passages[0] ?? assert.fail();
    assert.equal(body.decision, decision.id);
    assert.equal(body.person, 'anna');
    assert.equal(body.confirmed, false);
    assert.deepEqual([body.zoneFrom, body.zoneTo], ['street', 'hall']);
    await engine.configure(SAMPLE_CONFIG);
    clock.advance(10_000);
    await decide(blind.id, card(ANNA_CARD));
    assert.equal((await engine.recentRecords({ stream: 'passage', limit: 10 })).length, 1);
  });

  it('grant, name the person, and stand in the log before the answer', async () => {
    const decision = await decide('front', card(ANNA_CARD));
    assert.equal(decision.outcome, 'granted');
    assert.deepEqual(decision.person, { id: 'anna', name: 'Anna' });
    assert.deepEqual(decision.grant, { permission: 'anna-all' });
    assert.deepEqual(decision.reasons, []);
    assert.equal(decision.direction, 'in');
    assert.equal(decision.at, clock.now());
    assert.equal(decision.validUntil, clock.now() + 3000);
    const { body, at, clock: state } = await newest(engine, 'access');
    assert.deepEqual(body.decision, decision);
    assert.deepEqual([at, state], [clock.now(), 'trusted']);
    assert.deepEqual(body.credentials, [
      { type: 'card', value: '****5F6', credential: 'anna-card' },
    ]);
  });

  it('refuse a known person without naming them as the one who passed (D5)', async () => {
    clock.advance(12 * HOUR);
    const decision = await decide('front', card(BORIS_CARD));
    assert.equal(decision.outcome, 'denied');
    assert.deepEqual(decision.reasons, ['notPermittedNow']);
    assert.equal(decision.text, 'Not permitted at this time');
    assert.equal(decision.matchedPersonId, 'boris');
    assert.equal('person' in decision || 'grant' in decision, false);
    assert.equal(decision.validUntil, decision.at);
    assert.deepEqual((await newest(engine, 'access')).body.decision, decision);
  });

  it('leave an unknown card to the server and record it', async () => {
    const decision = await decide('front', card('04DEADBEEF0000'));
    assert.equal(decision.outcome, 'unknown');
    assert.deepEqual(decision.reasons, ['unknownCredential']);
    const { body } = await newest(engine, 'access');
    assert.equal(body.decision.outcome, 'unknown');
    assert.equal(body.credentials[0]?.credential, undefined);
  });

  it('find a card however it is spelled', async () => {
    assert.equal((await decide('front', card('04:a1:b2:c3:d4:e5:f6'))).outcome, 'granted');
    assert.equal((await decide('front', card('04 A1 B2 C3 D4 E5 F6'))).outcome, 'granted');
  });

  it('refuse a damaged reading', async () => {
    const { outcome, reasons } = await decide('front', card('not-hex'));
    assert.equal(outcome, 'denied');
    assert.deepEqual(reasons, ['malformed']);
  });

  it('refuse what is not set up', async () => {
    const decision = await decide('nowhere', card(ANNA_CARD));
    assert.equal(decision.outcome, 'denied');
    assert.ok(decision.reasons.includes('unknownAccessPoint'));
  });

  it('let people out by the button where that is allowed', async () => {
    const press = (accessPoint: string): Promise<Decision> =>
      engine.decide({ ...attemptAt(clock.now(), accessPoint), requestToExit: true });
    assert.equal((await press('exit')).outcome, 'granted');
    assert.equal((await newest(engine, 'access')).body.requestToExit, true);
    assert.notEqual((await press('front')).outcome, 'granted');
  });

  it('see a change at once', async () => {
    const setStatus = async (status: string): Promise<void> => {
      const change = { op: 'update', kind: 'person', value: { id: 'anna', status } } as const;
      await engine.change({ changes: [change], options: { author: 'guard' } });
    };
    await setStatus('disabled');
    assert.deepEqual((await decide('front', card(ANNA_CARD))).reasons, ['personDisabled']);
    await setStatus('active');
    assert.equal((await decide('front', card(ANNA_CARD))).outcome, 'granted');
  });

  it('drop reads that are too old, by the wall clock or on their way', async () => {
    const attempt = attemptAt(clock.now(), 'front', card(ANNA_CARD));
    assert.deepEqual((await engine.decideAfter(attempt, 3001)).reasons, ['stale']);
    assert.equal((await engine.decideAfter(attempt, 2500)).outcome, 'granted');
    clock.advance(3001);
    assert.deepEqual((await engine.decide(attempt)).reasons, ['stale']);
    const future = attemptAt(clock.now() + 2001, 'front', card(ANNA_CARD));
    assert.deepEqual((await engine.decide(future)).reasons, ['stale']);
    assert.equal((await newest(engine, 'access')).body.decision.outcome, 'denied');
  });

  it('count the age of an attempt from its last factor', async () => {
    const attempt = attemptAt(clock.now(), 'vault', card(ANNA_CARD), pin(ANNA_PIN));
    clock.advance(8000);
    const last = attempt.credentials[1];
    assert.ok(last);
    last.at = clock.now();
    assert.equal((await engine.decide(attempt)).outcome, 'granted');
  });

  it('refuse to take a malformed attempt at all', async () => {
    const attempt = { ...attemptAt(clock.now(), 'front'), surprise: 1 };
    await assert.rejects(engine.decide(attempt), { code: 'INPUT_INVALID' });
  });

  it('show card values in the log only if the site wants that, PINs never', async () => {
    const site = { ...SAMPLE_CONFIG.site, logValues: 'plain' as const };
    await engine.configure({ ...SAMPLE_CONFIG, site });
    await decide('vault', card(ANNA_CARD), pin(ANNA_PIN));
    const { body } = await newest(engine, 'access');
    assert.equal(body.credentials[0]?.value, ANNA_CARD);
    assert.match(body.credentials[1]?.value ?? '', /^[\w-]{22}$/);
    assert.equal(JSON.stringify(body).includes(ANNA_PIN), false);
  });

  it('keep hostile text out of the log', async () => {
    const site = { ...SAMPLE_CONFIG.site, logValues: 'plain' as const };
    await engine.configure({ ...SAMPLE_CONFIG, site });
    await decide('front', { type: 'qr', value: 'a\r\nb\u001b[31m\u202e' + 'x'.repeat(400) });
    const value = (await newest(engine, 'access')).body.credentials[0]?.value ?? '';
    assert.equal(/\p{C}/u.test(value), false);
    assert.ok(value.length <= 256);
  });

  it('let a break-glass group pass everywhere, with an alarm, and after a restart', async () => {
    const alarms: string[] = [];
    const listen = (): void => void engine.on('alarm', ({ code }) => alarms.push(code));
    listen();
    const first = await decide('vault', card(CHIEF_CARD));
    assert.equal(first.outcome, 'granted');
    assert.deepEqual(first.marks, ['breakGlass']);
    await engine.close();
    engine = await reopenEngine(folder, clock);
    listen();
    assert.equal((await decide('yard', card(CHIEF_CARD))).outcome, 'granted');
    assert.deepEqual(alarms, ['breakGlass', 'breakGlass']);
    assert.equal((await eventCodes(engine)).filter((code) => code === 'breakGlass').length, 2);
  });

  it('go on after a restart with the configuration of before', async () => {
    await engine.close();
    engine = await reopenEngine(folder, clock);
    assert.equal((await decide('front', card(ANNA_CARD))).outcome, 'granted');
    assert.equal((await engine.health()).accessPoints, 4);
    const codes = await eventCodes(engine);
    assert.deepEqual(codes.slice(-2), ['engineStopped', 'engineStarted']);
    assert.equal(codes.indexOf('configured'), 1, 'told when it changes, not at every start');
    await engine.configure(SAMPLE_CONFIG);
    assert.equal((await eventCodes(engine)).length, codes.length);
  });
});
