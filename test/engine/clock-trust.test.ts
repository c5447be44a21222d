import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  BUILD_FLOOR,
  createClockTrust,
  type ClockMemory,
  type ClockTrust,
} from '../../lib/engine/clock-trust.ts';
import { TestClock } from '../support/clock.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('engine: trust in the clock', () => {
  let clock: TestClock;
  let trust: ClockTrust;
  let codes: string[];

  function start(memory: ClockMemory = { floor: 0, confirmNeeded: false }): void {
    codes = [];
    trust = createClockTrust({ clock, memory, report: ({ code }) => codes.push(code) });
  }

  beforeEach(() => {
    clock = new TestClock();
    start();
  });

  it('takes a jump ahead soon after power-on for a clock that was set right', () => {
    clock.uptime = () => 5 * 60 * SECOND;
    clock.step(3 * DAY);
    assert.ok(trust.read().trusted);
    assert.ok(codes.includes('clockStepped'));
    clock.uptime = () => 20 * 60 * SECOND;
    clock.step(3 * DAY);
    assert.ok(!trust.read().trusted);
  });

  const trusted = (): boolean => trust.read().trusted;

  it('trusts a clock that goes on', () => {
    for (let hour = 0; hour < 48; hour += 1) {
      clock.advance(HOUR);
      assert.equal(trusted(), true);
    }
    assert.deepEqual(codes, []);
  });

  it('warns of a drift over one second and raises an alarm over ten', () => {
    clock.step(900);
    assert.equal(trusted(), true);
    assert.deepEqual(codes, []);
    clock.step(400);
    assert.equal(trusted(), true);
    clock.step(11 * SECOND);
    assert.equal(trusted(), true);
    assert.deepEqual(codes, ['clockDrift', 'clockStepped']);
  });

  it('doubts a clock that was set back until it has caught up', () => {
    trust.read();
    clock.step(-DAY);
    assert.equal(trusted(), false);
    clock.advance(DAY - 10 * SECOND);
    assert.equal(trusted(), false);
    clock.advance(9 * SECOND);
    assert.equal(trusted(), false, 'within the tolerance, but doubted before');
    clock.advance(SECOND);
    assert.equal(trusted(), true);
    assert.deepEqual(codes, ['clockStepped', 'clockUntrusted', 'clockTrusted']);
  });

  it('bears a small correction backwards', () => {
    trust.read();
    clock.step(-1500);
    assert.equal(trusted(), true);
  });

  it('doubts a jump of more than a day ahead until somebody confirms it', () => {
    clock.step(30 * DAY);
    assert.equal(trusted(), false);
    clock.step(-30 * DAY);
    assert.equal(trusted(), false, 'a second jump proves nothing');
    assert.equal(trust.confirm().trusted, true);
    assert.equal(trusted(), true);
  });

  it('trusts a jump of hours ahead, as after a sleep', () => {
    clock.step(20 * HOUR);
    assert.equal(trusted(), true);
    assert.deepEqual(codes, ['clockStepped']);
  });

  it('doubts years in which no gateway of this release can be', () => {
    for (const at of [0, BUILD_FLOOR - DAY, BUILD_FLOOR + 40 * YEAR]) {
      clock = new TestClock(at);
      start();
      assert.equal(trusted(), false, new Date(at).toISOString());
    }
  });

  it('keeps the floor and the doubt over a restart', () => {
    trust.read();
    clock.step(-10 * YEAR);
    trust.read();
    start(trust.memory());
    assert.equal(trusted(), false);

    clock = new TestClock();
    start();
    clock.step(2 * DAY);
    trust.read();
    start(trust.memory());
    assert.equal(trusted(), false);
  });

  it('believes a confirmation even if the time goes back', () => {
    clock.step(20 * HOUR);
    trust.read();
    clock.step(-20 * HOUR);
    assert.equal(trusted(), false);
    assert.equal(trust.confirm().trusted, true);
    clock.advance(HOUR);
    assert.equal(trusted(), true);
  });

  it('never trusts a time before one that it has trusted, whatever the steps', () => {
    const steps = fc.array(fc.integer({ min: -2 * YEAR, max: 2 * YEAR }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (all) => {
        clock = new TestClock();
        start();
        let newest = 0;
        for (const step of all) {
          clock.step(step);
          clock.advance(SECOND);
          const moment = trust.read();
          if (!moment.trusted) continue;
          assert.ok(moment.now >= newest - 2 * SECOND);
          newest = Math.max(newest, moment.now);
        }
      }),
    );
  });
});
