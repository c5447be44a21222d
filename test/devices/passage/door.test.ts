import assert from 'node:assert/strict';
import { doorMachine } from '../../../lib/devices/passage/door.ts';
import type { DoorState } from '../../../lib/devices/passage/door-state.ts';
import type { PassageEvent } from '../../../lib/devices/passage/model.ts';
import { Bench, fire, grant, mode, sensor, SETTINGS } from './support.ts';

const open = sensor('contact', true);
const shut = sensor('contact', false);
const shunt: PassageEvent = { type: 'shunt' };

const doorWith = (settings: Partial<typeof SETTINGS> = {}): Bench<DoorState> =>
  new Bench(doorMachine({ ...SETTINGS, ...settings }));

/** A door that is known to be closed. */
const closedDoor = (settings: Partial<typeof SETTINGS> = {}): Bench<DoorState> =>
  doorWith(settings).play(shut);

interface Row {
  name: string;
  door?: Partial<typeof SETTINGS>;
  /** What brings the door into the state in which the row begins: events and waiting times. */
  from: (PassageEvent | number)[];
  then: (PassageEvent | number)[];
  phase: string;
  does: string[];
}

const ROWS: Row[] = [
  {
    name: 'secure: a grant releases it for the release time',
    from: [shut],
    then: [grant('a')],
    phase: 'released',
    does: ['pulse both 5000 by a'],
  },
  {
    name: 'secure: a pulse-controlled door gets one short pulse',
    door: { control: 'pulse' },
    from: [shut],
    then: [grant('a'), 6000],
    phase: 'secure',
    does: ['pulse both 500 by a', 'notTaken in a'],
  },
  {
    name: 'secure: an opening is forced',
    from: [shut],
    then: [open],
    phase: 'forced',
    does: ['forced undefined -', 'doorForcedOpen'],
  },
  {
    name: 'secure: a request to exit that shunts only makes the opening an exit, and no alarm',
    from: [shut],
    then: [shunt, open],
    phase: 'open',
    does: ['taken out -'],
  },
  {
    name: 'secure: the shunt ends with the release time',
    from: [shut],
    then: [shunt, 5000, open],
    phase: 'forced',
    does: ['forced undefined -', 'doorForcedOpen'],
  },
  {
    name: 'released: an opening is the passage, and the door locks again after the delay',
    from: [shut, grant('a')],
    then: [open, 500],
    phase: 'open',
    does: ['taken in a', 'off both (end)'],
  },
  {
    name: 'released: without a delay the door locks at once',
    door: { relockDelay: 0 },
    from: [shut, grant('a')],
    then: [open],
    phase: 'open',
    does: ['taken in a', 'off both (end)'],
  },
  {
    name: 'released: the release time ends unused',
    from: [shut, grant('a')],
    then: [5000],
    phase: 'secure',
    does: ['notTaken in a', 'off both (end)'],
  },
  {
    name: 'released: a second grant restarts the time and one more passage is expected',
    from: [shut, grant('a'), 3000, grant('b')],
    then: [3000, open, shut, 1000, open, 500],
    phase: 'open',
    does: ['taken in a', 'taken in b', 'off both (end)'],
  },
  {
    name: 'released: whoever may have come along in the opening of another is taken, unconfirmed',
    from: [shut, grant('a'), grant('b')],
    then: [open, shut, 5000],
    phase: 'secure',
    does: ['taken in a', 'taken? in b', 'off both (end)'],
  },
  {
    name: 'released: the same grant again does nothing',
    from: [shut, grant('a')],
    then: [grant('a'), open],
    phase: 'open',
    does: ['taken in a'],
  },
  {
    name: 'released: the same person again gets time, but no second passage',
    from: [shut, grant('a', { holder: 'p' }), 4000],
    then: [grant('b', { holder: 'p' }), 4000, open],
    phase: 'open',
    does: ['notTaken in b', 'grantRefused in repeated', 'pulse both 5000 by b', 'taken in a'],
  },
  {
    name: 'released: more people than may be expected have to wait',
    from: [shut, grant('a'), grant('b')],
    then: [grant('c')],
    phase: 'released',
    does: ['notTaken in c', 'grantRefused in busy'],
  },
  {
    name: 'released: who needs more time gets it, to come and to stand in the door',
    from: [shut],
    then: [grant('a', { extended: true }), 14_999, open, 24_999],
    phase: 'open',
    does: ['pulse both 15000 by a', 'taken in a', 'off both (end)'],
  },
  {
    name: 'open: closing makes it secure and locks at once',
    from: [shut, grant('a'), open],
    then: [shut],
    phase: 'secure',
    does: ['off both (end)'],
  },
  {
    name: 'open: a warning comes before the open time is over',
    from: [shut, grant('a'), open, 500],
    then: [14_500],
    phase: 'warning',
    does: ['doorHeldWarning'],
  },
  {
    name: 'open: no warning without a warning time',
    door: { preAlarmTime: 0 },
    from: [shut, grant('a'), open, 500],
    then: [19_000],
    phase: 'open',
    does: [],
  },
  {
    name: 'open: the open time ends in an alarm',
    from: [shut, grant('a'), open, 500],
    then: [19_500],
    phase: 'held',
    does: ['doorHeldWarning', 'doorHeldOpen'],
  },
  {
    name: 'open: somebody with a grant comes along, unconfirmed',
    from: [shut, grant('a'), open, 500],
    then: [grant('b'), 5000],
    phase: 'open',
    does: ['pulse both 5000 by b', 'taken? in b', 'off both (end)'],
  },
  {
    name: 'open: a grant that comes just as the door closes opens it again',
    from: [shut, grant('a'), open, 500],
    then: [grant('b'), shut, open],
    phase: 'open',
    does: ['pulse both 5000 by b', 'taken in b'],
  },
  {
    name: 'held: closing ends the alarm',
    from: [shut, grant('a'), open, 20_000],
    then: [shut],
    phase: 'secure',
    does: ['alarmEnded doorHeldOpen'],
  },
  {
    name: 'forced: closing ends the alarm',
    from: [shut, open],
    then: [shut],
    phase: 'secure',
    does: ['alarmEnded doorForcedOpen'],
  },
  {
    name: 'any: a cut or shorted contact line is a fault',
    from: [shut],
    then: [sensor('contact', 'fault')],
    phase: 'fault',
    does: ['contactFault'],
  },
  {
    name: 'fault: an opening behind it is still forced',
    from: [shut, sensor('contact', 'fault')],
    then: [open],
    phase: 'forced',
    does: ['alarmEnded contactFault', 'forced undefined -', 'doorForcedOpen'],
  },
  {
    name: 'any: a fire unlocks at once, ignores commands, and stays until its reset',
    from: [shut, grant('a'), fire()],
    then: [grant('b'), mode('lock'), fire(false), 60_000],
    phase: 'emergency',
    does: [
      'notTaken in b',
      'grantRefused in emergency',
      'modeRefused lock accessed refused',
      'notTaken in a',
    ],
  },
  {
    name: 'emergency: no reset while the fire input is active',
    from: [shut, fire()],
    then: [{ type: 'fireReset', author: 'chief' }],
    phase: 'emergency',
    does: ['fireResetRefused input'],
  },
  {
    name: 'emergency: an authorised reset locks again',
    from: [shut, fire(), fire(false)],
    then: [{ type: 'fireReset', author: 'chief' }],
    phase: 'secure',
    does: ['fireReset', 'off both (end)'],
  },
  {
    name: 'emergency: who leaves is counted, and no alarm',
    from: [shut, fire()],
    then: [open, 60_000, shut],
    phase: 'emergency',
    does: ['taken undefined -'],
  },
  {
    name: 'a door that stays locked in a fire only tells of it',
    door: { onFire: 'log' },
    from: [shut],
    then: [fire(), grant('a')],
    phase: 'released',
    does: ['fireAlarm input false', 'pulse both 5000 by a'],
  },
  {
    name: 'unlocked: openings are counted and no alarm',
    from: [shut, mode('unlock')],
    then: [open, 60_000, shut],
    phase: 'secure',
    does: ['taken undefined -'],
  },
  {
    name: 'unlocked: a read gives the passage its name',
    from: [shut, mode('unlock')],
    then: [grant('a'), open],
    phase: 'open',
    does: ['taken in a'],
  },
  {
    name: 'unlocked: locking while the door stands open starts the open time',
    from: [shut, mode('unlock'), open, 60_000],
    then: [mode('lock'), 20_000],
    phase: 'held',
    does: ['modeChanged unlocked locked', 'off both (end)', 'doorHeldWarning', 'doorHeldOpen'],
  },
  {
    name: 'blocked: who wants to leave calls the guard',
    from: [shut, mode('block')],
    then: [grant('a', { direction: 'out' })],
    phase: 'secure',
    does: ['notTaken out a', 'grantRefused out blocked', 'exitBlocked out blocked'],
  },
  {
    name: 'stop closes and refuses, whatever the mode',
    from: [shut, mode('unlock')],
    then: [sensor('stop'), grant('a'), sensor('stop', false)],
    phase: 'secure',
    does: [
      'stopPressed',
      'off both (end)',
      'notTaken in a',
      'grantRefused in stopped',
      'stopReleased',
      'on both (mode)',
    ],
  },
  {
    name: 'a device that is not ready refuses',
    from: [shut],
    then: [sensor('ready', false), grant('a'), sensor('ready', true)],
    phase: 'secure',
    does: [
      'deviceNotReady',
      'notTaken in a',
      'grantRefused in notReady',
      'alarmEnded deviceNotReady',
    ],
  },
  {
    name: 'tamper is told, and its end',
    from: [shut],
    then: [sensor('tamper'), sensor('tamper', false)],
    phase: 'secure',
    does: ['tamper', 'alarmEnded tamper'],
  },
  {
    name: 'a grant that is too old opens nothing and leaves no passage',
    from: [shut],
    then: [grant('a', { expires: 500 })],
    phase: 'secure',
    does: ['grantRefused in expired'],
  },
  {
    name: 'without a contact a grant is not taken',
    from: [],
    then: [grant('a'), 5000],
    phase: 'secure',
    does: ['pulse both 5000 by a', 'notTaken in a', 'off both (end)'],
  },
  {
    name: 'without a contact a grant counts as passed where that is set, unconfirmed',
    door: { grantedCountsAsPassed: true },
    from: [],
    then: [grant('a'), 5000],
    phase: 'secure',
    does: ['pulse both 5000 by a', 'taken? in a', 'off both (end)'],
  },
  {
    name: 'a door that is found open is neither forced nor passed, but may not stay open',
    from: [],
    then: [open, 20_000],
    phase: 'held',
    does: ['doorHeldWarning', 'doorHeldOpen'],
  },
  {
    name: 'closing down in the middle of a passage leaves a record and a closed lock',
    from: [shut, grant('a'), grant('b')],
    then: [{ type: 'close' }],
    phase: 'secure',
    does: ['interrupted in a', 'interrupted in b', 'off both (end)'],
  },
  {
    name: 'closing down leaves open what a fire has opened',
    from: [shut, fire()],
    then: [{ type: 'close' }],
    phase: 'emergency',
    does: [],
  },
];

