import assert from 'node:assert/strict';
import fc from 'fast-check';
import { doorMachine } from '../../../lib/devices/passage/door.ts';
import type { CommonState } from '../../../lib/devices/passage/draft.ts';
import { laneMachine } from '../../../lib/devices/passage/lane.ts';
import { MODE_COMMANDS, SCHEDULED_MODES } from '../../../lib/devices/passage/mode.ts';
import type {
  Effect,
  Grant,
  Lock,
  Machine,
  PassageEvent,
  SensorValue,
} from '../../../lib/devices/passage/model.ts';
import { SETTINGS } from './support.ts';

type Move = PassageEvent | { type: 'wait'; duration: number };

const DAY = 86_400_000;

const direction = fc.constantFrom('in', 'out', undefined);
const wait = fc.record({
  type: fc.constant('wait' as const),
  duration: fc.oneof(fc.nat(1000), fc.nat(10_000), fc.constantFrom(5000, 5750, 20_000)),
});

/** Few ids and few holders, so that repetitions are frequent. `life` becomes an instant when it is played. */
const grantMove = (ways: readonly ('in' | 'out' | undefined)[]): fc.Arbitrary<Move> =>
  fc
    .record({
      id: fc.nat(40).map((id) => `grant-${id}`),
      holder: fc.constantFrom('anna', 'boris', 'chen', undefined),
      way: fc.constantFrom(...ways),
      life: fc.constantFrom(-1, 1, 2000, 5000, 10_000),
      extended: fc.boolean(),
    })
    .map(({ id, holder, way, life, extended }) => ({
      type: 'grant',
      grant: {
        id,
        expires: life,
        extended,
        ...(holder === undefined ? {} : { holder }),
        ...(way === undefined ? {} : { direction: way }),
      },
    }));

const sensorMove = (
  sensors: readonly Extract<PassageEvent, { type: 'sensor' }>['sensor'][],
  values: readonly SensorValue[] = [true, false],
): fc.Arbitrary<Move> =>
  fc.record({
    type: fc.constant('sensor' as const),
    sensor: fc.constantFrom(...sensors),
    value: fc.constantFrom(...values),
  });

const rareMove: fc.Arbitrary<Move> = fc.oneof(
  fc
    .record({ command: fc.constantFrom(...MODE_COMMANDS), way: direction })
    .map(({ command, way }): Move => ({
      type: 'mode',
      command,
      origin: way === undefined ? {} : { direction: way },
    })),
  fc
    .record({ mode: fc.constantFrom(...SCHEDULED_MODES), way: direction })
    .map(({ mode, way }): Move => ({
      type: 'schedule',
      mode,
      ...(way === undefined ? {} : { direction: way }),
    })),
  fc.record({
    type: fc.constant('fire' as const),
    active: fc.boolean(),
    source: fc.constantFrom('hall', 'roof'),
  }),
  fc.constant<Move>({ type: 'fireReset', author: 'chief' }),
  sensorMove(['stop', 'ready', 'tamper']),
);

const moves = (...often: fc.Arbitrary<Move>[]): fc.Arbitrary<Move[]> =>
  fc.array(
    fc.oneof(
      ...often.map((arbitrary) => ({ arbitrary, weight: 4 })),
      { arbitrary: wait, weight: 6 },
      { arbitrary: rareMove, weight: 1 },
    ),
    { maxLength: 80, size: 'medium' },
  );

/** What an observer knows of one lock who sees only the events. */
interface Sight {
  mode: string;
  scheduled: string;
  /** What the relay does with the commands: open until this instant, or until it is switched off. */
  openUntil: number;
}

const ASKED: Readonly<Record<string, string>> = {
  lock: 'locked',
  unlock: 'unlocked',
  block: 'blocked',
  doubleLock: 'doubleLocked',
  lockDown: 'lockedDown',
  lockOpen: 'lockedOpen',
};

/** Whether a new value of a sensor is a passage. */
type CountsAs = (sensor: string, value: SensorValue, before?: SensorValue) => boolean;

/**
 * The observer: it follows fire, stop and modes by the simplest rules there are, believes every command of the
 * machine as a relay would, and keeps the account of grants and passages.
 */
