import assert from 'node:assert/strict';
import type { RelayCommand, RelayResult } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import type { RelayStatus } from '../../../lib/devices/relay/output.ts';
import { FakeTime } from '../fake-time.ts';
import { FakeDriver } from './fake-driver.ts';

const PULSE = { action: 'pulse', duration: 3000, life: 3000 } as const;

describe('relay controller', () => {
  let time: FakeTime;
  let driver: FakeDriver;
  let relay: RelayController;
  let statuses: RelayStatus[];

  beforeEach(() => {
    time = new FakeTime();
    driver = new FakeDriver(time);
    statuses = [];
    relay = new RelayController({
      driver,
      clock: time,
      timers: time,
      random: () => 0.5,
      onStatus: (status) => statuses.push(status),
    });
  });

  /** Starts a command and lets `wait` milliseconds pass; the result is there if it has come by then. */
  async function run(command: RelayCommand, wait = 10): Promise<RelayResult | undefined> {
    let result: RelayResult | undefined;
    void relay.execute(command).then((value) => {
      result = value;
    });
    await time.advance(wait);
    return result;
  }

  async function start(): Promise<void> {
    void relay.start();
    await time.advance(10);
    driver.calls.length = 0;
  }

  async function stop(): Promise<number> {
    const before = time.monotonic();
    let stopped = Infinity;
    void relay.stop().then(() => {
      stopped = time.monotonic();
    });
    await time.advance(2000);
    return stopped - before;
  }

  const fault = (): string | undefined => relay.status.error?.code;

  const codeOf = (result: RelayResult | undefined): string | undefined =>
    result?.state === 'failed' ? result.code : result?.state;

  describe('safe state', () => {
    it('switches off at start, and only then opens', async () => {
      driver.force(true);
      void relay.start();
      assert.equal(codeOf(await run(PULSE)), 'done');
      assert.deepEqual(
        driver.calls.map(({ what }) => what),
        ['off', 'on'],
      );
    });

    it('opens nothing before it has been started', async () => {
      assert.equal(codeOf(await run(PULSE)), 'OUTPUT_FAILED');
      assert.deepEqual(driver.calls, []);
    });

    it('goes on trying to switch off a board that is dead at start, and opens nothing meanwhile', async () => {
      driver.behaviour = 'dead';
      void relay.start();
      await time.advance(10_000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(fault(), 'OUTPUT_TIMEOUT');
      assert.equal(codeOf(await run(PULSE)), 'OUTPUT_TIMEOUT');
      driver.behaviour = 'good';
      await time.advance(10_000);
      assert.equal(relay.status.state, 'safe');
      assert.equal(fault(), undefined);
      assert.equal(driver.pulses, 0);
    });

    it('is reached within a second at stop, with the output off and no timer left', async () => {
      await start();
      await run({ action: 'on', life: 3000 });
      assert.ok((await stop()) < 1000);
      assert.equal(driver.on, false);
      assert.equal(time.pending, 0);
      assert.equal(driver.listeners, 0);
      assert.ok(driver.closed);
    });

    it('is attempted at stop even if the board does not answer, within a second', async () => {
      await start();
      await run({ action: 'on', life: 3000 });
      driver.behaviour = 'dead';
      driver.calls.length = 0;
      assert.ok((await stop()) < 1000);
      assert.equal(driver.calls.at(-1)?.what, 'off');
      assert.equal(time.pending, 0);
    });

    it('is written behind an opening that is in work at stop', async () => {
      await start();
      driver.latency = 200;
      const opening = relay.execute(PULSE);
      await time.advance(250);
      assert.ok((await stop()) < 1000);
      await opening;
      assert.deepEqual(
        driver.edges.map(({ on }) => on),
        [true, false],
      );
      assert.equal(time.pending, 0);
    });

    it('does not open what was not written before the stop', async () => {
      await start();
      driver.latency = 200;
      const opening = relay.execute(PULSE);
      await time.advance(100);
      await stop();
      assert.equal(codeOf(await opening), 'OUTPUT_FAILED');
      assert.equal(driver.pulses, 0);
      assert.equal(codeOf(await relay.execute(PULSE)), 'OUTPUT_FAILED');
    });
  });

  describe('commands', () => {
    beforeEach(start);

    it('pulse opens once, reports done after the effect, and closes in time', async () => {
      assert.deepEqual(await run(PULSE), { state: 'done', confirmed: true, faulty: false });
      await time.advance(2980);
      assert.equal(driver.on, true);
      await time.advance(20);
      assert.equal(driver.on, false);
      assert.deepEqual(
        statuses.slice(-4).map(({ state }) => state),
        ['opening', 'open', 'closing', 'safe'],
      );
    });

    it('pulse keeps its length when the wall clock jumps', async () => {
      await run(PULSE);
      time.jump(-86_400_000);
      await time.advance(2000);
      time.jump(10 * 365 * 86_400_000);
      assert.equal(driver.on, true);
      await time.advance(1000);
      assert.equal(driver.on, false);
    });

    it('a second grant moves the end of the pulse without a further edge', async () => {
      await run(PULSE);
      await time.advance(2000);
      assert.equal(codeOf(await run(PULSE)), 'done');
      await time.advance(2900);
      assert.equal(driver.on, true);
      await time.advance(200);
      assert.equal(driver.on, false);
      assert.equal(driver.pulses, 1);
    });

    it('a shorter second grant does not shorten the pulse', async () => {
      await run(PULSE);
      await run({ action: 'pulse', duration: 500, life: 3000 });
      await time.advance(2900);
      assert.equal(driver.on, true);
    });

    it('on stays until off, and a pulse in between does not end it', async () => {
      await run({ action: 'on', life: 3000 });
      await run(PULSE);
      await time.advance(3_600_000);
      assert.equal(driver.on, true);
      assert.equal(codeOf(await run({ action: 'off', life: 0 })), 'done');
      assert.equal(driver.on, false);
      assert.equal(driver.pulses, 1);
    });

    it('hold lasts for as long as it is renewed', async () => {
      for (let i = 0; i < 20; i++) {
        await run({ action: 'hold', duration: 500, life: 400 });
        await time.advance(300);
        assert.equal(driver.on, true);
      }
      await time.advance(300);
      assert.equal(driver.on, false);
      assert.equal(driver.pulses, 1);
    });

    it('hands the length of a pulse to the board, and never that of a hold', async () => {
      await run(PULSE);
      await run({ action: 'hold', duration: 5000, life: 400 });
      await run(PULSE);
      await run({ action: 'on', life: 400 });
      await run(PULSE);
      const pulses = driver.calls.map(({ pulse }) => pulse);
      assert.equal(pulses[0], 3000);
      assert.equal(pulses[1], undefined);
      assert.ok((pulses[2] ?? 0) > 4900, 'as long as what is already promised');
      assert.equal(pulses[3], undefined);
      assert.equal(pulses[4], undefined, 'the board must not end what has no end');
    });

    it('off is always accepted, and overtakes what waits', async () => {
      driver.latency = 100;
      const first = relay.execute(PULSE);
      const second = relay.execute(PULSE);
      await time.advance(250);
      const off = relay.execute({ action: 'off', life: 0 });
      await time.advance(1000);
      assert.equal(codeOf(await second), 'CONFLICT');
      assert.equal((await off).state, 'done');
      assert.equal((await first).state, 'done');
      assert.equal(driver.on, false);
    });

    it('off before the opening was written prevents it', async () => {
      driver.latency = 100;
      const opening = relay.execute(PULSE);
      await time.advance(50);
      void relay.execute({ action: 'off', life: 0 });
      await time.advance(1000);
      assert.equal(codeOf(await opening), 'CONFLICT');
      assert.equal(driver.pulses, 0);
    });

    it('refuses what makes no sense', async () => {
      for (const command of [
        { action: 'pulse', life: 1000 },
        { action: 'pulse', duration: 10, life: 1000 },
        { action: 'hold', duration: 600_001, life: 1000 },
        { action: 'pulse', duration: Number.NaN, life: 1000 },
        { action: 'on', life: Number.NaN },
        { action: 'on', life: -1 },
      ] as const) {
        assert.equal(codeOf(await run(command)), 'INPUT_INVALID', JSON.stringify(command));
      }
      assert.equal(driver.pulses, 0);
    });
  });

  describe('life and queue', () => {
    beforeEach(start);

    it('one command is in work, one waits, a third is refused', async () => {
      driver.latency = 100;
      const results = [1, 2, 3].map(() => relay.execute(PULSE));
      await time.advance(5000);
      assert.deepEqual((await Promise.all(results)).map(codeOf), ['done', 'done', 'BUSY']);
    });

    it('a command that waited longer than its life is never written', async () => {
      driver.latency = 300;
      const first = relay.execute(PULSE);
      const second = relay.execute({ ...PULSE, life: 500 });
      await time.advance(2000);
      assert.equal((await first).state, 'done');
      assert.equal(codeOf(await second), 'COMMAND_EXPIRED');
      assert.equal(driver.calls.filter(({ what }) => what === 'on').length, 1);
    });

    it('a command whose life ends while the board is asked is never written', async () => {
      driver.latency = 300;
      assert.equal(codeOf(await run({ ...PULSE, life: 200 }, 1000)), 'COMMAND_EXPIRED');
      assert.equal(driver.pulses, 0);
      assert.equal(relay.status.state, 'safe');
    });

    it('a life of more than ten seconds is cut', async () => {
      driver.latency = 12_000;
      assert.equal(codeOf(await run({ ...PULSE, life: 60_000 }, 60_000)), 'COMMAND_EXPIRED');
      assert.equal(driver.pulses, 0);
    });

    it('a second grant that has run out does not end the pulse of the first', async () => {
      await run(PULSE);
      assert.equal(codeOf(await run({ ...PULSE, life: 0 })), 'COMMAND_EXPIRED');
      await time.advance(2900);
      assert.equal(driver.on, true);
      await time.advance(200);
      assert.equal(driver.on, false);
    });
  });

  describe('failures', () => {
    beforeEach(start);

    it('off follows an opening that was not answered, and nothing is repeated', async () => {
      driver.behaviour = 'deaf';
      assert.equal(codeOf(await run(PULSE, 500)), 'OUTPUT_TIMEOUT');
      driver.behaviour = 'good';
      await time.advance(60_000);
      assert.equal(driver.pulses, 1);
      assert.equal(driver.on, false);
      assert.equal(relay.status.state, 'safe');
    });

    it('switching off is repeated until it succeeds, and nothing opens before', async () => {
      await run(PULSE);
      driver.behaviour = 'dead';
      await time.advance(20_000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(driver.on, true);
      assert.equal(codeOf(await run(PULSE)), 'OUTPUT_TIMEOUT');
      driver.behaviour = 'good';
      await time.advance(10_000);
      assert.equal(driver.on, false);
      assert.equal(relay.status.state, 'safe');
      assert.equal(codeOf(await run(PULSE)), 'done');
    });

    it('a lost board ends the opening; when it is back, off comes first and nothing is replayed', async () => {
      await run({ action: 'on', life: 3000 });
      driver.behaviour = 'dead';
      driver.tell('lost');
      await time.advance(1000);
      assert.equal(relay.status.state, 'fault');
      driver.behaviour = 'good';
      driver.calls.length = 0;
      driver.tell('ready');
      await time.advance(1000);
      assert.deepEqual(
        driver.calls.map(({ what }) => what),
        ['off'],
      );
      await time.advance(60_000);
      assert.equal(driver.pulses, 1);
    });

    it('a board that stops to answer while nothing happens is noticed', async () => {
      driver.behaviour = 'dead';
      await time.advance(3000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(fault(), 'OUTPUT_TIMEOUT');
    });
  });

  describe('read-back', () => {
    beforeEach(start);

    it('an output that does not go on fails the command after a second', async () => {
      driver.stuck = false;
      assert.equal(await run(PULSE, 950), undefined);
      await time.advance(200);
      assert.equal(fault(), 'OUTPUT_MISMATCH');
      assert.equal(driver.calls.at(-1)?.what, 'off', 'it must not go on later');
    });

    it('the fault stays until the output is seen to go on', async () => {
      driver.stuck = false;
      assert.equal(codeOf(await run(PULSE, 5000)), 'OUTPUT_MISMATCH');
      assert.equal(relay.status.state, 'safe');
      assert.equal(fault(), 'OUTPUT_MISMATCH', 'being off proves nothing');
      driver.stuck = undefined;
      const result = await run(PULSE);
      assert.deepEqual(result, { state: 'done', confirmed: true, faulty: false });
      assert.equal(fault(), undefined);
    });

    it('a pulse shorter than the limit fails if the output never went on', async () => {
      driver.stuck = false;
      const result = await run({ action: 'pulse', duration: 500, life: 3000 }, 1000);
      assert.equal(codeOf(result), 'OUTPUT_MISMATCH');
    });

    it('an output that does not go off is a fault: nothing opens, and off is repeated', async () => {
      await run(PULSE);
      driver.stuck = true;
      await time.advance(10_000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(fault(), 'OUTPUT_MISMATCH');
      assert.equal(codeOf(await run(PULSE)), 'OUTPUT_MISMATCH');
      driver.stuck = undefined;
      await time.advance(10_000);
      assert.equal(relay.status.state, 'safe');
      assert.equal(fault(), undefined);
      assert.equal(driver.on, false);
    });

    it('an output that somebody else switches on is an alarm, and is left alone', async () => {
      driver.force(true);
      await time.advance(900);
      assert.equal(fault(), undefined);
      await time.advance(1500);
      assert.equal(fault(), 'OUTPUT_MISMATCH');
      assert.equal(relay.status.state, 'safe');
      assert.deepEqual(driver.calls, []);
      driver.force(false);
      await time.advance(1500);
      assert.equal(fault(), undefined);
    });

    it('a short difference is no alarm', async () => {
      driver.force(true);
      await time.advance(1100);
      driver.force(false);
      await time.advance(3000);
      assert.ok(statuses.every(({ error }) => error === undefined));
    });

    it('a command does not wait for a look at the output', async () => {
      driver.latency = 50;
      await time.advance(1030);
      assert.equal(codeOf(await run(PULSE, 300)), 'done');
    });

    it('an output that cannot be read is done without being confirmed', async () => {
      driver.readable = false;
      assert.deepEqual(await run(PULSE), { state: 'done', confirmed: false, faulty: false });
      await time.advance(3000);
      assert.equal(driver.on, false);
      assert.equal(time.pending, 0);
    });

    it('the end of a pulse does not wait for a reading', async () => {
      const result = relay.execute({ action: 'pulse', duration: 100, life: 3000 });
      await time.advance(1);
      driver.latency = 5000;
      await time.advance(20_000);
      assert.deepEqual(await result, { state: 'done', confirmed: false, faulty: false });
      assert.equal(driver.calls.at(-1)?.what, 'off');
    });
  });
});
