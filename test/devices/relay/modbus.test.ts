import assert from 'node:assert/strict';
import { MODBUS_BOARDS } from '../../../lib/devices/relay/modbus-boards.ts';
import type { SimulatedRelayBoard } from '../../../lib/devices/simulator/relay-board.ts';
import type { FakeTime } from '../fake-time.ts';
import type { MemoryNetwork } from './memory-link.ts';
import { ModbusBench } from './modbus-bench.ts';
import { ON, PULSE } from './relay-bench.ts';

describe('direct Modbus relay', () => {
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

  it('forces off, opens for the time of the pulse, and closes', async () => {
    await board.serve(Buffer.from([5, 0, 0, 0xff, 0]));
    const relay = await bench.started();
    assert.equal(board.output(1), false);
    assert.equal(await bench.run(relay, PULSE), 'done');
    assert.equal(board.output(1), true);
    await time.advance(3000);
    assert.equal(board.output(1), false);
    assert.equal(bench.openings, 2);
  });

  it('switches its own channel only', async () => {
    const relays = [await bench.started(), await bench.started({ channel: 2 })];
    await bench.run(relays[1] ?? assert.fail(), PULSE);
    assert.deepEqual([board.output(1), board.output(2), board.output(3)], [false, true, false]);
  });

  it('inverts the contact where that lets in', async () => {
    const relay = await bench.started({ inverted: true });
    assert.equal(board.output(1), true);
    assert.equal(await bench.run(relay, PULSE), 'done');
    assert.equal(board.output(1), false);
    await time.advance(3000);
    assert.equal(board.output(1), true);
  });

  it('lets the timer of the board end the pulse, even if we are gone by then', async () => {
    const relay = await bench.started({ board: MODBUS_BOARDS.coilTimer });
    assert.equal(await bench.run(relay, { action: 'pulse', duration: 700, life: 3000 }), 'done');
    network.cut();
    await time.advance(600);
    assert.equal(board.output(1), true);
    await time.advance(150);
    assert.equal(board.output(1), false);
  });

  it('tells an address that the board does not have', async () => {
    const relay = await bench.started({ channel: 9 });
    assert.equal(relay.status.state, 'fault');
    assert.match(relay.status.error?.message ?? '', /exception 2/);
  });

  it('off reaches all channels of a board that comes back, before anything opens', async () => {
    const relays = [await bench.started(), await bench.started({ channel: 2 })];
    for (const relay of relays) await bench.run(relay, ON);
    network.breakAll();
    await time.advance(1000);
    assert.deepEqual([board.output(1), board.output(2)], [false, false]);
    assert.ok(relays.every(({ status }) => status.state === 'safe'));
    assert.equal(bench.openings, 2);
  });

  it('a dead device on a serial line does not disturb the others', async () => {
    bench = new ModbusBench(true);
    const relay = await bench.started();
    const dead = await bench.started({ unit: 3 });
    await bench.time.advance(2000);
    assert.equal(await bench.run(relay, ON, 1000), 'done');
    await bench.time.advance(60_000);
    assert.equal(dead.status.state, 'fault');
    assert.equal(relay.status.state, 'open', 'not closed by the trouble of its neighbour');
    assert.equal(bench.openings, 1);
    const { connects } = bench.network;
    assert.ok(connects > 5, 'opened anew, so that no late answer is taken for another');
    assert.ok(connects < 30, `tried ${connects} times in a minute`);
  });

  it('leaves no timer behind', async () => {
    const relay = await bench.started();
    await bench.run(relay, PULSE);
    assert.equal((await bench.stop(relay)).left, 0);
    assert.equal(time.pending, 0);
  });
});
