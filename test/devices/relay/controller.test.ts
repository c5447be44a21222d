import assert from 'node:assert/strict';
import type { RelayController } from '../../../lib/devices/relay/controller.ts';
import type { FakeTime } from '../fake-time.ts';
import type { FakeDriver } from './fake-driver.ts';
import { OFF, PULSE, RelayBench, codeOf } from './relay-bench.ts';

describe('relay controller', () => {
  let bench: RelayBench;
  let time: FakeTime;
  let driver: FakeDriver;
  let relay: RelayController;

  beforeEach(() => {
    bench = new RelayBench();
    ({ time, driver, relay } = bench);
  });

  describe('safe state', () => {
    it('switches off at start, and only then opens', async () => {
      driver.force(true);
      void relay.start();
      assert.equal(codeOf(await bench.run(PULSE)), 'done');
      assert.equal(bench.written, 'off on');
    });

    it('opens nothing before it has been started', async () => {
      assert.equal(codeOf(await bench.run(PULSE)), 'OUTPUT_FAILED');
      assert.deepEqual(driver.calls, []);
    });

    it('goes on trying to switch off a board that is dead at start, and opens nothing meanwhile', async () => {
      driver.behaviour = 'dead';
      void relay.start();
      await time.advance(10_000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(bench.fault, 'OUTPUT_TIMEOUT');
      assert.equal(codeOf(await bench.run(PULSE)), 'OUTPUT_TIMEOUT');
      driver.behaviour = 'good';
      await time.advance(10_000);
      assert.equal(relay.status.state, 'safe');
      assert.equal(bench.fault, undefined);
      assert.equal(driver.pulses, 0);
    });

    it('is reached within a second at stop, with the output off and no timer left', async () => {
      await bench.start();
      await bench.run({ action: 'on', life: 3000 });
      const { took, left } = await bench.stop();
      assert.ok(took < 1000);
      assert.equal(left, 0);
      assert.equal(driver.on, false);
      assert.equal(driver.listeners, 0);
      assert.ok(driver.closed);
    });

    it('is attempted at stop even if the board does not answer, within a second', async () => {
      await bench.start();
      await bench.run({ action: 'on', life: 3000 });
      driver.behaviour = 'dead';
      driver.calls.length = 0;
      const { took, left } = await bench.stop();
      assert.ok(took < 1000);
      assert.equal(left, 0);
      assert.equal(driver.calls.at(-1)?.what, 'off');
    });

    it('is written behind an opening that is in work at stop', async () => {
      await bench.start();
      driver.latency = 200;
      const opening = relay.execute(PULSE);
      await time.advance(250);
      const { took, left } = await bench.stop();
      assert.ok(took < 1000);
      assert.equal(left, 0);
      await opening;
      assert.deepEqual(
        driver.edges.map(({ on }) => on),
        [true, false],
      );
    });

    it('does not open what was not written before the stop', async () => {
      await bench.start();
      driver.latency = 200;
      const opening = relay.execute(PULSE);
      await time.advance(100);
      await bench.stop();
      assert.equal(codeOf(await opening), 'OUTPUT_FAILED');
      assert.equal(driver.pulses, 0);
      assert.equal(codeOf(await relay.execute(PULSE)), 'OUTPUT_FAILED');
    });
  });

  describe('commands', () => {
    beforeEach(() => bench.start());

    it('pulse opens once, reports done after the effect, and closes in time', async () => {
      assert.deepEqual(await bench.run(PULSE), { state: 'done', confirmed: true, faulty: false });
      await time.advance(2980);
      assert.equal(driver.on, true);
      await time.advance(20);
      assert.equal(driver.on, false);
      assert.deepEqual(
        bench.statuses.slice(-4).map(({ state }) => state),
        ['opening', 'open', 'closing', 'safe'],
      );
    });

    it('pulse keeps its length when the wall clock jumps', async () => {
      await bench.run(PULSE);
      time.jump(-86_400_000);
      await time.advance(2000);
      time.jump(10 * 365 * 86_400_000);
      assert.equal(driver.on, true);
      await time.advance(1000);
      assert.equal(driver.on, false);
    });

    it('a second grant moves the end of the pulse without a further edge', async () => {
      await bench.run(PULSE);
      await time.advance(2000);
      assert.equal(codeOf(await bench.run(PULSE)), 'done');
      await time.advance(2900);
      assert.equal(driver.on, true);
      await time.advance(200);
      assert.equal(driver.on, false);
      assert.equal(driver.pulses, 1);
    });

    it('a shorter second grant does not shorten the pulse', async () => {
      await bench.run(PULSE);
      await bench.run({ action: 'pulse', duration: 500, life: 3000 });
      await time.advance(2900);
      assert.equal(driver.on, true);
    });

    it('on stays until off, and a pulse in between does not end it', async () => {
      await bench.run({ action: 'on', life: 3000 });
      await bench.run(PULSE);
      await time.advance(3_600_000);
      assert.equal(driver.on, true);
      assert.equal(codeOf(await bench.run(OFF)), 'done');
      assert.equal(driver.on, false);
      assert.equal(driver.pulses, 1);
    });

    it('hold lasts for as long as it is renewed', async () => {
      for (let i = 0; i < 20; i++) {
        await bench.run({ action: 'hold', duration: 500, life: 400 });
        await time.advance(300);
        assert.equal(driver.on, true);
      }
      await time.advance(300);
      assert.equal(driver.on, false);
      assert.equal(driver.pulses, 1);
    });

    it('hands the length of a pulse to the board, and never that of a hold', async () => {
      await bench.run(PULSE);
      await bench.run({ action: 'hold', duration: 5000, life: 400 });
      await bench.run(PULSE);
      await bench.run({ action: 'on', life: 400 });
      await bench.run(PULSE);
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
      const off = relay.execute(OFF);
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
      void relay.execute(OFF);
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
        assert.equal(codeOf(await bench.run(command)), 'INPUT_INVALID', JSON.stringify(command));
      }
      assert.equal(driver.pulses, 0);
    });
  });
});
