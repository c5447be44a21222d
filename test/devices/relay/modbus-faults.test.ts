import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RelayCommand } from '../../../lib/devices/relay/command.ts';
import type { Fault } from '../../../lib/devices/simulator/relay-board.ts';
import { LIMIT, ModbusBench } from './modbus-bench.ts';

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

const some = (spells: fc.Arbitrary<Timed<Trouble>[]>): fc.Arbitrary<Timed<Trouble>[]> =>
  fc.array(spells, { minLength: 1, maxLength: 3 }).map((list) => list.flat());

/**
 * One kind of trouble at a time. A board that has got the opening, freezes, and is cut off as well opens when it
 * wakes up, whatever we do: there only a timer on the board helps.
 */
const troubles = fc.oneof(
  some(spell('freeze', 'thaw')),
  some(spell('cut', 'heal')),
  some(
    fc.oneof(
      spell('refuse', 'accept'),
      at(fc.constant<Trouble>('break'), 4000).map((trouble) => [trouble]),
    ),
  ),
);

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

/** One case being played, and what has come of it. */
class Run {
  readonly bench = new ModbusBench();
  readonly relay = this.bench.relay({ pollInterval: 5000 });
  readonly issued: { from: number; until: number }[] = [];
  answered = 0;

  async start({ latency: wait, delay }: Case): Promise<void> {
    this.bench.network.latency = wait;
    this.bench.board.delay = delay;
    void this.relay.start();
    await this.bench.time.advance(200);
  }

  issue(what: RelayCommand): void {
    const from = this.bench.time.monotonic();
    this.issued.push({ from, until: from + what.life });
    void this.relay.execute(what).then(() => {
      this.answered += 1;
    });
  }

  suffer(trouble: Trouble): void {
    const { board, network } = this.bench;
    if (trouble === 'freeze') board.freeze();
    else if (trouble === 'thaw') board.thaw();
    else if (trouble === 'cut') network.cut();
    else if (trouble === 'heal') network.heal();
    else if (trouble === 'break') network.breakAll();
    else network.refusing = trouble === 'refuse';
  }

  /** All troubles end; the board and the connection get the time to recover. */
  async recover(): Promise<void> {
    for (const end of ['thaw', 'heal', 'accept'] as const) this.suffer(end);
    this.bench.board.fault = () => undefined;
    this.bench.board.delay = 0;
    await this.bench.time.advance(90_000);
  }

  /** From when to when the output was on. */
  openings(): { from: number; to: number }[] {
    const openings: { from: number; to: number }[] = [];
    for (const { on, at: edge } of this.bench.board.history) {
      const last = openings.at(-1);
      if (on) openings.push({ from: edge, to: Infinity });
      else if (last !== undefined) last.to = edge;
    }
    return openings;
  }
}

async function play(one: Case): Promise<Run> {
  const run = new Run();
  const { board, time } = run.bench;
  await run.start(one);
  const faults = [...one.faults];
  board.fault = () => faults.shift();
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
    await time.advance(when - passed);
    passed = when;
    act();
  }
  await time.advance(5000);
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
  assert.equal(run.bench.board.output(1), false, 'off in the end');
  assert.equal(run.relay.status.state, 'safe');
}

describe('direct Modbus relay under random faults', function () {
  this.timeout(120_000);

  it(`never opens after the life of a command, in ${CASES} cases`, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const run = await play(one);
        judge(run, one);
        const { took, left } = await run.bench.stop(run.relay);
        assert.ok(took < 1000, `stopped after ${took} ms`);
        assert.equal(left, 0, 'no timer is left');
      }),
      { numRuns: CASES },
    );
  });
});
