import assert from 'node:assert/strict';
import type { RelayController } from '../../../lib/devices/relay/controller.ts';
import type { FakeTime } from '../fake-time.ts';
import type { FakeDriver } from './fake-driver.ts';
import { PULSE, RelayBench, codeOf } from './relay-bench.ts';

describe('relay controller, with commands that wait', () => {
  let bench: RelayBench;
  let time: FakeTime;
  let driver: FakeDriver;
  let relay: RelayController;

  beforeEach(() => {
    bench = new RelayBench();
    ({ time, driver, relay } = bench);
    return bench.start();
  });

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
    assert.equal(codeOf(await bench.run({ ...PULSE, life: 200 }, 1000)), 'COMMAND_EXPIRED');
    assert.equal(driver.pulses, 0);
    assert.equal(relay.status.state, 'safe');
  });

  it('a process that stood still opens nothing that has run out meanwhile', async () => {
    const opening = relay.execute(PULSE);
    time.stall(5000);
    await time.advance(100);
    assert.equal(codeOf(await opening), 'COMMAND_EXPIRED');
    assert.equal(driver.pulses, 0);
  });

  it('a life of more than ten seconds is cut', async () => {
    driver.latency = 12_000;
    assert.equal(codeOf(await bench.run({ ...PULSE, life: 60_000 }, 60_000)), 'COMMAND_EXPIRED');
    assert.equal(driver.pulses, 0);
  });

  it('a second grant that has run out does not end the pulse of the first', async () => {
    await bench.run(PULSE);
    assert.equal(codeOf(await bench.run({ ...PULSE, life: 0 })), 'COMMAND_EXPIRED');
    await time.advance(2900);
    assert.equal(driver.on, true);
    await time.advance(200);
    assert.equal(driver.on, false);
  });
});
