import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { issueToken } from '../../lib/readers/token/issue.ts';
import { createTokenKeys } from '../../lib/readers/token/keys.ts';
import { TestClock } from '../support/clock.ts';
import { newest, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { attemptAt, qr } from '../support/sample-site.ts';

const REPLAYS = 1500;

describe('engine: dynamic QR codes', () => {
  const keys = createTokenKeys('ed25519');
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock();
    engine = await openSampleEngine(folder, clock);
    const value = {
      id: 'anna-phone',
      person: 'anna',
      type: 'qr',
      value: 'PHONE-1',
      tokenKey: keys.checking,
    };
    const options = { author: 'test' };
    await engine.change({ changes: [{ op: 'put', kind: 'credential', value }], options });
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const issue = (accessPoint = 'front', site = 'plant'): string =>
    issueToken(
      { site, accessPoints: [accessPoint], credential: 'PHONE-1', life: 30 },
      keys.signing,
      clock.now(),
    );
  const decide = (text: string, accessPoint = 'front'): Promise<Decision> =>
    engine.decide(attemptAt(clock.now(), accessPoint, qr(text)));

  it('open once', async () => {
    const token = issue();
    const first = await decide(token);
    assert.equal(first.person?.id, 'anna');
    const second = await decide(token);
    assert.equal(second.outcome, 'denied');
    assert.deepEqual(second.reasons, ['tokenUsed']);
    assert.equal((await decide(issue())).outcome, 'granted');
  });

  it('open once for thousands of replays, at the same time and after restarts', async function () {
    this.timeout(60_000);
    const token = issue();
    const replay = (): Promise<Decision[]> =>
      Promise.all(Array.from({ length: REPLAYS / 3 }, () => decide(token)));
    const outcomes = await replay();
    for (let restart = 0; restart < 2; restart += 1) {
      await engine.close();
      engine = await reopenEngine(folder, clock);
      outcomes.push(...(await replay()));
    }
    assert.equal(outcomes.length, REPLAYS);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'granted').length, 1);
  });

  it('open at their place, in their time and with their key only', async () => {
    assert.deepEqual((await decide(issue('vault'))).reasons[0], 'tokenInvalid');
    assert.deepEqual((await decide(issue('front', 'other'))).reasons[0], 'tokenInvalid');
    const other = createTokenKeys('ed25519').signing;
    const claims = { site: 'plant', accessPoints: ['front'], credential: 'PHONE-1', life: 30 };
    assert.deepEqual((await decide(issueToken(claims, other, clock.now()))).reasons, [
      'tokenInvalid',
    ]);
    const token = issue();
    clock.advance(30_000);
    assert.deepEqual((await decide(token)).reasons, ['tokenExpired']);
    assert.deepEqual((await decide('GW1:broken')).reasons, ['malformed']);
  });

  it('never open by the bare value', async () => {
    const decision = await decide('PHONE-1');
    assert.equal(decision.outcome, 'denied');
    assert.deepEqual(decision.reasons, ['tokenInvalid']);
  });

  it('do not open while the time is in doubt, not even by setting it back', async () => {
    const token = issue();
    assert.equal((await decide(token)).outcome, 'granted');
    clock.advance(60_000);
    clock.step(-60_000);
    assert.notEqual((await decide(token)).outcome, 'granted');
    const fresh = await decide(issue());
    assert.equal(fresh.outcome, 'denied');
    assert.ok(fresh.reasons.includes('clockUntrusted'));
  });

  it('stand in the log masked, with the credential they speak for', async () => {
    const token = issue();
    await decide(token);
    const { body } = await newest(engine, 'access');
    const value = `****${token.slice(-4)}`;
    assert.deepEqual(body.credentials, [{ type: 'qr', value, credential: 'anna-phone' }]);
  });
});
