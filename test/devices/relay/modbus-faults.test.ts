import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RelayCommand } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { MODBUS_BOARDS } from '../../../lib/devices/relay/modbus-boards.ts';
import { ModbusBus } from '../../../lib/devices/relay/modbus-bus.ts';
import { ModbusRelay } from '../../../lib/devices/relay/modbus.ts';
import { SimulatedRelayBoard, type Fault } from '../../../lib/devices/simulator/relay-board.ts';
import { FakeTime } from '../fake-time.ts';
import { MemoryNetwork } from './memory-link.ts';

/** Milliseconds to wait for an answer. */
const LIMIT = 400;
const CASES = 10_000;

interface Timed<T> {
  at: number;
  what: T;
}

type Trouble = 'freeze' | 'thaw' | 'cut' | 'heal' | 'break' | 'refuse' | 'accept';

interface Case {
  latency: number;
  /** Milliseconds that the board takes for each request. */
  delay: number;
  commands: readonly Timed<RelayCommand>[];
  troubles: readonly Timed<Trouble>[];
  /** What goes wrong with the first requests after the start. */
  faults: readonly (Fault | undefined)[];
}

const command = fc.record({
  action: fc.constant('pulse' as const),
  duration: fc.integer({ min: 200, max: 3000 }),
  life: fc.integer({ min: 200, max: 5000 }),
});

const at = <T>(what: fc.Arbitrary<T>, latest: number): fc.Arbitrary<Timed<T>> =>
  fc.record({ at: fc.integer({ min: 0, max: latest }), what });

const commands = fc.array(at(command, 3000), { minLength: 1, maxLength: 3 });

/** One trouble that begins and ends, up to a minute later. */
function spell(begins: Trouble, ends: Trouble): fc.Arbitrary<Timed<Trouble>[]> {
  return fc
    .tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 60_000 }))
    .map(([start, length]) => [
      { at: start, what: begins },
      { at: start + length, what: ends },
    ]);
}

const troubles = fc
  .array(
    fc.oneof(
      spell('freeze', 'thaw'),
      spell('cut', 'heal'),
      spell('refuse', 'accept'),
      at(fc.constant('break' as const), 4000).map((trouble) => [trouble]),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((spells) => spells.flat());

const latency = fc.integer({ min: 0, max: 30 });

/** Three kinds of cases: trouble that comes and goes, requests that go wrong, boards that are slow. */
const cases: fc.Arbitrary<Case> = fc.oneof(
  fc.record({
    latency,
    delay: fc.constantFrom(0, 0, 0, 5, 50, 300),
    commands,
    troubles,
    faults: fc.constant([]),
  }),
  fc.record({
    latency,
    delay: fc.constant(0),
    commands,
    troubles: fc.constant([]),
    faults: fc.array(
      fc.constantFrom<Fault | undefined>(undefined, 'lost', 'unanswered', 'ignored', 'reset'),
      { minLength: 1, maxLength: 12 },
    ),
  }),
  fc.record({
    latency,
    delay: fc.integer({ min: 0, max: 60_000 }),
    commands,
    troubles: fc.constant([]),
    faults: fc.constant([]),
  }),
);

/** Everything that one case needs, and what came of it. */
class Run {
  readonly time = new FakeTime();
  readonly board = new SimulatedRelayBoard({ clock: this.time, timers: this.time });
  readonly network = new MemoryNetwork(this.time, (pdu) => this.board.serve(pdu));
  readonly bus = new ModbusBus({
    connect: () => this.network.connect(),
    serial: false,
    clock: this.time,
    timers: this.time,
    random: () => 0.5,
  });
  readonly relay = new RelayController({
    driver: new ModbusRelay({
      bus: this.bus,
      board: MODBUS_BOARDS.coil,
      unit: 1,
      channel: 1,
      limit: LIMIT,
      inverted: false,
      release: () => this.bus.close(),
    }),
    clock: this.time,
    timers: this.time,
    random: () => 0.5,
    pollInterval: 5000,
  });
  readonly issued: { from: number; until: number }[] = [];
  answered = 0;

  async start({ latency: wait, delay }: Case): Promise<void> {
    this.network.latency = wait;
    this.board.delay = delay;
    void this.relay.start();
    await this.time.advance(200);
  }

  issue(what: RelayCommand): void {
    const from = this.time.monotonic();
    this.issued.push({ from, until: from + what.life });
    void this.relay.execute(what).then(() => {
      this.answered += 1;
    });
  }

  suffer(trouble: Trouble): void {
    if (trouble === 'freeze') this.board.freeze();
    else if (trouble === 'thaw') this.board.thaw();
    else if (trouble === 'cut') this.network.cut();
    else if (trouble === 'heal') this.network.heal();
    else if (trouble === 'break') this.network.breakAll();
    else this.network.refusing = trouble === 'refuse';
  }

  /** All troubles end; the board and the connection get the time to recover. */
  async recover(): Promise<void> {
    for (const end of ['thaw', 'heal', 'accept'] as const) this.suffer(end);
    this.board.fault = () => undefined;
    this.board.delay = 0;
    await this.time.advance(90_000);
  }

  /** From when to when the output was on. */
  openings(): { from: number; to: number }[] {
    const openings: { from: number; to: number }[] = [];
    for (const { on, at: edge } of this.board.history) {
      const last = openings.at(-1);
      if (on) openings.push({ from: edge, to: Infinity });
      else if (last !== undefined) last.to = edge;
    }
    return openings;
  }
}

async function play(one: Case): Promise<Run> {
  const run = new Run();
  await run.start(one);
  const faults = [...one.faults];
  run.board.fault = () => faults.shift();
  const steps = [
    ...one.commands.map(({ at: when, what }) => ({
      when,
      act: () => {
        run.issue(what);
      },
    })),
    ...one.troubles.map(({ at: when, what }) => ({
      when,
      act: () => {
        run.suffer(what);
      },
    })),
  ].sort((a, b) => a.when - b.when);
  let passed = 0;
  for (const { when, act } of steps) {
    await run.time.advance(when - passed);
    passed = when;
    act();
  }
  await run.time.advance(5000);
  await run.recover();
  return run;
}

function judge(run: Run, one: Case): void {
  const real = run.openings().filter(({ from, to }) => to - from > one.delay);
  for (const { from } of real) {
    const inLife = run.issued.some((life) => from >= life.from && from < life.until + LIMIT);
    assert.ok(inLife, `opened at ${from}, outside of the life of every command`);
  }
  assert.ok(real.length <= run.issued.length, 'more openings than commands');
  assert.equal(run.answered, run.issued.length, 'every command has its result');
  assert.equal(run.board.output(1), false, 'off in the end');
  assert.equal(run.relay.status.state, 'safe');
}

describe('direct Modbus relay under random faults', function () {
  this.timeout(120_000);

  it(`never opens after the life of a command, in ${CASES} cases`, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const run = await play(one);
        judge(run, one);
        const stopped = run.relay.stop();
        await run.time.advance(1000);
        await stopped;
        assert.equal(run.time.pending, 0, 'no timer is left');
      }),
      { numRuns: CASES },
    );
  });
});
