import { addressOf, type ModbusBoard } from './modbus-boards.ts';
import { ReportScanner, switchFrame, type SerialOutput } from './serial-boards.ts';

/** One request for an `http request` node. */
export interface HttpCall {
  url: string;
  /** Sent as the body; nothing is sent if it is absent. */
  payload?: string;
}

/** How an output is put into a message, so that a stock node can carry it to the board. */
export type OutputFormat =
  /** `true` or `false`, for any node. */
  | { kind: 'boolean' }
  /** For `modbus-flex-write` of node-red-contrib-modbus. */
  | { kind: 'modbus'; board: ModbusBoard; channel: number; unit: number }
  /** Bytes, for `serial out` or `tcp out`. */
  | ({ kind: 'serial' } & SerialOutput)
  /** For `http request` with its method set by `msg.method`. */
  | { kind: 'http'; method: 'GET' | 'POST' | 'PUT'; on: HttpCall; off: HttpCall }
  /** For `mqtt out`. */
  | { kind: 'mqtt'; topic: string; on: string; off: string };

/** The properties to set on the message. */
export interface OutputMessage {
  payload: unknown;
  topic?: string;
  qos?: 1;
  retain?: false;
  method?: string;
  url?: string;
}

/** What a message from the board may look like. */
export interface ReportMessage {
  payload?: unknown;
  topic?: unknown;
  retain?: unknown;
  /** The request that modbus-read and modbus-flex-getter pass on. */
  input?: unknown;
}

/** Function codes that write one value, by table. */
const WRITE_CODE = { coil: 5, register: 6 } as const;

/** The message that switches the output. An MQTT command is never retained: it would open again later (N1). */
export function outputMessage(format: OutputFormat, on: boolean): OutputMessage {
  switch (format.kind) {
    case 'boolean':
      return { payload: on };
    case 'modbus':
      return { payload: flexWrite(format.board, format.channel, format.unit, on) };
    case 'serial':
      return { payload: switchFrame(format, on) };
    case 'http': {
      const { url, payload } = on ? format.on : format.off;
      return { method: format.method, url, payload: payload ?? '' };
    }
    case 'mqtt':
      return { topic: format.topic, payload: on ? format.on : format.off, qos: 1, retain: false };
  }
}

function flexWrite(board: ModbusBoard, channel: number, unitid: number, on: boolean): unknown {
  return {
    value: board.table === 'coil' ? on : on ? board.on : board.off,
    fc: WRITE_CODE[board.table],
    unitid,
    address: addressOf(board, channel),
    quantity: 1,
  };
}

/** Reads the state of the output out of what the board's side of the flow delivers; undefined if it is not in there. */
export type ReportReader = (message: ReportMessage) => boolean | undefined;

/** A reader for one stream of messages: frames may be split over several of them. */
export function reportReader(format: OutputFormat): ReportReader {
  if (format.kind === 'serial') {
    const scanner = new ReportScanner(format);
    return ({ payload }) =>
      payload instanceof Uint8Array ? scanner.push(payload) : plain(payload);
  }
  if (format.kind === 'modbus') {
    const { board, channel } = format;
    const address = addressOf(board, channel);
    return (message) =>
      Array.isArray(message.payload) ? element(message, address, board) : plain(message.payload);
  }
  // A retained report tells what was, perhaps long ago.
  return ({ payload, retain }) => (retain === true ? undefined : plain(payload));
}

/** One element of what modbus-read or modbus-flex-getter has read, found by the address of the request. */
function element(message: ReportMessage, address: number, board: ModbusBoard): boolean | undefined {
  const { payload, input } = message;
  if (!Array.isArray(payload)) return undefined;
  const value: unknown = payload[address - (requestedAddress(input) ?? address)];
  if (typeof value === 'number') return value === board.reads;
  return typeof value === 'boolean' ? value : undefined;
}

function requestedAddress(input: unknown): number | undefined {
  const payload = propertyOf(input, 'payload');
  const address = propertyOf(payload, 'address');
  return address === undefined || address === '' ? undefined : Number(address);
}

function propertyOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['0', false],
]);

function plain(payload: unknown): boolean | undefined {
  if (typeof payload === 'boolean') return payload;
  if (typeof payload === 'number') return WORDS.get(String(payload));
  if (typeof payload === 'string') return WORDS.get(payload.trim().toLowerCase());
  if (payload instanceof Uint8Array) return plain(Buffer.from(payload).toString());
  return undefined;
}
