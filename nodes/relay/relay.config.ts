import type { OutputFormat } from '../../lib/devices/relay/formats.ts';
import { MODBUS_BOARDS, type ModbusBoard } from '../../lib/devices/relay/modbus-boards.ts';
import type { ModbusTarget } from '../../lib/devices/relay/modbus-link.ts';
import { SERIAL_BOARDS } from '../../lib/devices/relay/serial-boards.ts';
import type { WiredReports } from '../../lib/devices/relay/wired.ts';
import { AccessError } from '../../lib/model/errors.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { typedField, type TypedValue } from '../../lib/runtime/typed-value.ts';
import { ACTIONS, CONNECTIONS, MODBUS_NAMES, REPORTS, SERIAL_NAMES } from './relay.choices.ts';

/** How the output is reached. */
export type OutputConfig =
  | { kind: 'wired'; format: OutputFormat; reports: WiredReports; reportInterval: number }
  | {
      kind: 'direct';
      target: ModbusTarget;
      board: ModbusBoard;
      unit: number;
      channel: number;
      limit: number;
    }
  | { kind: 'simulated' };

export interface RelayConfig {
  site: string;
  /** How records name the output. */
  output: string;
  action: (typeof ACTIONS)[number];
  /** Seconds, for a pulse and for holding. */
  duration: TypedValue;
  inverted: boolean;
  connection: OutputConfig;
}

const MAX_UNIT = 247;
const MAX_CHANNEL = 512;

export function normalise(settings: Settings): RelayConfig {
  return {
    site: settings.text('site'),
    output: settings.text('output', settings.text('name', 'relay')).slice(0, 36),
    action: settings.choice('action', ACTIONS, 'pulse'),
    duration: typedField(settings, 'duration', { value: '5', type: 'num' }),
    inverted: settings.flag('inverted', false),
    connection: connectionOf(settings),
  };
}

function connectionOf(settings: Settings): OutputConfig {
  const connection = settings.choice('connection', CONNECTIONS, 'modbus');
  switch (connection) {
    case 'simulated':
      return { kind: 'simulated' };
    case 'modbusTcp':
    case 'modbusRtu':
      return {
        kind: 'direct',
        target: targetOf(settings, connection),
        ...modbusPlace(settings),
        limit: settings.number('limit', { min: 50, max: 800, fallback: 500 }),
      };
    default:
      return {
        kind: 'wired',
        format: formatOf(settings, connection),
        reports: settings.choice('reports', REPORTS, 'none'),
        reportInterval:
          settings.number('reportInterval', { min: 0.1, max: 60, fallback: 2 }) * 1000,
      };
  }
}

function targetOf(settings: Settings, connection: 'modbusTcp' | 'modbusRtu'): ModbusTarget {
  if (connection === 'modbusTcp') {
    return {
      kind: 'tcp',
      host: settings.text('host'),
      port: settings.number('port', { min: 1, max: 65535, fallback: 502 }),
    };
  }
  return {
    kind: 'rtu',
    path: settings.text('path'),
    baudRate: settings.number('baudRate', { min: 300, max: 921_600, fallback: 9600 }),
    parity: settings.choice('parity', ['none', 'even', 'odd'], 'none'),
    stopBits: settings.choice('stopBits', ['1', '2'], '1') === '2' ? 2 : 1,
  };
}

function formatOf(
  settings: Settings,
  connection: 'modbus' | 'serial' | 'http' | 'mqtt' | 'boolean',
): OutputFormat {
  switch (connection) {
    case 'boolean':
      return { kind: 'boolean' };
    case 'modbus':
      return { kind: 'modbus', ...modbusPlace(settings) };
    case 'serial':
      return { kind: 'serial', ...serialPlace(settings) };
    case 'http':
      return {
        kind: 'http',
        method: settings.choice('method', ['GET', 'POST', 'PUT'], 'GET'),
        on: call(settings, 'onUrl', 'onBody'),
        off: call(settings, 'offUrl', 'offBody'),
      };
    case 'mqtt':
      return {
        kind: 'mqtt',
        topic: settings.text('topic'),
        on: settings.text('onBody', 'ON'),
        off: settings.text('offBody', 'OFF'),
      };
  }
}

function modbusPlace(settings: Settings): { board: ModbusBoard; unit: number; channel: number } {
  return {
    board: MODBUS_BOARDS[settings.choice('modbusBoard', MODBUS_NAMES, 'coil')],
    ...place(settings, MAX_CHANNEL),
  };
}

function serialPlace(settings: Settings): Omit<Extract<OutputFormat, { kind: 'serial' }>, 'kind'> {
  const board = SERIAL_BOARDS[settings.choice('serialBoard', SERIAL_NAMES, 'lcus')];
  return { board, ...place(settings, board.channels) };
}

function place(settings: Settings, channels: number): { unit: number; channel: number } {
  return {
    unit: settings.number('unit', { min: 0, max: MAX_UNIT, fallback: 1 }),
    channel: settings.number('channel', { min: 1, max: channels, fallback: 1 }),
  };
}

function call(settings: Settings, url: string, body: string): { url: string; payload?: string } {
  const address = settings.text(url);
  if (!/^https?:\/\//.test(address)) {
    throw new AccessError('CONFIG_INVALID', `${url} must begin with http:// or https://`);
  }
  const payload = settings.optionalText(body);
  return { url: address, ...(payload === undefined ? {} : { payload }) };
}
