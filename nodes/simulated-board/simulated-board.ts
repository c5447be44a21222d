import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { ModbusTcpServer } from '../../lib/devices/simulator/modbus-server.ts';
import { SimulatedRelayBoard } from '../../lib/devices/simulator/relay-board.ts';
import { systemTimers } from '../../lib/devices/timers.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { registerNode } from '../../lib/runtime/node.ts';
import { normalise, type SimulatedBoardConfig } from './simulated-board.config.ts';

/** The simulated-board node: a relay board on Modbus TCP that exists in memory only (N18). */
export default function register(RED: NodeAPI): void {
  registerNode<SimulatedBoardConfig>(RED, 'gatewire-simulated-board', {
    normalise,
    start: ({ node, config, status }) => {
      const { port, channels } = config;
      const board = new SimulatedRelayBoard({ clock: systemClock, timers: systemTimers, channels });
      const server = new ModbusTcpServer((pdu) => board.serve(pdu));
      const ignore = board.onEdge(({ channel, on }) => {
        node.send({ payload: on, topic: String(channel) });
      });
      status.show('starting');
      server.listen(port).then(
        () => {
          status.show('ready');
        },
        (error: unknown) => {
          status.show('fault');
          const why = error instanceof Error ? error.message : String(error);
          node.error(new AccessError('CONFIG_INVALID', `port ${port} cannot be opened: ${why}`));
        },
      );
      return {
        input: (message) => {
          obey(board, message, channels);
        },
        close: async () => {
          ignore();
          board.close();
          await server.close();
        },
      };
    },
  });
}

/** What can happen to a board: a welded contact, a hang, an input that changes. */
function obey(board: SimulatedRelayBoard, message: NodeMessageInFlow, channels: number): void {
  const channel = Number(message.topic ?? 1);
  if (!Number.isInteger(channel) || channel < 1 || channel > channels) {
    throw new AccessError('INPUT_INVALID', `msg.topic must be a channel from 1 to ${channels}`);
  }
  const on = message.payload === true;
  switch (message.fault) {
    case 'stuck':
      board.stick(channel, on);
      return;
    case 'frozen':
      if (on) board.freeze();
      else board.thaw();
      return;
    case 'none':
      board.stick(channel, undefined);
      board.thaw();
      return;
    case undefined:
      board.setInput(channel, on);
      return;
    default:
      throw new AccessError('INPUT_INVALID', 'msg.fault must be stuck, frozen or none');
  }
}
