import { bitsOf, bytesOfBits } from '../bytes.ts';
import type { Scan } from '../framing/scan-cutter.ts';

const FRAME_BYTES = 8;
const HEADER = '111111111';
const ROWS = 10;
const ROW_BITS = 5;
const DATA_BITS = 4;

/**
 * Scanner for the 64 bits that an EM4100 tag sends, as 8 bytes: nine ones, ten rows of four data bits with
 * an even parity bit, four even column parity bits, a zero.
 */
export function scanEm4100(bytes: Uint8Array): Scan {
  if (bytes[0] !== 0xff) return { broken: 'noise', extent: 1 };
  if (bytes.length < FRAME_BYTES) return 'more';
  const frame = bitsOf(bytes.subarray(0, FRAME_BYTES));
  if (!frame.startsWith(HEADER) || !frame.endsWith('0')) return { broken: 'form', extent: 1 };
  return parityHolds(frame) ? { length: FRAME_BYTES } : { broken: 'parity', extent: FRAME_BYTES };
}

/** The five bytes of the tag in a whole frame. */
export function em4100Tag(frame: Uint8Array): Uint8Array {
  const data = rowsOf(bitsOf(frame)).map((row) => row.slice(0, DATA_BITS));
  return bytesOfBits(data.join(''));
}

function rowsOf(frame: string): string[] {
  const row = (index: number): string => {
    const start = HEADER.length + index * ROW_BITS;
    return frame.slice(start, start + ROW_BITS);
  };
  return Array.from({ length: ROWS }, (_, index) => row(index));
}

function parityHolds(frame: string): boolean {
  const rows = rowsOf(frame);
  const columns = frame.slice(HEADER.length + ROWS * ROW_BITS);
  const column = (index: number): string =>
    rows.map((row) => row.charAt(index)).join('') + columns.charAt(index);
  const groups = [...rows, ...Array.from({ length: DATA_BITS }, (_, index) => column(index))];
  return groups.every((group) => group.replaceAll('0', '').length % 2 === 0);
}
