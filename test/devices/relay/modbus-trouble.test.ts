import assert from 'node:assert/strict';
import type { SimulatedRelayBoard } from '../../../lib/devices/simulator/relay-board.ts';
import type { FakeTime } from '../fake-time.ts';
import type { MemoryNetwork } from './memory-link.ts';
import { ModbusBench } from './modbus-bench.ts';
import { ON, PULSE } from './relay-bench.ts';

describe('direct Modbus relay, in trouble', () => {
  let bench: ModbusBench;
  let time: FakeTime;
  let board: SimulatedRelayBoard;
  let network: MemoryNetwork;

  beforeEach(() => {
    bench = new ModbusBench();
    ({ time, board, network } = bench);
  });

  afterEach(async () => {
    await bench.stop();
    board.close();
  });

  it('a board that was frozen before the opening is never told to open', async () => {
    const relay = await bench.started();
    board.freeze();
    assert.equal(await bench.run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    await time.advance(40_000);
    board.thaw();
    await time.advance(20_000);
    assert.equal(bench.openings, 0);
    assert.equal(relay.status.state, 'safe');
    assert.equal(await bench.run(relay, PULSE), 'done', 'it works again');
  });

  it('a board that wakes up is made safe at once', async () => {
    const relay = await bench.started();
    board.freeze();
    await time.advance(40_000);
    assert.equal(relay.status.state, 'fault');
    board.thaw();
    await time.advance(100);
    assert.equal(relay.status.state, 'safe');
  });

  it('a board that freezes with the opening on its way closes at the moment it wakes up', async () => {
    const relay = await bench.started();
    board.fault = ({ write }) => {
      if (write) board.freeze();
      return undefined;
    };
    assert.equal(await bench.run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    board.fault = () => undefined;
    await time.advance(38_000);
    board.thaw();
    await time.advance(20_000);
    const [on, off] = board.history;
    assert.equal(bench.openings, 1);
    assert.equal(on?.at, off?.at, 'off is served right behind on: no relay moves in that time');
    assert.equal(network.connects, 1, 'the connection that holds both is kept');
    assert.equal(relay.status.state, 'safe');
  });

  it('an opening that the network holds back is taken back with the connection', async () => {
    const relay = await bench.started();
    board.fault = ({ code }) => {
      if (code === 1) network.cut();
      return undefined;
    };
    network.latency = 0;
    assert.equal(await bench.run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    board.fault = () => undefined;
    await time.advance(90_000);
    network.heal();
    await time.advance(30_000);
    assert.equal(bench.openings, 0);
    assert.equal(relay.status.state, 'safe');
  });

  it('a connection without an opening on its way is given up after seconds', async () => {
    const relay = await bench.started();
    network.cut();
    await time.advance(10_000);
    assert.equal(relay.status.state, 'fault');
    network.heal();
    await time.advance(12_000);
    assert.equal(relay.status.state, 'safe');
    assert.ok(network.connects > 1);
  });

  it('an answer that is lost costs one short opening, and no second one', async () => {
    const relay = await bench.started();
    board.fault = ({ write }) => (write && bench.openings === 0 ? 'unanswered' : undefined);
    assert.equal(await bench.run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    await time.advance(60_000);
    assert.equal(bench.openings, 1);
    assert.equal(board.output(1), false);
    assert.equal(relay.status.state, 'safe');
  });

  it('a connection that breaks behind the opening ends it, and nothing is replayed', async () => {
    const relay = await bench.started();
    board.fault = ({ write }) => (write && bench.openings === 0 ? 'reset' : undefined);
    assert.equal(await bench.run(relay, PULSE, 1000), 'OUTPUT_FAILED');
    await time.advance(60_000);
    assert.equal(bench.openings, 1);
    assert.equal(board.output(1), false);
    assert.equal(relay.status.state, 'safe');
  });

  it('a stuck output is an alarm', async () => {
    const relay = await bench.started();
    board.stick(1, false);
    assert.equal(await bench.run(relay, PULSE, 1500), 'OUTPUT_MISMATCH');
    assert.equal(relay.status.error?.code, 'OUTPUT_MISMATCH');
  });

  it('a board that acknowledges and does nothing is an alarm', async () => {
    const relay = await bench.started();
    board.fault = ({ write }) => (write ? 'ignored' : undefined);
    assert.equal(await bench.run(relay, PULSE, 1500), 'OUTPUT_MISMATCH');
  });

  it('a board that is not there fails at once, and works when it appears', async () => {
    network.refusing = true;
    const relay = await bench.started();
    assert.equal(relay.status.error?.code, 'OUTPUT_FAILED');
    assert.equal(await bench.run(relay, PULSE, 0), 'OUTPUT_FAILED');
    network.refusing = false;
    await time.advance(20_000);
    assert.equal(relay.status.state, 'safe');
    assert.equal(bench.openings, 0);
  });

  it('the waits between attempts to connect grow', async () => {
    network.refusing = true;
    await bench.started();
    await time.advance(60_000);
    assert.ok(network.connects > 8 && network.connects < 20, `${network.connects} in a minute`);
  });

  it('off goes out to every output of a frozen board when all are stopped at once', async () => {
    const channels = [1, 2, 3, 4, 5, 6, 7, 8];
    const relays = await Promise.all(channels.map((channel) => bench.started({ channel })));
    for (const relay of relays) assert.equal(await bench.run(relay, ON), 'done');
    board.freeze();
    const { took, left } = await bench.stop(...relays);
    assert.ok(took < 1000, `${took} ms`);
    assert.equal(left, 0);
    board.thaw();
    await time.advance(100);
    assert.ok(channels.every((channel) => !board.output(channel)));
  });
});
