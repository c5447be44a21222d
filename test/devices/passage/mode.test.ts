import assert from 'node:assert/strict';
import { doorMachine } from '../../../lib/devices/passage/door.ts';
import {
  answerTo,
  DOOR_MODES,
  MODE_COMMANDS,
  type DoorMode,
  type ModeAnswer,
} from '../../../lib/devices/passage/mode.ts';
import { Bench, fire, grant, mode, SETTINGS } from './support.ts';

const COMMANDS = ['access', ...MODE_COMMANDS] as const;

/** In the order of COMMANDS; the table of ONVIF's door modes, written out. */
const ANSWERS: Record<DoorMode, readonly ModeAnswer[]> = {
  // access, lock, unlock, block, doubleLock, lockDown, its release, lockOpen, its release
  locked: [
    'accessed',
    'same',
    'unlocked',
    'blocked',
    'doubleLocked',
    'lockedDown',
    'fault',
    'lockedOpen',
    'fault',
  ],
  unlocked: [
    'unlocked',
    'locked',
    'same',
    'blocked',
    'doubleLocked',
    'lockedDown',
    'fault',
    'lockedOpen',
    'fault',
  ],
  accessed: [
    'accessed',
    'locked',
    'unlocked',
    'blocked',
    'doubleLocked',
    'lockedDown',
    'fault',
    'lockedOpen',
    'fault',
  ],
  blocked: [
    'refused',
    'locked',
    'unlocked',
    'same',
    'doubleLocked',
    'lockedDown',
    'fault',
    'lockedOpen',
    'fault',
  ],
  doubleLocked: [
    'refused',
    'locked',
    'unlocked',
    'blocked',
    'same',
    'lockedDown',
    'fault',
    'lockedOpen',
    'fault',
  ],
  lockedDown: [
    'refused',
    'refused',
    'refused',
    'refused',
    'refused',
    'same',
    'released',
    'refused',
    'fault',
  ],
  lockedOpen: [
    'refused',
    'refused',
    'refused',
    'refused',
    'refused',
    'refused',
    'fault',
    'same',
    'released',
  ],
};

/** What brings a locked door into a mode. */
const WAY_TO: Record<DoorMode, Parameters<Bench<never>['play']>> = {
  locked: [],
  unlocked: [mode('unlock')],
  accessed: [grant('first')],
  blocked: [mode('block')],
  doubleLocked: [mode('doubleLock')],
  lockedDown: [mode('lockDown')],
  lockedOpen: [mode('lockOpen')],
};

