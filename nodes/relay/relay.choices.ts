import { MODBUS_BOARDS, type ModbusBoardName } from '../../lib/devices/relay/modbus-boards.ts';
import { SERIAL_BOARDS } from '../../lib/devices/relay/serial-boards.ts';

/** How the board is reached: through the flow, directly, or not at all. */
export const CONNECTIONS = [
  'modbus',
  'serial',
  'http',
  'mqtt',
  'boolean',
  'modbusTcp',
  'modbusRtu',
  'simulated',
] as const;
export type Connection = (typeof CONNECTIONS)[number];

/** Connections whose messages other nodes of the flow carry to the board. */
export const WIRED: readonly Connection[] = ['modbus', 'serial', 'http', 'mqtt', 'boolean'];

export const MODBUS_NAMES = Object.keys(MODBUS_BOARDS) as ModbusBoardName[];
export const SERIAL_NAMES = Object.keys(SERIAL_BOARDS) as (keyof typeof SERIAL_BOARDS)[];
export const REPORTS = ['none', 'answer', 'continuous'] as const;
export const ACTIONS = ['pulse', 'on', 'hold'] as const;
