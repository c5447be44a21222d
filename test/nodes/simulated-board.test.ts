import assert from 'node:assert/strict';
import ModbusRTU from 'modbus-serial';
import register from '../../nodes/simulated-board/simulated-board.ts';
import { freePort } from '../support/node-red.ts';
import { loadFlow, nodeById, Sink, useRuntime, watched } from '../support/runtime.ts';

describe('simulated-board', () => {
  useRuntime();

  it('serves its coils over Modbus TCP and tells each change', async () => {
    const port = await freePort();
    const node = { id: 'board', type: 'gatewire-simulated-board', port, channels: 4 };
    await loadFlow([register], watched(node, 1));
    const changes = new Sink('sink0');
    const client = new ModbusRTU.default();
    await client.connectTCP('127.0.0.1', { port });
    await client.writeCoil(2, true);
    const { payload, topic } = await changes.at(0);
    assert.deepEqual([payload, topic], [true, '3']);
    assert.deepEqual((await client.readCoils(0, 4)).data.slice(0, 4), [false, false, true, false]);
    await new Promise<void>((resolve) => {
      client.close(() => {
        resolve();
      });
    });
  });

  it('refuses a channel that it does not have', async () => {
    const node = { id: 'board', type: 'gatewire-simulated-board', port: await freePort() };
    await loadFlow([register], watched(node, 1));
    const caught = new Sink('on-catch');
    nodeById('board').receive({ topic: '9', payload: true });
    const { error } = await caught.at(0);
    assert.equal((error as { code?: string } | undefined)?.code, 'INPUT_INVALID');
  });
});