class Observer {
  readonly sights = new Map<Lock, Sight>();
  readonly #countsAs: CountsAs;
  readonly #sensors = new Map<string, SensorValue>();
  readonly #fires = new Set<string>();
  readonly #accepted = new Set<string>();
  readonly #ended = new Map<string, number>();
  readonly #opened = new Set<string>();
  #fire = false;
  #free = true;
  /** Passages that the sensors have shown, and those that stand in the records. */
  seen = 0;
  recorded = 0;

  constructor(locks: readonly Lock[], countsAs: CountsAs) {
    this.#countsAs = countsAs;
    for (const lock of locks) {
      this.sights.set(lock, { mode: 'locked', scheduled: 'none', openUntil: -Infinity });
    }
  }

  heard(event: PassageEvent, now: number): void {
    if (event.type === 'sensor') this.#sensed(event.sensor, event.value);
    if (event.type === 'interlock') this.#free = event.free;
    if (event.type === 'fire') {
      if (event.active) this.#fires.add(event.source);
      else this.#fires.delete(event.source);
      this.#fire ||= event.active;
    }
    if (event.type === 'fireReset' && this.#fires.size === 0) this.#fire = false;
    if (event.type === 'mode' && !this.#fire) {
      this.#each(event.origin.direction, (sight) => {
        command(sight, event.command);
      });
    }
    if (event.type === 'schedule') {
      this.#each(event.direction, (sight) => {
        schedule(sight, event.mode);
      });
    }
    if (event.type === 'close') {
      for (const sight of this.sights.values()) sight.mode = 'locked';
    }
    if (event.type === 'grant' && event.grant.expires > now) this.#accepted.add(event.grant.id);
  }

  did(effect: Effect): void {
    if (effect.type === 'passage') this.#record(effect);
    if (effect.type !== 'command') return;
    const sight = this.sights.get(effect.lock);
    assert.ok(sight, `no lock ${effect.lock}`);
    if (effect.action === 'off') sight.openUntil = -Infinity;
    if (effect.action === 'on') sight.openUntil = Infinity;
    if (effect.action !== 'pulse') return;
    const { grant = '', duration = 0, lock } = effect;
    assert.ok(this.#accepted.has(grant), 'opened without a fresh grant');
    assert.ok(!this.#opened.has(`${grant} ${lock}`), 'the same grant opened twice');
    assert.ok(!this.#fire && this.#sensors.get('stop') !== true, 'opened against fire or stop');
    assert.equal(sight.mode, 'locked', 'opened in a mode that is closed to grants');
    this.#opened.add(`${grant} ${lock}`);
    sight.openUntil = effect.at + duration;
  }

  /** Whether the lock has to be open to all, by what is known. */
  isOpenToAll(lock: Lock): boolean {
    const mode = this.sights.get(lock)?.mode ?? '';
    if (this.#fire) return true;
    if (this.#sensors.get('stop') === true) return false;
    return mode === 'lockedOpen' || (mode === 'unlocked' && this.#free);
  }

  /** Every grant that was taken in has exactly one record, and nobody else's. */
  settled(): void {
    for (const id of this.#accepted) assert.equal(this.#ended.get(id), 1, `records of ${id}`);
    for (const id of this.#ended.keys()) assert.ok(this.#accepted.has(id), `no grant ${id}`);
  }

  #record({ grant, outcome, confirmed }: Extract<Effect, { type: 'passage' }>): void {
    if (grant !== undefined) this.#ended.set(grant, (this.#ended.get(grant) ?? 0) + 1);
    if ((outcome === 'taken' && confirmed) || outcome === 'forced') this.recorded += 1;
  }

  #sensed(sensor: string, value: SensorValue): void {
    const before = this.#sensors.get(sensor);
    if (value === before) return;
    this.#sensors.set(sensor, value);
    if (this.#countsAs(sensor, value, before)) this.seen += 1;
  }

  #each(way: Lock | undefined, change: (sight: Sight) => void): void {
    for (const [lock, sight] of this.sights) {
      if (lock === 'both' || way === undefined || way === lock) change(sight);
    }
  }
}

function command(sight: Sight, asked: string): void {
  const releases: Record<string, string> = {
    lockedDown: 'lockDownRelease',
    lockedOpen: 'lockOpenRelease',
  };
  const release = releases[sight.mode];
  if (release === undefined) sight.mode = ASKED[asked] ?? sight.mode;
  else if (release === asked) {
    sight.mode = sight.scheduled === 'none' ? 'locked' : sight.scheduled;
  }
}

function schedule(sight: Sight, asked: string): void {
  const isFree = ['locked', 'unlocked', sight.scheduled].includes(sight.mode);
  if (asked !== sight.scheduled && isFree) sight.mode = asked;
  sight.scheduled = asked;
}

/** Plays the moves, ticking at every deadline, and lets the observer check after each of them. */
function watch<State extends CommonState>(
  machine: Machine<State>,
  observer: Observer,
  game: readonly Move[],
): void {
  let now = 1_000_000;
  let state = machine.initial();
  let next: number | undefined;

  const play = (event: PassageEvent): void => {
    observer.heard(event, now);
    const step = machine.step(state, event, now);
    ({ state, nextDeadline: next } = step);
    step.effects.forEach((effect) => {
      observer.did(effect);
    });
    check();
  };
  const check = (): void => {
    for (const { lock, output } of machine.view(state)) {
      const openUntil = observer.sights.get(lock)?.openUntil ?? -Infinity;
      assert.equal(output === 'open', observer.isOpenToAll(lock), `${lock} is ${output}`);
      if (output === 'open') assert.equal(openUntil, Infinity, 'the relay knows');
      if (output === 'closed') assert.ok(openUntil <= now, 'the relay has closed too');
    }
  };
  const pass = (duration: number): void => {
    const end = now + duration;
    while (next !== undefined && next <= end) {
      now = next;
      play({ type: 'tick' });
    }
    now = end;
  };

  const lives = new Map<string, number>();
  const dated = (grant: Grant): Grant => {
    const expires = lives.get(grant.id) ?? now + grant.expires;
    lives.set(grant.id, expires);
    return { ...grant, expires };
  };

  for (const move of game) {
    if (move.type === 'wait') pass(move.duration);
    else if (move.type === 'grant') play({ type: 'grant', grant: dated(move.grant) });
    else play(move);
  }
  // Whatever has happened, it comes to rest by itself when the sensors do.
  for (const sensor of ['contact', 'passIn', 'passOut'] as const) {
    play({ type: 'sensor', sensor, value: false });
  }
  pass(DAY);
  assert.equal(next, undefined, 'a timer is left');
  play({ type: 'close' });
  observer.settled();
  assert.equal(observer.recorded, observer.seen, 'a passage was lost or invented');
}

describe('any sequence of events', function () {
  this.timeout(60_000);
  const runs = { numRuns: 1500 };

  it('leaves a door open only for a reason, and every grant and every opening with one record', () => {
    const game = moves(
      grantMove(['in', 'out']),
      sensorMove(['contact'], [true, false, false, 'fault']),
      fc.oneof(
        fc.constant<Move>({ type: 'shunt' }),
        fc.boolean().map((free): Move => ({ type: 'interlock', free })),
      ),
    );
    fc.assert(
      fc.property(game, fc.boolean(), fc.constantFrom(0, 3000), (events, waits, relockDelay) => {
        const settings = { ...SETTINGS, relockDelay, interlockWait: waits ? 3000 : 0 };
        const observer = new Observer(['both'], (sensor, value) => {
          return sensor === 'contact' && value === true;
        });
        const known: Move = { type: 'sensor', sensor: 'contact', value: false };
        watch(doorMachine(settings), observer, [known, ...events]);
      }),
      runs,
    );
  });

  it('leaves a turnstile open only for a reason, and every grant and every passage with one record', () => {
    const game = moves(
      grantMove(['in', 'in', 'out', undefined]),
      sensorMove(['passIn', 'passOut', 'contact']),
    );
    fc.assert(
      fc.property(game, (events) => {
        const observer = new Observer(['in', 'out'], (sensor, value) => {
          return ['passIn', 'passOut', 'contact'].includes(sensor) && value === true;
        });
        watch(laneMachine(SETTINGS), observer, events);
      }),
      runs,
    );
  });

  it('leaves a barrier as it should be, too', () => {
    const game = moves(
      grantMove(['in', 'in', 'out', undefined]),
      sensorMove(['passIn', 'passOut']),
    );
    fc.assert(
      fc.property(game, (events) => {
        const observer = new Observer(['in', 'out'], (sensor, value, before) => {
          return ['passIn', 'passOut'].includes(sensor) && value === false && before === true;
        });
        const settings = { ...SETTINGS, countsOn: 'leaving', loiteringTime: DAY } as const;
        watch(laneMachine(settings), observer, events);
      }),
      runs,
    );
  });
});