function perform(door: Bench<DoorState>, steps: readonly (PassageEvent | number)[]): void {
  for (const step of steps) {
    if (typeof step === 'number') door.wait(step);
    else door.play(step);
  }
}

describe('a door', () => {
  for (const { name, door: settings, from, then, phase, does } of ROWS) {
    it(name, () => {
      const door = doorWith(settings);
      perform(door, from);
      door.log();
      perform(door, then);
      assert.deepEqual(door.log(), does);
      assert.deepEqual(door.phases(), [phase]);
    });
  }

  it('ignores signals that do not last', () => {
    const door = closedDoor({ debounce: 50 }).wait(50);
    door.play(open).wait(49).play(shut).wait(1000);
    assert.deepEqual(door.log(), []);
    door.play(open).wait(50);
    assert.deepEqual(door.log(), ['forced undefined -', 'doorForcedOpen']);
  });

  it('does what was due before it hears of what came later', () => {
    const door = closedDoor().play(grant('a'));
    door.log();
    door.now += 30_000;
    door.play(open);
    assert.deepEqual(door.log(), [
      'notTaken in a',
      'off both (end)',
      'forced undefined -',
      'doorForcedOpen',
    ]);
  });

  it('opens for a fire at several inputs until all of them are quiet', () => {
    const door = closedDoor().play(fire(true, 'hall'), fire(true, 'roof'), fire(false, 'hall'));
    door.log();
    door.play({ type: 'fireReset', author: 'chief' });
    assert.deepEqual(door.log(), ['fireResetRefused roof']);
  });

  it('waits for nothing when nothing is going on', () => {
    const door = closedDoor().play(grant('a'), open).wait(500).play(shut);
    assert.equal(door.next, undefined);
  });
});

