import assert from 'node:assert/strict';
import { createLockouts, type Lockouts } from '../../lib/engine/lockouts.ts';
import type { SideState, SideWrite } from '../../lib/engine/store/store.ts';
import { TestClock } from '../support/clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

describe('engine: lock-outs', () => {
  let clock: TestClock;
  let stored: Map<string, SideState['lockouts'][number]>;
  let lockouts: Lockouts;

  const restart = (): void => {
    lockouts = createLockouts(clock, [...stored.values()]);
  };
  const keep = (side: SideWrite[]): void => {
    for (const write of side) if (write.kind === 'lockout') stored.set(write.subject, write);
  };

  beforeEach(() => {
    clock = new TestClock();
    stored = new Map();
    restart();
  });

  /** Types a wrong PIN at a new keypad each time, so that only the person counts. */
  function wrong(person: string | undefined, keypad = `k${clock.monotonic()}`): string[] {
    clock.advance(SECOND);
    const { side, alarms } = lockouts.begin(keypad, person).wrong();
    keep(side);
    return alarms.map(({ code }) => code);
  }

  it('lock a person for a minute, five minutes, then quarters of an hour with an alarm', () => {
    const waits: number[] = [];
    const alarms: string[] = [];
    for (let count = 1; count <= 25; count += 1) {
      alarms.push(...wrong('anna'));
      if (!lockouts.personLocked('anna')) continue;
      assert.equal(count % 5, 0);
      let wait = 0;
      while (lockouts.personLocked('anna')) {
        clock.advance(SECOND);
        wait += SECOND;
      }
      waits.push(wait);
    }
    assert.deepEqual(waits, [MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE]);
    assert.deepEqual(alarms, Array(3).fill('credentialLockedOut'));
    assert.equal(lockouts.personLocked('boris'), false);
  });

  it('forget the wrong PINs of a person after a right one', () => {
    for (let count = 0; count < 4; count += 1) wrong('anna');
    keep(lockouts.begin('k', 'anna').right().side);
    assert.equal(stored.get('person:anna')?.failures, 0);
    for (let count = 0; count < 4; count += 1) wrong('anna');
    assert.equal(lockouts.personLocked('anna'), false);
    wrong('anna');
    assert.equal(lockouts.personLocked('anna'), true);
  });

  it('do not lock by a right PIN that was typed fifth', () => {
    for (let count = 0; count < 4; count += 1) wrong('anna');
    const fifth = lockouts.begin('k', 'anna');
    assert.equal(lockouts.personLocked('anna'), true, 'counted as wrong until it is known');
    fifth.right();
    assert.equal(lockouts.personLocked('anna'), false);
  });

  it('let parallel guesses gain nothing', () => {
    const guesses = [];
    while (!lockouts.personLocked('anna')) guesses.push(lockouts.begin('k', 'anna'));
    assert.equal(guesses.length, 5);
  });

  it('rest a keypad for 30 s after ten wrong entries in a minute', () => {
    for (let count = 0; count < 10; count += 1) {
      assert.equal(lockouts.keypadResting('k'), false);
      wrong(undefined, 'k');
    }
    assert.equal(lockouts.keypadResting('k'), true);
    assert.equal(lockouts.keypadResting('other'), false);
    clock.advance(30 * SECOND);
    assert.equal(lockouts.keypadResting('k'), false);
  });

  it('evaluate at most a hundred of a million guesses a day at one keypad', () => {
    let evaluated = 0;
    for (let guess = 0; guess < 1_000_000; guess += 1) {
      clock.advance(DAY / 1_000_000);
      if (lockouts.keypadResting('k')) continue;
      evaluated += 1;
      keep(lockouts.begin('k').wrong().side);
    }
    assert.equal(evaluated, 100);
  });

  it('do not count right PINs against a busy keypad', () => {
    for (let count = 0; count < 1000; count += 1) {
      clock.advance(SECOND);
      assert.equal(lockouts.keypadResting('k'), false);
      lockouts.begin('k', `p${count}`).right();
    }
  });

  it('survive a restart', () => {
    for (let count = 0; count < 10; count += 1) wrong(undefined, 'k');
    for (let count = 0; count < 5; count += 1) wrong('anna');
    restart();
    assert.equal(lockouts.personLocked('anna'), true);
    assert.equal(lockouts.keypadResting('k'), true);
    clock.advance(MINUTE);
    assert.equal(lockouts.personLocked('anna'), false);
    for (let count = 0; count < 5; count += 1) wrong('anna');
    clock.advance(4 * MINUTE);
    assert.equal(lockouts.personLocked('anna'), true, 'the tenth in all');
  });

  it('are not prolonged by a clock that lost its time', () => {
    for (let count = 0; count < 5; count += 1) wrong('anna');
    clock.step(-10 * 365 * DAY);
    restart();
    assert.equal(lockouts.personLocked('anna'), true);
    clock.advance(15 * MINUTE);
    assert.equal(lockouts.personLocked('anna'), false);
  });
});