describe('door modes', () => {
  for (const from of DOOR_MODES) {
    it(`answer every command as the table says when ${from}`, () => {
      assert.deepEqual(
        COMMANDS.map((command) => answerTo(from, command)),
        ANSWERS[from],
      );
    });

    it(`change on every command as the table says when ${from}`, () => {
      for (const [index, command] of MODE_COMMANDS.entries()) {
        const answer = ANSWERS[from][index + 1];
        const door = new Bench(doorMachine(SETTINGS)).play(...WAY_TO[from]);
        assert.deepEqual(door.modes(), [from]);
        door.log();
        door.play(mode(command));
        const refused = answer === 'refused' || answer === 'fault';
        const stays = refused || answer === 'same';
        const next = answer === 'released' ? 'locked' : stays ? from : answer;
        assert.deepEqual(door.modes(), [next], command);
        const told = door.log().some((entry) => entry.startsWith('modeRefused'));
        assert.equal(told, refused, command);
      }
    });
  }

  it('open for a grant only where the table says so', () => {
    for (const from of DOOR_MODES) {
      const door = new Bench(doorMachine(SETTINGS)).play(...WAY_TO[from]);
      door.log();
      door.play(grant('second'));
      const isRefused = ANSWERS[from][0] === 'refused';
      const log = door.log();
      assert.equal(log.includes('notTaken in second'), isRefused, from);
      assert.equal(
        log.some((entry) => entry.startsWith('pulse')),
        !isRefused && from !== 'unlocked',
        from,
      );
    }
  });

  it('lock somebody out again who was let in before the door was blocked', () => {
    const door = new Bench(doorMachine(SETTINGS)).play(grant('first'));
    door.log();
    door.play(mode('block'));
    assert.deepEqual(door.log(), [
      'modeChanged accessed blocked',
      'interrupted in first',
      'off both (end)',
    ]);
  });

  it('return to the mode of the schedule after a lockdown, else to locked', () => {
    const door = new Bench(doorMachine(SETTINGS));
    door.play({ type: 'schedule', mode: 'unlocked' }, mode('lockDown'));
    assert.deepEqual(door.outputs(), ['closed']);
    door.play(mode('lockDownRelease'));
    assert.deepEqual(door.modes(), ['unlocked']);
    door.play(mode('lockDown'), { type: 'schedule', mode: 'locked' }, mode('lockDownRelease'));
    assert.deepEqual(door.modes(), ['locked']);
  });

  it('follow the schedule, but never undo what an operator has blocked', () => {
    const door = new Bench(doorMachine(SETTINGS)).play({ type: 'schedule', mode: 'unlocked' });
    assert.deepEqual(door.log(), ['modeChanged locked unlocked', 'on both (mode)']);
    door.play(mode('lock'));
    door.play({ type: 'schedule', mode: 'unlocked' });
    assert.deepEqual(door.modes(), ['locked'], 'the operator wins until the schedule changes');
    door.play({ type: 'schedule', mode: 'locked' }, { type: 'schedule', mode: 'unlocked' });
    assert.deepEqual(door.modes(), ['unlocked']);
    door.play(mode('block'), { type: 'schedule', mode: 'locked' });
    assert.deepEqual(door.modes(), ['blocked']);
  });

  it('leave a mode that the schedule has set when the schedule leaves it', () => {
    const door = new Bench(doorMachine(SETTINGS)).play({ type: 'schedule', mode: 'blocked' });
    assert.deepEqual(door.modes(), ['blocked']);
    door.play({ type: 'schedule', mode: 'locked' });
    assert.deepEqual(door.modes(), ['locked']);
  });

  it('obey no command during a fire', () => {
    const door = new Bench(doorMachine(SETTINGS)).play(fire());
    door.log();
    for (const command of MODE_COMMANDS) door.play(mode(command));
    assert.equal(door.log().length, MODE_COMMANDS.length);
    assert.deepEqual(door.outputs(), ['open']);
  });

  it('remember a fire over a restart, and no grant', () => {
    const machine = doorMachine(SETTINGS);
    const door = new Bench(machine).play(grant('first'), fire(), grant('second'));
    const after = new Bench(machine, machine.memory(door.state)).play({ type: 'tick' });
    assert.deepEqual(after.log(), ['on both (fire)']);
    assert.deepEqual(after.state.expected, []);
  });

  it('remember what an operator has set over a restart', () => {
    const machine = doorMachine(SETTINGS);
    const restarted = (door: typeof before): typeof before =>
      new Bench(machine, machine.memory(door.state)).play({ type: 'tick' });
    const before = new Bench(machine).play({ type: 'schedule', mode: 'unlocked' }, mode('lock'));
    const after = restarted(before).play({ type: 'schedule', mode: 'unlocked' });
    assert.deepEqual(after.modes(), ['locked']);
    assert.deepEqual(restarted(new Bench(machine).play(mode('lockDown'))).modes(), ['lockedDown']);
  });

  it('do not open after a restart for a schedule that may be over', () => {
    const machine = doorMachine(SETTINGS);
    const before = new Bench(machine).play({ type: 'schedule', mode: 'unlocked' });
    const after = new Bench(machine, machine.memory(before.state)).play({ type: 'tick' });
    assert.deepEqual(after.outputs(), ['closed']);
    after.play({ type: 'schedule', mode: 'unlocked' });
    assert.deepEqual(after.outputs(), ['open']);
  });
});