describe('a door of an interlock group', () => {
  const free = (is: boolean): PassageEvent => ({ type: 'interlock', free: is });

  it('refuses while another door is open, and calls the guard for an exit', () => {
    const door = closedDoor().play(free(false), grant('a'), grant('b', { direction: 'out' }));
    assert.deepEqual(door.log(), [
      'notTaken in a',
      'grantRefused in interlock',
      'notTaken out b',
      'grantRefused out interlock',
      'exitBlocked out interlock',
    ]);
  });

  it('opens as soon as the group is free, if it may wait', () => {
    const door = closedDoor({ interlockWait: 3000 }).play(free(false), grant('a')).wait(2000);
    assert.deepEqual(door.log(), []);
    door.play(free(true));
    assert.deepEqual(door.log(), ['pulse both 5000 by a']);
  });

  it('waits no longer than it may, nor longer than the grant lives', () => {
    const door = closedDoor({ interlockWait: 3000 });
    door.play(free(false), grant('a'), grant('b', { expires: 2000 })).wait(1000);
    assert.deepEqual(door.log(), ['notTaken in b', 'grantRefused in interlock']);
    door.wait(2000);
    assert.deepEqual(door.log(), ['notTaken in a', 'grantRefused in interlock']);
  });

  it('is unlocked by its mode only while the group allows it, but by a fire always', () => {
    const door = closedDoor().play(free(false), mode('unlock'));
    assert.deepEqual(door.outputs(), ['closed']);
    door.play(free(true));
    assert.deepEqual(door.outputs(), ['open']);
    door.play(free(false));
    assert.deepEqual(door.outputs(), ['closed']);
    door.play(fire());
    assert.deepEqual(door.outputs(), ['open']);
  });

  it('raises an alarm when somebody stays in the airlock', () => {
    const door = closedDoor().play({ type: 'airlock', occupied: true }).wait(8000);
    assert.deepEqual(door.log(), ['airlockOccupied']);
    door.play({ type: 'airlock', occupied: true }, { type: 'airlock', occupied: false });
    assert.deepEqual(door.wait(60_000).log(), []);
  });
});
