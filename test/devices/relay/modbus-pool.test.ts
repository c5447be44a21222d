import assert from 'node:assert/strict';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { MODBUS_BOARDS } from '../../../lib/devices/relay/modbus-boards.ts';
import { acquireBus } from '../../../lib/devices/relay/modbus-pool.ts';
import { ModbusRelay } from '../../../lib/devices/relay/modbus.ts';
import { ModbusTcpServer } from '../../../lib/devices/simulator/modbus-server.ts';
import { SimulatedRelayBoard } from '../../../lib/devices/simulator/relay-board.ts';
import { systemTimers } from '../../../lib/devices/timers.ts';
import { systemClock } from '../../../lib/model/clock.ts';

const ON = { action: 'on', life: 3000 } as const;

describe('shared Modbus connections', () => {
  let board: SimulatedRelayBoard;
  let server: ModbusTcpServer;
  let port: number;

  beforeEach(async () => {
    board = new SimulatedRelayBoard({ clock: systemClock, timers: systemTimers });
    server = new ModbusTcpServer((pdu) => board.serve(pdu));
    port = await server.listen(0);
  });

  afterEach(async () => {
    await server.close();
    board.close();
  });

  async function start(channel: number): Promise<RelayController> {
    const { bus, release } = acquireBus({ kind: 'tcp', host: '127.0.0.1', port });
    const driver = new ModbusRelay({
      bus,
      board: MODBUS_BOARDS.coil,
      unit: 1,
      channel,
      limit: 400,
      inverted: false,
      release,
    });
    const relay = new RelayController({ driver, clock: systemClock, timers: systemTimers });
    await relay.start();
    return relay;
  }

  it('carry all outputs of a board, and end with the last of them', async () => {
    const first = await start(1);
    const second = await start(2);
    assert.equal(server.connections, 1);
    assert.equal((await first.execute(ON)).state, 'done');
    assert.equal((await second.execute(ON)).state, 'done');
    await first.stop();
    assert.equal(server.connections, 1);
    assert.deepEqual([board.output(1), board.output(2)], [false, true]);
    await second.stop();
    assert.equal(board.output(2), false);
    assert.equal(server.connections, 0);
  });

  it('are set up anew after a deploy', async () => {
    for (let deploy = 0; deploy < 20; deploy++) {
      const [first, second] = await Promise.all([start(1), start(2)]);
      assert.equal((await first.execute(ON)).state, 'done');
      await Promise.all([first.stop(), second.stop()]);
      assert.equal(board.output(1), false);
    }
    assert.equal(server.connections, 0);
  });

  it('refuse a serial line with other settings than those in use', async () => {
    const line = { kind: 'rtu', path: '/dev/gatewire-none', parity: 'none', stopBits: 1 } as const;
    const { release } = acquireBus({ ...line, baudRate: 9600 });
    assert.throws(() => acquireBus({ ...line, baudRate: 19_200 }), { code: 'CONFIG_INVALID' });
    await release();
    await release();
    const again = acquireBus({ ...line, baudRate: 19_200 });
    await again.release();
  });
});
