import assert from 'node:assert/strict';
import type { EngineService } from '../../lib/engine/facade.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { TestClock } from '../support/clock.ts';
import { eventCodes, newest, openSampleEngine, reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, attemptAt, BORIS_CARD, card, SAMPLE_CONFIG } from '../support/sample-site.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
/** A Saturday: the office is closed, whatever another day would say. */
const SATURDAY = Date.UTC(2026, 5, 13, 10, 0, 0);

describe('engine: steps of the clock', () => {
  let folder: string;
  let clock: TestClock;
  let engine: EngineService;

  beforeEach(async () => {
    folder = makeFolder();
    clock = new TestClock(SATURDAY);
    engine = await openSampleEngine(folder, clock);
    await decide(BORIS_CARD);
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  const decide = (value: string): Promise<Decision> =>
    engine.decide(attemptAt(clock.now(), 'front', card(value)));
  const restart = async (): Promise<void> => {
    await engine.close();
    engine = await reopenEngine(folder, clock);
  };

  // Each of these would be office hours if it were believed.
  for (const [name, step] of [
    ['a day back', -DAY],
    ['thirty days ahead', 30 * DAY],
    ['ten years ahead', 10 * YEAR + 2 * DAY],
    ['ten years back', -10 * YEAR - 2 * DAY],
  ] as const) {
    it(`${name} open nothing that has a time limit, before and after a restart`, async () => {
      clock.step(step);
      for (let round = 0; round < 2; round += 1) {
        const decision = await decide(BORIS_CARD);
        assert.equal(decision.outcome, 'denied');
        assert.ok(decision.reasons.includes('clockUntrusted'), decision.reasons.join());
        assert.equal((await newest(engine, 'access')).clock, 'untrusted');
        await restart();
      }
      assert.equal((await engine.health()).clock, 'untrusted');
      const codes = await eventCodes(engine);
      assert.ok(codes.includes('clockStepped') && codes.includes('clockUntrusted'));
    });
  }

  it('leave those with an unlimited right in, if the site wants that', async () => {
    const site = { ...SAMPLE_CONFIG.site, untrustedClock: 'alwaysOnly' as const };
    await engine.configure({ ...SAMPLE_CONFIG, site });
    clock.step(-DAY);
    assert.equal((await decide(ANNA_CARD)).outcome, 'granted');
    assert.equal((await decide(BORIS_CARD)).outcome, 'denied');
    await engine.configure(SAMPLE_CONFIG);
    assert.equal((await decide(ANNA_CARD)).outcome, 'denied');
  });

  it('end when somebody confirms the clock, which is written down', async () => {
    clock.step(30 * DAY);
    await decide(BORIS_CARD);
    clock.step(-30 * DAY - HOUR);
    assert.ok((await decide(BORIS_CARD)).reasons.includes('clockUntrusted'));
    await engine.confirmClock({ author: 'guard' });
    assert.deepEqual((await decide(BORIS_CARD)).reasons, ['notPermittedNow']);
    await restart();
    assert.deepEqual((await decide(BORIS_CARD)).reasons, ['notPermittedNow'], 'after a restart');
    const events = await engine.readRecords({ stream: 'event', after: 0, limit: 100 });
    const confirmed = events.find(({ body }) => body.code === 'clockConfirmed');
    assert.deepEqual(
      [confirmed?.body.category, confirmed?.body.author],
      ['administration', 'guard'],
    );
  });

  it('keep the numbers of the records in order', async () => {
    for (const step of [-DAY, 30 * DAY, -10 * YEAR, HOUR]) {
      clock.step(step);
      await decide(ANNA_CARD);
    }
    const rows = await engine.readRecords({ stream: 'access', after: 0, limit: 100 });
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      [1, 2, 3, 4, 5],
    );
  });

  it('of daylight saving are none: the office opens at nine by the wall', async () => {
    await engine.close();
    // Fridays before and Mondays after the changes of 2026 in Madrid: 29 March and 25 October.
    const nine: [number, number][] = [
      [Date.UTC(2026, 2, 27, 8), Date.UTC(2026, 2, 30, 7)],
      [Date.UTC(2026, 9, 23, 7), Date.UTC(2026, 9, 26, 8)],
    ];
    for (const [before, after] of nine) {
      clock = new TestClock(before - 60_000);
      removeFolder(folder);
      engine = await openSampleEngine(folder, clock);
      assert.deepEqual((await decide(BORIS_CARD)).reasons, ['notPermittedNow']);
      clock.advance(60_000);
      assert.equal((await decide(BORIS_CARD)).outcome, 'granted');
      clock.advance(after - before - 60_000);
      assert.deepEqual((await decide(BORIS_CARD)).reasons, ['notPermittedNow']);
      clock.advance(60_000);
      assert.equal((await decide(BORIS_CARD)).outcome, 'granted');
      await engine.close();
    }
    engine = await openSampleEngine(folder, clock);
  });
});
