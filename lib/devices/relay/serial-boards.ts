import { withCrc } from './crc.ts';

/** A byte of a frame: a fixed one, the channel counted from 1 or from 0, or the address of the board. */
type Part = number | 'channel' | 'index' | 'unit';

/** A relay board on a serial line, described by its frames. The check is appended to each. */
export interface SerialBoard {
  /** Most channels that the protocol can address. */
  channels: number;
  check: 'none' | 'sum' | 'crc16';
  on: readonly Part[];
  off: readonly Part[];
  /** Asks for the state of a channel. Absent where the board has no answer of its own frame. */
  query?: readonly Part[];
  /** What the board says of a channel; both of the same length. */
  reports?: { on: readonly Part[]; off: readonly Part[] };
}

/** All of them speak 9600 baud, 8N1, unless set otherwise on the board. */
export const SERIAL_BOARDS = {
  /** LCUS and other CH340 boards: four bytes with a sum, no answer. */
  lcus: {
    channels: 8,
    check: 'sum',
    on: [0xa0, 'channel', 0x01],
    off: [0xa0, 'channel', 0x00],
  },
  /** The newer ones, which answer every command with the state. */
  lcusFeedback: {
    channels: 8,
    check: 'sum',
    on: [0xa0, 'channel', 0x03],
    off: [0xa0, 'channel', 0x02],
    query: [0xa0, 'channel', 0x05],
    reports: { on: [0xa0, 'channel', 0x01], off: [0xa0, 'channel', 0x00] },
  },
  /** KMTronic with one or two channels. */
  kmtronic: {
    channels: 2,
    check: 'none',
    on: [0xff, 'channel', 0x01],
    off: [0xff, 'channel', 0x00],
    query: [0xff, 'channel', 0x03],
    reports: { on: [0xff, 'channel', 0x01], off: [0xff, 'channel', 0x00] },
  },
  /** KMTronic with four or eight channels, whose answer has no frame of its own. */
  kmtronic8: {
    channels: 8,
    check: 'none',
    on: [0xff, 'channel', 0x01],
    off: [0xff, 'channel', 0x00],
  },
  /** Modbus RTU with coils. */
  modbusCoil: {
    channels: 32,
    check: 'crc16',
    on: ['unit', 0x05, 0x00, 'index', 0xff, 0x00],
    off: ['unit', 0x05, 0x00, 'index', 0x00, 0x00],
    query: ['unit', 0x01, 0x00, 'index', 0x00, 0x01],
    reports: { on: ['unit', 0x01, 0x01, 0x01], off: ['unit', 0x01, 0x01, 0x00] },
  },
  /** Modbus RTU with command registers (R4D8A08 and its kin). */
  modbusRegister: {
    channels: 32,
    check: 'crc16',
    on: ['unit', 0x06, 0x00, 'channel', 0x01, 0x00],
    off: ['unit', 0x06, 0x00, 'channel', 0x02, 0x00],
    query: ['unit', 0x03, 0x00, 'channel', 0x00, 0x01],
    reports: { on: ['unit', 0x03, 0x02, 0x00, 0x01], off: ['unit', 0x03, 0x02, 0x00, 0x00] },
  },
} as const satisfies Record<string, SerialBoard>;

export type SerialBoardName = keyof typeof SERIAL_BOARDS;

/** One output: its channel counted from 1, and the address of the board where several share the line. */
export interface SerialOutput {
  board: SerialBoard;
  channel: number;
  unit: number;
}

/** The bytes that switch an output. */
export function switchFrame({ board, ...place }: SerialOutput, on: boolean): Buffer {
  return frame(board, on ? board.on : board.off, place);
}

/** The bytes that ask for the state of an output, or nothing if the board cannot tell. */
export function queryFrame({ board, ...place }: SerialOutput): Buffer | undefined {
  return board.query && frame(board, board.query, place);
}

function frame(
  { check }: SerialBoard,
  parts: readonly Part[],
  { channel, unit }: { channel: number; unit: number },
): Buffer {
  const values = { channel, index: channel - 1, unit };
  const bytes = parts.map((part) => (typeof part === 'number' ? part : values[part]));
  if (check === 'none') return Buffer.from(bytes);
  if (check === 'crc16') return withCrc(Buffer.from(bytes));
  return Buffer.from([...bytes, bytes.reduce((sum, byte) => sum + byte, 0) & 0xff]);
}

/** Finds what a board says of one output in a stream of bytes, however it is split. */
export class ReportScanner {
  readonly #on: Buffer | undefined;
  readonly #off: Buffer | undefined;
  #rest = Buffer.alloc(0);

  constructor({ board, ...place }: SerialOutput) {
    this.#on = board.reports && frame(board, board.reports.on, place);
    this.#off = board.reports && frame(board, board.reports.off, place);
  }

  /** The newest state that these bytes complete, or nothing. */
  push(bytes: Uint8Array): boolean | undefined {
    if (this.#on === undefined || this.#off === undefined) return undefined;
    const all = Buffer.concat([this.#rest, bytes]);
    const on = all.lastIndexOf(this.#on);
    const off = all.lastIndexOf(this.#off);
    const newest = Math.max(on, off);
    const read = newest < 0 ? 0 : newest + this.#on.length;
    // A frame may still be on its way: keep what can be the beginning of one, and no more.
    this.#rest = all.subarray(Math.max(read, all.length - this.#on.length + 1));
    return newest < 0 ? undefined : on > off;
  }
}
