import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RelayCommand } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { CountedTimers, FakeTime } from '../fake-time.ts';
import { FakeDriver, LIMIT, type Behaviour } from './fake-driver.ts';

/** Milliseconds by which an output may stay on longer: a write, its read-back and the switching off in work. */
const TOLERANCE = 4 * LIMIT;
/** Longest wait between two attempts to switch off, and the time such an attempt takes. */
const RETRY = 7500 + 3 * LIMIT;

/** What the relay may do, as far as the model knows: nothing but what it has been told. */
interface Model {
  commands: { at: number; until: number; duration: number }[];
  /** Whether the board has done what it should for the whole time. */
  good: boolean;
}

interface Real {
  time: FakeTime;
  /** Those of the controller alone. */
  timers: CountedTimers;
  driver: FakeDriver;
  relay: RelayController;
}

type Step = fc.AsyncCommand<Model, Real>;

/** A step that can always be taken, after which everything still has to be right. */
function step(name: string, act: (model: Model, real: Real) => void, pass = 0): Step {
  return {
    check: () => true,
    run: async (model, real) => {
      act(model, real);
      await real.time.advance(pass);
      judge(model, real);
    },
    toString: () => name,
  };
}

function execute(command: RelayCommand): Step {
  return step(`execute ${JSON.stringify(command)}`, (model, { relay, time }) => {
    const { action, life: lives, duration: lasts } = command;
    const at = time.monotonic();
    if (action !== 'off') {
      const length = action === 'on' ? Infinity : (lasts ?? 0);
      model.commands.push({ at, until: at + lives, duration: length });
    }
    void relay.execute(command);
  });
}

function pass(length: number): Step {
  return step(`pass ${length}`, () => undefined, length);
}

function behave(behaviour: Behaviour, stuck: boolean | undefined): Step {
  return step(`behave ${behaviour} ${String(stuck)}`, (model, { driver }) => {
    driver.behaviour = behaviour;
    driver.stuck = stuck;
    if (behaviour !== 'good' || stuck !== undefined) model.good = false;
  });
}

function tell(what: 'ready' | 'lost'): Step {
  return step(`tell ${what}`, (_, { driver }) => {
    driver.tell(what);
  });
}

function slow(latency: number): Step {
  return step(`slow ${latency}`, (_, { driver }) => {
    driver.latency = latency;
  });
}

function judge(model: Model, { driver, time, relay }: Real): void {
  const now = time.monotonic();
  const ons = driver.calls.filter(({ what }) => what === 'on');
  assert.ok(ons.length <= model.commands.length, 'more openings written than commands given');
  for (const { at } of ons) {
    const living = model.commands.some((command) => command.at <= at && at < command.until);
    assert.ok(living, `written at ${at}, when no command was alive`);
  }
  if (relay.status.state === 'safe' && model.good) assert.equal(driver.on, false);
  assertEnded(model, driver, now);
}

/** An opening is followed by an attempt to switch off within the longest time that its commands can ask for. */
function assertEnded(model: Model, driver: FakeDriver, now: number): void {
  const lastOn = driver.calls.findLastIndex(({ what }) => what === 'on');
  if (lastOn < 0) return;
  const { at } = driver.calls[lastOn] ?? assert.fail();
  const before = driver.calls.slice(0, lastOn).findLast(({ what }) => what === 'off')?.at ?? 0;
  const after = driver.calls.slice(lastOn).find(({ what }) => what === 'off')?.at ?? now;
  const asked = model.commands
    .filter((command) => command.at <= at && command.until > before)
    .map(({ duration: length }) => length);
  const latest = at + Math.max(...asked) + TOLERANCE;
  assert.ok(after <= latest, `on since ${at}, not switched off by ${latest}`);
}

const life = fc.integer({ min: 0, max: 5000 });
const duration = fc.integer({ min: 50, max: 5000 });
const steps = [
  fc.record({ action: fc.constantFrom('pulse', 'hold'), duration, life }).map(execute),
  fc.record({ action: fc.constantFrom('pulse', 'hold'), duration, life }).map(execute),
  life.map((value) => execute({ action: 'on', life: value })),
  fc.constant(execute({ action: 'off', life: 0 })),
  fc.integer({ min: 1, max: 3000 }).map(pass),
  fc.integer({ min: 1, max: 100 }).map(pass),
  fc
    .tuple(
      fc.constantFrom<Behaviour>('good', 'good', 'dead', 'deaf'),
      fc.constantFrom(undefined, undefined, true, false),
    )
    .map(([behaviour, stuck]) => behave(behaviour, stuck)),
  fc.constantFrom<'ready' | 'lost'>('ready', 'lost').map(tell),
  fc.constantFrom(1, 20, 150, LIMIT).map(slow),
];

/** A board that works again is switched off, whatever went before, and nothing opens by itself. */
async function assertRecovers(model: Model, real: Real): Promise<void> {
  const { relay, driver, time } = real;
  driver.behaviour = 'good';
  driver.stuck = undefined;
  await time.advance(RETRY);
  judge(model, real);
  if (relay.status.state === 'open') void relay.execute({ action: 'off', life: 0 });
  await time.advance(RETRY);
  assert.equal(relay.status.state, 'safe');
  assert.equal(driver.on, false);
}

/** Stops within a second, with off as the last word and no timer left. */
async function assertStops({ relay, driver, time, timers }: Real): Promise<void> {
  const begun = time.monotonic();
  const stopped = relay.stop().then(() => {
    assert.ok(time.monotonic() - begun < 1000);
    assert.equal(timers.pending, 0);
  });
  await time.advance(60_000);
  await stopped;
  assert.equal(timers.pending, 0);
  assert.equal(driver.listeners, 0);
  assert.equal(driver.calls.at(-1)?.what ?? 'off', 'off');
}

async function play(commands: Iterable<Step>, readable: boolean, recovers: boolean): Promise<void> {
  const time = new FakeTime();
  const timers = new CountedTimers(time);
  const driver = new FakeDriver(time);
  driver.readable = readable;
  const relay = new RelayController({ driver, clock: time, timers, random: () => 0.5 });
  const model: Model = { commands: [], good: true };
  const real: Real = { time, timers, driver, relay };
  void relay.start();
  await fc.asyncModelRun(() => ({ model, real }), commands);
  if (recovers) await assertRecovers(model, real);
  await assertStops(real);
}

describe('relay controller, against a model', function () {
  this.timeout(60_000);

  for (const readable of [true, false]) {
    const what = readable ? 'with read-back' : 'without read-back';
    it(`opens only for living commands and never for longer than they ask, ${what}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.commands(steps, { maxCommands: 40 }),
          fc.boolean(),
          (commands, recovers) => play(commands, readable, recovers),
        ),
        { numRuns: 1500 },
      );
    });
  }
});
