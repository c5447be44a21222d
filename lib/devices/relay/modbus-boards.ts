/** Where an output lives in a Modbus device. */
export type ModbusTable = 'coil' | 'register';

/** A timer on the board that ends a pulse by itself, even if nobody is left to end it. */
export interface BoardTimer {
  /** Added to the address of the output. */
  offset: number;
  /** The value to write is `base` plus the number of units. */
  base: number;
  /** Milliseconds per unit. */
  unit: number;
  /** Most units. */
  most: number;
}

/** How a kind of Modbus relay board is addressed. All numbers are those on the wire: addresses from 0. */
export interface ModbusBoard {
  table: ModbusTable;
  /** Address of channel 1; the others follow. */
  first: number;
  /** 16-bit values that switch on and off. */
  on: number;
  off: number;
  /** What reads back as on; everything else is off. */
  reads: number;
  timer?: BoardTimer;
}

const COIL: ModbusBoard = { table: 'coil', first: 0, on: 0xff00, off: 0x0000, reads: 1 };

/** Kinds of boards by name. */
export const MODBUS_BOARDS = {
  /** Plain coils, as on most boards and every PLC. */
  coil: COIL,
  /** Coils whose address + 0x200 starts a pulse in tenths of a second (Waveshare "flash on"). */
  coilTimer: { ...COIL, timer: { offset: 0x0200, base: 0, unit: 100, most: 0x7fff } },
  /** A holding register per output, 1 on and 0 off. */
  register: { table: 'register', first: 0, on: 1, off: 0, reads: 1 },
  /** Registers that take commands in the high byte and seconds in the low one (R4D8A08 and its kin). */
  registerCommand: {
    table: 'register',
    first: 1,
    on: 0x0100,
    off: 0x0200,
    reads: 1,
    timer: { offset: 0, base: 0x0600, unit: 1000, most: 0xff },
  },
} as const satisfies Record<string, ModbusBoard>;

export type ModbusBoardName = keyof typeof MODBUS_BOARDS;

/** The address of a channel, counted from 1. */
export function addressOf(board: ModbusBoard, channel: number): number {
  return board.first + channel - 1;
}

/**
 * The value that starts a pulse of at least `duration` milliseconds on the board's own timer, or nothing if it
 * has none or can't count that far.
 */
export function timerValue(board: ModbusBoard, duration: number): number | undefined {
  if (board.timer === undefined) return undefined;
  const { base, unit, most } = board.timer;
  const units = Math.ceil(duration / unit);
  return units <= most ? base + units : undefined;
}
