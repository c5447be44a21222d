import assert from 'node:assert/strict';
import type { RelayCommand, RelayResult } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { MODBUS_BOARDS, type ModbusBoard } from '../../../lib/devices/relay/modbus-boards.ts';
import { ModbusBus } from '../../../lib/devices/relay/modbus-bus.ts';
import { ModbusRelay } from '../../../lib/devices/relay/modbus.ts';
import { SimulatedRelayBoard } from '../../../lib/devices/simulator/relay-board.ts';
import { FakeTime } from '../fake-time.ts';
import { MemoryNetwork } from './memory-link.ts';

const PULSE = { action: 'pulse', duration: 3000, life: 3000 } as const;

describe('direct Modbus relay', () => {
  let time: FakeTime;
  let board: SimulatedRelayBoard;
  let network: MemoryNetwork;
  let bus: ModbusBus;

  beforeEach(() => {
    time = new FakeTime();
    board = new SimulatedRelayBoard({ clock: time, timers: time });
    network = new MemoryNetwork(time, (pdu) => board.serve(pdu));
    bus = new ModbusBus({
      connect: () => network.connect(),
      serial: false,
      clock: time,
      timers: time,
      random: () => 0.5,
    });
  });

  afterEach(async () => {
    const closing = bus.close();
    await time.advance(1000);
    await closing;
    board.close();
  });

  function relayOn(channel: number, kind: ModbusBoard = MODBUS_BOARDS.coil, inverted = false) {
    const driver = new ModbusRelay({
      bus,
      board: kind,
      unit: 1,
      channel,
      limit: 400,
      inverted,
      release: () => Promise.resolve(),
    });
    return new RelayController({ driver, clock: time, timers: time, random: () => 0.5 });
  }

  async function started(...args: Parameters<typeof relayOn>): Promise<RelayController> {
    const relay = relayOn(...args);
    void relay.start();
    await time.advance(50);
    return relay;
  }

  async function run(
    relay: RelayController,
    command: RelayCommand = PULSE,
    wait = 50,
  ): Promise<string | undefined> {
    let result: RelayResult | undefined;
    void relay.execute(command).then((value) => {
      result = value;
    });
    await time.advance(wait);
    return result?.state === 'failed' ? result.code : result?.state;
  }

  const openings = (): number => board.history.filter(({ on }) => on).length;

  it('forces off, opens for the time of the pulse, and closes', async () => {
    await board.serve(Buffer.from([5, 0, 0, 0xff, 0]));
    const relay = await started(1);
    assert.equal(board.output(1), false);
    assert.equal(await run(relay), 'done');
    assert.equal(board.output(1), true);
    await time.advance(3000);
    assert.equal(board.output(1), false);
    assert.equal(openings(), 2);
  });

  it('switches its own channel only', async () => {
    const relays = [await started(1), await started(2)];
    await run(relays[1] ?? assert.fail());
    assert.deepEqual([board.output(1), board.output(2), board.output(3)], [false, true, false]);
  });

  it('inverts the contact where that lets in', async () => {
    const relay = await started(1, MODBUS_BOARDS.coil, true);
    assert.equal(board.output(1), true);
    assert.equal(await run(relay), 'done');
    assert.equal(board.output(1), false);
    await time.advance(3000);
    assert.equal(board.output(1), true);
  });

  it('lets the timer of the board end the pulse, even if we are gone by then', async () => {
    const relay = await started(1, MODBUS_BOARDS.coilTimer);
    assert.equal(await run(relay, { action: 'pulse', duration: 700, life: 3000 }), 'done');
    network.cut();
    await time.advance(600);
    assert.equal(board.output(1), true);
    await time.advance(150);
    assert.equal(board.output(1), false);
  });

  it('tells an address that the board does not have', async () => {
    const relay = await started(9);
    assert.equal(relay.status.state, 'fault');
    assert.match(relay.status.error?.message ?? '', /exception 2/);
  });

  it('a board that was frozen before the opening is never told to open', async () => {
    const relay = await started(1);
    board.freeze();
    assert.equal(await run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    await time.advance(40_000);
    board.thaw();
    await time.advance(20_000);
    assert.equal(openings(), 0);
    assert.equal(relay.status.state, 'safe');
    assert.equal(await run(relay), 'done', 'it works again');
  });

  it('a board that freezes with the opening on its way closes at the moment it wakes up', async () => {
    const relay = await started(1);
    board.fault = ({ write }) => {
      if (write) board.freeze();
      return undefined;
    };
    assert.equal(await run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    board.fault = () => undefined;
    await time.advance(38_000);
    board.thaw();
    await time.advance(20_000);
    const [on, off] = board.history;
    assert.equal(openings(), 1);
    assert.equal(on?.at, off?.at, 'off is served right behind on: no relay moves in that time');
    assert.equal(network.connects, 1, 'the connection that holds both is kept');
    assert.equal(relay.status.state, 'safe');
  });

  it('an opening that the network holds back is taken back with the connection', async () => {
    const relay = await started(1);
    board.fault = ({ code }) => {
      if (code === 1) network.cut();
      return undefined;
    };
    network.latency = 0;
    assert.equal(await run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    board.fault = () => undefined;
    await time.advance(90_000);
    network.heal();
    await time.advance(30_000);
    assert.equal(openings(), 0);
    assert.equal(relay.status.state, 'safe');
  });

  it('a connection without an opening on its way is given up after seconds', async () => {
    const relay = await started(1);
    network.cut();
    await time.advance(10_000);
    assert.equal(relay.status.state, 'fault');
    network.heal();
    await time.advance(12_000);
    assert.equal(relay.status.state, 'safe');
    assert.ok(network.connects > 1);
  });

  it('an answer that is lost costs one short opening, and no second one', async () => {
    const relay = await started(1);
    board.fault = ({ write }) => (write && openings() === 0 ? 'unanswered' : undefined);
    assert.equal(await run(relay, PULSE, 1000), 'OUTPUT_TIMEOUT');
    await time.advance(60_000);
    assert.equal(openings(), 1);
    assert.equal(board.output(1), false);
    assert.equal(relay.status.state, 'safe');
  });

  it('a connection that breaks behind the opening ends it, and nothing is replayed', async () => {
    const relay = await started(1);
    board.fault = ({ write }) => (write && openings() === 0 ? 'reset' : undefined);
    assert.equal(await run(relay, PULSE, 1000), 'OUTPUT_FAILED');
    await time.advance(60_000);
    assert.equal(openings(), 1);
    assert.equal(board.output(1), false);
    assert.equal(relay.status.state, 'safe');
  });

  it('a stuck output is an alarm', async () => {
    const relay = await started(1);
    board.stick(1, false);
    assert.equal(await run(relay, PULSE, 1500), 'OUTPUT_MISMATCH');
    assert.equal(relay.status.error?.code, 'OUTPUT_MISMATCH');
  });

  it('a board that acknowledges and does nothing is an alarm', async () => {
    const relay = await started(1);
    board.fault = ({ write }) => (write ? 'ignored' : undefined);
    assert.equal(await run(relay, PULSE, 1500), 'OUTPUT_MISMATCH');
  });

  it('a board that is not there fails at once, and works when it appears', async () => {
    network.refusing = true;
    const relay = await started(1);
    assert.equal(relay.status.error?.code, 'OUTPUT_FAILED');
    assert.equal(await run(relay, PULSE, 0), 'OUTPUT_FAILED');
    network.refusing = false;
    await time.advance(20_000);
    assert.equal(relay.status.state, 'safe');
    assert.equal(openings(), 0);
  });

  it('the waits between attempts to connect grow', async () => {
    network.refusing = true;
    await started(1);
    await time.advance(60_000);
    assert.ok(network.connects > 8 && network.connects < 20, `${network.connects} in a minute`);
  });

  it('off reaches all channels of a board that comes back, before anything opens', async () => {
    const relays = [await started(1), await started(2)];
    for (const relay of relays) await run(relay, { action: 'on', life: 3000 });
    network.breakAll();
    await time.advance(1000);
    assert.deepEqual([board.output(1), board.output(2)], [false, false]);
    assert.ok(relays.every(({ status }) => status.state === 'safe'));
    assert.equal(openings(), 2);
  });

  it('leaves no timer behind', async () => {
    const relay = await started(1);
    await run(relay);
    const stopped = relay.stop();
    await time.advance(1000);
    await stopped;
    const closed = bus.close();
    await time.advance(0);
    await closed;
    board.close();
    assert.equal(time.pending, 0);
  });
});
