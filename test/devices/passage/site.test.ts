import assert from 'node:assert/strict';
import fc from 'fast-check';
import { doorMachine } from '../../../lib/devices/passage/door.ts';
import { laneMachine } from '../../../lib/devices/passage/lane.ts';
import { InterlockGroup } from '../../../lib/devices/passage/interlock.ts';
import type { Effect } from '../../../lib/devices/passage/model.ts';
import { run, type RunningMachine } from '../../../lib/devices/passage/runner.ts';
import { SimulatedDoor, SimulatedTurnstile } from '../../../lib/devices/simulator/door.ts';
import { FakeTime, settle } from '../fake-time.ts';
import { grant, fire, SETTINGS } from './support.ts';
import type { SimulatedLock } from '../../../lib/devices/simulator/lock.ts';

interface Installed<Device> {
  device: Device;
  machine: RunningMachine;
  /** Outcome and decision of every passage, and the code of every event. */
  log: string[];
}

function obey(lock: SimulatedLock, effect: Extract<Effect, { type: 'command' }>): void {
  if (effect.action === 'pulse') lock.pulse(effect.duration ?? 0);
  else lock[effect.action]();
}

function note(log: string[], effect: Effect): void {
  if (effect.type === 'passage') log.push(`${effect.outcome} ${effect.grant ?? '-'}`);
  if (effect.type === 'event') log.push(effect.code);
}

/** A simulated door with its machine; with a group it is one of an airlock. */
function installDoor(
  time: FakeTime,
  id = 'door',
  group?: InterlockGroup,
): Installed<SimulatedDoor> {
  const log: string[] = [];
  const device = new SimulatedDoor(time, (sensor, value) => {
    if (sensor === 'contact') machine.send({ type: 'sensor', sensor, value });
  });
  const machine = run(doorMachine({ ...SETTINGS, debounce: 50 }), {
    clock: time,
    timers: time,
    memory: undefined,
    perform(effect) {
      note(log, effect);
      if (effect.type === 'command') obey(device.lock, effect);
    },
    changed() {
      group?.report(id, machine.isSecure);
    },
  });
  group?.join({
    id,
    maxOpen: 1,
    onFree: (free) => {
      machine.send({ type: 'interlock', free });
    },
    onOccupied: () => undefined,
  });
  machine.send({ type: 'interlock', free: group?.isFree(id) ?? true });
  device.report();
  return { device, machine, log };
}

function installTurnstile(time: FakeTime): Installed<SimulatedTurnstile> {
  const log: string[] = [];
  const device = new SimulatedTurnstile(time, (sensor, value) => {
    machine.send({ type: 'sensor', sensor: sensor === 'passA' ? 'passIn' : 'passOut', value });
  });
  const machine = run(laneMachine({ ...SETTINGS, debounce: 50 }), {
    clock: time,
    timers: time,
    memory: undefined,
    perform(effect) {
      note(log, effect);
      if (effect.type !== 'command') return;
      if (effect.lock !== 'both') obey(device.locks[effect.lock], effect);
    },
    changed: () => undefined,
  });
  return { device, machine, log };
}

const granted = (time: FakeTime, id: string): ReturnType<typeof grant> =>
  grant(id, { expires: time.monotonic() + 5000 });

describe('a simulated door', () => {
  it('lets in whom it was opened for, and falls locked behind him', async () => {
    const time = new FakeTime();
    const { device, machine, log } = installDoor(time);
    await time.advance(100);
    assert.equal(device.walk(2000), false);
    machine.send(granted(time, 'anna'));
    await time.advance(1000);
    assert.equal(device.walk(2000), true);
    await time.advance(3000);
    assert.equal(device.walk(2000), false);
    assert.deepEqual(log, ['taken anna']);
    assert.equal(time.pending, 0);
  });

  it('is forced, held open, and opened by a fire', async () => {
    const time = new FakeTime();
    const { device, machine, log } = installDoor(time);
    await time.advance(100);
    device.force();
    await time.advance(100);
    device.close();
    await time.advance(100);
    machine.send(fire());
    assert.equal(device.walk(60_000), true);
    await time.advance(60_100);
    assert.deepEqual(log, ['forced -', 'doorForcedOpen', 'alarmEnded', 'fireAlarm', 'taken -']);
  });

  it('leaves no timer, no open lock and no grant without a record when it is closed down', async () => {
    const time = new FakeTime();
    const { device, machine, log } = installDoor(time);
    machine.send(granted(time, 'anna'));
    device.force();
    machine.close();
    machine.send(granted(time, 'boris'));
    await settle();
    assert.equal(time.pending, 0);
    assert.equal(device.lock.isOpen, false);
    assert.deepEqual(log, ['interrupted anna', 'interrupted boris']);
  });
});

describe('a simulated turnstile', () => {
  it('lets one person through per grant', async () => {
    const time = new FakeTime();
    const { device, machine, log } = installTurnstile(time);
    machine.send(granted(time, 'anna'));
    assert.equal(device.walk('out'), false);
    assert.equal(device.walk('in'), true);
    await time.advance(300);
    assert.equal(device.walk('in'), false);
    device.force('in');
    await time.advance(300);
    assert.deepEqual(log, ['taken anna', 'forced -', 'tailgating']);
  });

  it('takes nobody twice when people come faster than they walk', async () => {
    const time = new FakeTime();
    const { device, machine, log } = installTurnstile(time);
    for (const name of ['anna', 'boris', 'chen']) machine.send(granted(time, name));
    for (let step = 0; step < 2; step++) {
      assert.equal(device.walk('in'), true);
      await time.advance(1500);
    }
    assert.equal(device.walk('in'), false);
    assert.deepEqual(log, ['notTaken chen', 'grantRefused', 'taken anna', 'taken boris']);
  });
});

describe('an airlock of simulated doors', function () {
  this.timeout(60_000);

  it('never has two doors unlocked or open, whoever asks when', async () => {
    const doors = ['outer', 'inner', 'side'];
    const move = fc.record({
      door: fc.nat(doors.length - 1),
      what: fc.constantFrom('grant', 'grant', 'walk', 'close'),
      wait: fc.constantFrom(0, 10, 60, 1000, 4990, 6000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40, size: 'medium' }), async (moves) => {
        const time = new FakeTime();
        const group = new InterlockGroup();
        const installed = doors.map((id) => installDoor(time, id, group));
        await time.advance(100);
        for (const [index, { door, what, wait }] of moves.entries()) {
          const { device, machine } = installed[door] ?? assert.fail();
          if (what === 'grant') machine.send(granted(time, `grant-${index}`));
          if (what === 'walk') device.walk(500);
          if (what === 'close') device.close();
          const open = installed.filter((each) => each.device.lock.isOpen || each.device.isOpen);
          assert.ok(open.length <= 1, `${open.length} doors are open`);
          await time.advance(wait);
        }
      }),
      { numRuns: 500 },
    );
  });
});
