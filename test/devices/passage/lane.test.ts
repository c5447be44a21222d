import assert from 'node:assert/strict';
import { laneMachine } from '../../../lib/devices/passage/lane.ts';
import type { LaneState } from '../../../lib/devices/passage/lane-state.ts';
import type { PassageEvent } from '../../../lib/devices/passage/model.ts';
import { Bench, fire, grant, mode, sensor, SETTINGS } from './support.ts';

type Steps = readonly (PassageEvent | number)[];

const passIn: Steps = [sensor('passIn'), 200, sensor('passIn', false)];
const passOut: Steps = [sensor('passOut'), 200, sensor('passOut', false)];
const passEither: Steps = [sensor('contact'), 200, sensor('contact', false)];
const both = (id: string): PassageEvent => ({ type: 'grant', grant: { id, expires: Infinity } });

interface Row {
  name: string;
  lane?: Partial<typeof SETTINGS>;
  from: Steps;
  then: Steps;
  /** Of the way in and the way out. */
  phases: [string, string];
  does: string[];
}

const ROWS: Row[] = [
  {
    name: 'closed: a grant arms its own way only',
    from: [],
    then: [grant('a')],
    phases: ['armed', 'closed'],
    does: ['pulse in 5000 by a'],
  },
  {
    name: 'closed: pulse control sends one edge and leaves the rest to the gate',
    lane: { control: 'pulse' },
    from: [],
    then: [grant('a'), ...passIn],
    phases: ['closed', 'closed'],
    does: ['pulse in 500 by a', 'taken in a'],
  },
  {
    name: 'armed: a passage closes the way',
    from: [grant('a')],
    then: passIn,
    phases: ['closed', 'closed'],
    does: ['taken in a', 'off in (end)'],
  },
  {
    name: 'armed: the next in the queue is let in after the passage',
    from: [grant('a'), grant('b')],
    then: passIn,
    phases: ['armed', 'closed'],
    does: ['taken in a', 'pulse in 5000 by b'],
  },
  {
    name: 'armed: the waiting time ends unused, the output first, the passage a little later',
    from: [grant('a')],
    then: [5749],
    phases: ['armed', 'closed'],
    does: ['off in (end)'],
  },
  {
    name: 'armed: nobody has come',
    from: [grant('a'), 5749],
    then: [1],
    phases: ['closed', 'closed'],
    does: ['notTaken in a'],
  },
  {
    name: 'armed: a passage just after the end of the output still counts',
    from: [grant('a'), 5500],
    then: passIn,
    phases: ['closed', 'closed'],
    does: ['taken in a'],
  },
  {
    name: 'armed: one more may wait, then it is busy',
    from: [grant('a')],
    then: [grant('b'), grant('c')],
    phases: ['armed', 'closed'],
    does: ['notTaken in c', 'grantRefused in busy'],
  },
  {
    name: 'armed: the same grant again opens nothing twice',
    from: [grant('a')],
    then: [grant('a'), ...passIn, grant('a')],
    phases: ['closed', 'closed'],
    does: ['taken in a', 'off in (end)'],
  },
  {
    name: 'armed: a second read by the same person opens nothing twice',
    from: [grant('a', { holder: 'p' })],
    then: [grant('b', { holder: 'p' }), ...passIn, 2000],
    phases: ['closed', 'closed'],
    does: ['notTaken in b', 'grantRefused in repeated', 'taken in a', 'off in (end)'],
  },
  {
    name: 'armed: whose grant has run out in the queue has to read again',
    from: [grant('a'), grant('b', { expires: 3000 }), grant('c', { expires: 9000 })],
    then: [5750],
    phases: ['closed', 'closed'],
    does: ['off in (end)', 'notTaken in a', 'notTaken in b'],
  },
  {
    name: 'armed: a passage the other way is the wrong way, and the grant stays',
    from: [grant('a')],
    then: [...passOut, ...passIn],
    phases: ['closed', 'alarm'],
    does: ['forced out -', 'wrongWay out', 'taken in a', 'off in (end)'],
  },
  {
    name: 'closed: a passage without a grant is forced',
    from: [],
    then: passIn,
    phases: ['alarm', 'closed'],
    does: ['forced in -', 'forcedPassage in'],
  },
  {
    name: 'closed: a second passage within the tailgate window is tailgating',
    from: [grant('a'), ...passIn],
    then: passIn,
    phases: ['alarm', 'closed'],
    does: ['forced in -', 'tailgating in'],
  },
  {
    name: 'closed: a second passage after the tailgate window is forced',
    from: [grant('a'), ...passIn, 1000],
    then: passIn,
    phases: ['alarm', 'closed'],
    does: ['forced in -', 'forcedPassage in'],
  },
  {
    name: 'alarm: the next grant is served as usual',
    from: [...passIn, 5000],
    then: [grant('a'), ...passIn],
    phases: ['closed', 'closed'],
    does: ['pulse in 5000 by a', 'taken in a', 'off in (end)'],
  },
  {
    name: 'any: a passage sensor that stays active is loitering, until it is free',
    from: [grant('a'), sensor('passIn')],
    then: [8000, sensor('passIn', false)],
    phases: ['closed', 'closed'],
    does: ['loitering in', 'alarmEnded in loitering'],
  },
  {
    name: 'any: free passage only counts',
    from: [mode('unlock')],
    then: [...passIn, ...passOut],
    phases: ['free', 'free'],
    does: ['taken in -', 'taken out -'],
  },
  {
    name: 'any: free passage one way leaves the other way closed',
    from: [],
    then: [mode('unlock', 'out'), ...passOut, ...passIn],
    phases: ['alarm', 'free'],
    does: [
      'modeChanged out locked unlocked',
      'on out (mode)',
      'taken out -',
      'forced in -',
      'forcedPassage in',
    ],
  },
  {
    name: 'free: a read gives the passage its name, and needs no opening',
    from: [mode('unlock')],
    then: [grant('a'), ...passIn],
    phases: ['free', 'free'],
    does: ['taken in a'],
  },
  {
    name: 'any: a block refuses grants',
    from: [mode('block')],
    then: [grant('a')],
    phases: ['blocked', 'blocked'],
    does: ['notTaken in a', 'grantRefused in blocked'],
  },
  {
    name: 'any: a block one way leaves the way out open for grants',
    from: [mode('block', 'in')],
    then: [grant('a', { direction: 'out' })],
    phases: ['blocked', 'armed'],
    does: ['pulse out 5000 by a'],
  },
  {
    name: 'armed: a block withdraws the grant and those behind it',
    from: [grant('a'), grant('b')],
    then: [mode('block', 'in')],
    phases: ['blocked', 'closed'],
    does: [
      'modeChanged in accessed blocked',
      'interrupted in a',
      'interrupted in b',
      'off in (end)',
    ],
  },
  {
    name: 'armed: stop closes both ways',
    from: [grant('a'), grant('b', { direction: 'out' })],
    then: [sensor('stop')],
    phases: ['blocked', 'blocked'],
    does: ['stopPressed', 'interrupted in a', 'interrupted out b', 'off in (end)', 'off out (end)'],
  },
  {
    name: 'any: a fire frees both ways and suspends grants',
    from: [],
    then: [fire(), grant('a'), ...passIn],
    phases: ['emergency', 'emergency'],
    does: [
      'fireAlarm input true',
      'on in (fire)',
      'on out (fire)',
      'notTaken in a',
      'grantRefused in emergency',
      'taken in -',
    ],
  },
  {
    name: 'emergency: does not end with the fire input, but with a reset',
    from: [fire(), fire(false), 60_000],
    then: [{ type: 'fireReset', author: 'chief' }],
    phases: ['closed', 'closed'],
    does: ['fireReset', 'off in (end)', 'off out (end)'],
  },
  {
    name: 'any: a device that is not ready is a fault',
    from: [],
    then: [sensor('ready', false), grant('a', { direction: 'out' })],
    phases: ['fault', 'fault'],
    does: [
      'deviceNotReady',
      'notTaken out a',
      'grantRefused out notReady',
      'exitBlocked out notReady',
    ],
  },
  {
    name: 'a button opens both ways, and the sensor tells which way it was',
    from: [both('a')],
    then: passOut,
    phases: ['closed', 'closed'],
    does: ['taken out a', 'off in (end)', 'off out (end)'],
  },
  {
    name: 'a button opens both ways and nobody knows which way it was',
    from: [both('a')],
    then: passEither,
    phases: ['closed', 'closed'],
    does: ['taken undefined a', 'off in (end)', 'off out (end)'],
  },
  {
    name: 'a button opens both ways and nobody comes',
    from: [both('a')],
    then: [5750],
    phases: ['closed', 'closed'],
    does: ['off in (end)', 'off out (end)', 'notTaken undefined a'],
  },
  {
    name: 'a button has to wait until both ways are idle',
    from: [grant('a')],
    then: [both('b')],
    phases: ['armed', 'closed'],
    does: ['notTaken undefined b', 'grantRefused busy'],
  },
  {
    name: 'a sensor without a direction means the only way that is open',
    from: [grant('a')],
    then: passEither,
    phases: ['closed', 'closed'],
    does: ['taken in a', 'off in (end)'],
  },
  {
    name: 'a sensor without a direction cannot tell between two people',
    from: [grant('a'), grant('b', { direction: 'out' })],
    then: [...passEither, 6000],
    phases: ['closed', 'closed'],
    does: ['taken undefined -', 'off in (end)', 'off out (end)', 'notTaken in a', 'notTaken out b'],
  },
  {
    name: 'a sensor without a direction and nobody expected is forced',
    from: [],
    then: passEither,
    phases: ['alarm', 'alarm'],
    does: ['forced undefined -', 'forcedPassage'],
  },
  {
    name: 'who needs more time gets it',
    from: [],
    then: [grant('a', { extended: true }), 15_000],
    phases: ['armed', 'closed'],
    does: ['pulse in 15000 by a', 'off in (end)'],
  },
  {
    name: 'closing down in the middle of a passage leaves a record and closed locks',
    from: [grant('a'), mode('unlock', 'out')],
    then: [{ type: 'close' }],
    phases: ['closed', 'closed'],
    does: ['interrupted in a', 'off in (end)', 'off out (end)'],
  },
];

