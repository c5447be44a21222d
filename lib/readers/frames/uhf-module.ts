import { hexOf } from '../bytes.ts';
import type { Scan } from '../framing/scan-cutter.ts';
import type { TagReport } from './tag-report.ts';

const START = 0xbb;
const END = 0x7e;
const NOTICE = 0x02;
const INVENTORY = 0x22;
/** Start, type, command, two bytes of length; check and end. */
const HEAD_BYTES = 5;
const TAIL_BYTES = 2;
const MAX_PARAMETERS = 256;
/** In a notice: signal strength, control word, and after the EPC the tag's own CRC. */
const EPC_AT = HEAD_BYTES + 3;
const CRC_BYTES = 2;

/**
 * Scanner for the frames of UHF modules: BB, type, command, length (2 bytes), parameters, sum of all bytes
 * after BB modulo 256, 7E.
 */
export function scanModule(bytes: Uint8Array): Scan {
  if (bytes[0] !== START) return { broken: 'noise', extent: 1 };
  if (bytes.length < HEAD_BYTES) return 'more';
  const parameters = word(bytes, 3);
  if (parameters > MAX_PARAMETERS) return { broken: 'form', extent: 1 };
  const length = HEAD_BYTES + parameters + TAIL_BYTES;
  if (bytes.length < length) return 'more';
  if (bytes[length - 1] !== END) return { broken: 'form', extent: 1 };
  const sum = bytes.subarray(1, length - TAIL_BYTES).reduce((total, byte) => total + byte, 0);
  return (sum & 0xff) === bytes[length - TAIL_BYTES]
    ? { length }
    : { broken: 'check', extent: length };
}

/**
 * The tag of an inventory notice. None for a frame that reports no tag; undefined if the length of the
 * EPC is not the one that its control word (EPC Gen2: top five bits, in words of two bytes) names.
 */
export function moduleTags(frame: Uint8Array): TagReport[] | undefined {
  if (frame[1] !== NOTICE || frame[2] !== INVENTORY) return [];
  const epc = frame.slice(EPC_AT, -(CRC_BYTES + TAIL_BYTES));
  const control = frame.subarray(HEAD_BYTES + 1, EPC_AT);
  const words = word(control, 0) >> 11;
  if (control.length < 2 || words === 0 || epc.length !== words * 2) return undefined;
  const rssi = ((frame[HEAD_BYTES] ?? 0) << 24) >> 24;
  return [{ epc, signal: { rssi, pc: hexOf(control) } }];
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
