import assert from 'node:assert/strict';
import type { RelayController } from '../../../lib/devices/relay/controller.ts';
import type { FakeTime } from '../fake-time.ts';
import type { FakeDriver } from './fake-driver.ts';
import { PULSE, RelayBench, codeOf } from './relay-bench.ts';

describe('relay controller, when something fails', () => {
  let bench: RelayBench;
  let time: FakeTime;
  let driver: FakeDriver;
  let relay: RelayController;

  beforeEach(() => {
    bench = new RelayBench();
    ({ time, driver, relay } = bench);
  });

  describe('failures', () => {
    beforeEach(() => bench.start());

    it('off follows an opening that was not answered, and nothing is repeated', async () => {
      driver.behaviour = 'deaf';
      assert.equal(codeOf(await bench.run(PULSE, 500)), 'OUTPUT_TIMEOUT');
      driver.behaviour = 'good';
      await time.advance(60_000);
      assert.equal(driver.pulses, 1);
      assert.equal(driver.on, false);
      assert.equal(relay.status.state, 'safe');
    });

    it('switching off is repeated until it succeeds, and nothing opens before', async () => {
      await bench.run(PULSE);
      driver.behaviour = 'dead';
      await time.advance(20_000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(driver.on, true);
      assert.equal(codeOf(await bench.run(PULSE)), 'OUTPUT_TIMEOUT');
      driver.behaviour = 'good';
      await time.advance(10_000);
      assert.equal(driver.on, false);
      assert.equal(relay.status.state, 'safe');
      assert.equal(codeOf(await bench.run(PULSE)), 'done');
    });

    it('a lost board ends the opening; when it is back, off comes first and nothing is replayed', async () => {
      await bench.run({ action: 'on', life: 3000 });
      driver.behaviour = 'dead';
      driver.tell('lost');
      await time.advance(1000);
      assert.equal(relay.status.state, 'fault');
      driver.behaviour = 'good';
      driver.calls.length = 0;
      driver.tell('ready');
      await time.advance(5000);
      assert.equal(bench.written, 'off');
      await time.advance(60_000);
      assert.equal(driver.pulses, 1);
    });

    it('a board that stops to answer while nothing happens is noticed', async () => {
      driver.behaviour = 'dead';
      await time.advance(3000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(bench.fault, 'OUTPUT_TIMEOUT');
    });
  });

  describe('read-back', () => {
    beforeEach(() => bench.start());

    it('an output that does not go on fails the command after a second', async () => {
      driver.stuck = false;
      assert.equal(await bench.run(PULSE, 950), undefined);
      await time.advance(200);
      assert.equal(bench.fault, 'OUTPUT_MISMATCH');
      assert.equal(driver.calls.at(-1)?.what, 'off', 'it must not go on later');
    });

    it('the fault stays until the output is seen to go on', async () => {
      driver.stuck = false;
      assert.equal(codeOf(await bench.run(PULSE, 5000)), 'OUTPUT_MISMATCH');
      assert.equal(relay.status.state, 'safe');
      assert.equal(bench.fault, 'OUTPUT_MISMATCH', 'being off proves nothing');
      driver.stuck = undefined;
      const result = await bench.run(PULSE);
      assert.deepEqual(result, { state: 'done', confirmed: true, faulty: false });
      assert.equal(bench.fault, undefined);
    });

    it('a pulse shorter than the limit fails if the output never went on', async () => {
      driver.stuck = false;
      const result = await bench.run({ action: 'pulse', duration: 500, life: 3000 }, 1000);
      assert.equal(codeOf(result), 'OUTPUT_MISMATCH');
    });

    it('an output that does not go off is a fault: nothing opens, and off is repeated', async () => {
      await bench.run(PULSE);
      driver.stuck = true;
      await time.advance(10_000);
      assert.equal(relay.status.state, 'fault');
      assert.equal(bench.fault, 'OUTPUT_MISMATCH');
      assert.equal(codeOf(await bench.run(PULSE)), 'OUTPUT_MISMATCH');
      driver.stuck = undefined;
      await time.advance(10_000);
      assert.equal(relay.status.state, 'safe');
      assert.equal(bench.fault, undefined);
      assert.equal(driver.on, false);
    });

    it('an output that somebody else switches on is an alarm, and is left alone', async () => {
      driver.force(true);
      await time.advance(900);
      assert.equal(bench.fault, undefined);
      await time.advance(1500);
      assert.equal(bench.fault, 'OUTPUT_MISMATCH');
      assert.equal(relay.status.state, 'safe');
      assert.deepEqual(driver.calls, []);
      driver.force(false);
      await time.advance(1500);
      assert.equal(bench.fault, undefined);
    });

    it('a short difference is no alarm', async () => {
      driver.force(true);
      await time.advance(1100);
      driver.force(false);
      await time.advance(3000);
      assert.ok(bench.statuses.every(({ error }) => error === undefined));
    });

    it('a command does not wait for a look at the output', async () => {
      driver.latency = 50;
      await time.advance(1030);
      assert.equal(codeOf(await bench.run(PULSE, 300)), 'done');
    });

    it('an output that cannot be read is done without being confirmed', async () => {
      driver.readable = false;
      assert.deepEqual(await bench.run(PULSE), { state: 'done', confirmed: false, faulty: false });
      await time.advance(3000);
      assert.equal(driver.on, false);
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