const BARRIER = { countsOn: 'leaving', waitingTime: 30_000, loiteringTime: 60_000 } as const;

const BARRIER_ROWS: Row[] = [
  {
    name: 'counts a vehicle when it leaves the loop',
    lane: BARRIER,
    from: [grant('a'), sensor('passIn')],
    then: [3000, sensor('passIn', false)],
    phases: ['closed', 'closed'],
    does: ['taken in a', 'off in (end)'],
  },
  {
    name: 'does not come down on a vehicle that stands under it',
    lane: BARRIER,
    from: [grant('a'), 29_000, sensor('passIn')],
    then: [20_000],
    phases: ['armed', 'closed'],
    does: [],
  },
  {
    name: 'comes down when that vehicle has left at last',
    lane: BARRIER,
    from: [grant('a'), 29_000, sensor('passIn'), 20_000],
    then: [sensor('passIn', false)],
    phases: ['closed', 'closed'],
    does: ['taken in a', 'off in (end)'],
  },
  {
    name: 'opens for long enough to let a slow vehicle pass',
    lane: BARRIER,
    from: [],
    then: [grant('a')],
    phases: ['armed', 'closed'],
    does: ['pulse in 90000 by a'],
  },
];

function perform(lane: Bench<LaneState>, steps: Steps): void {
  for (const step of steps) {
    if (typeof step === 'number') lane.wait(step);
    else lane.play(step);
  }
}

function table(rows: readonly Row[]): void {
  for (const { name, lane: settings, from, then, phases, does } of rows) {
    it(name, () => {
      const lane = new Bench(laneMachine({ ...SETTINGS, ...settings }));
      perform(lane, from);
      lane.log();
      perform(lane, then);
      assert.deepEqual(lane.log(), does);
      assert.deepEqual(lane.phases(), phases);
    });
  }
}

describe('a turnstile', () => {
  table(ROWS);

  it('waits for nothing when nothing is going on', () => {
    const lane = new Bench(laneMachine({ ...SETTINGS, debounce: 50 }));
    perform(lane, [grant('a'), grant('b'), ...passIn, ...passIn, 10_000]);
    assert.equal(lane.next, undefined);
  });
});

describe('a barrier', () => {
  table(BARRIER_ROWS);
});
