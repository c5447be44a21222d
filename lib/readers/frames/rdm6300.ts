import { bytesOfHex } from '../bytes.ts';
import type { Scan, Scanner } from '../framing/scan-cutter.ts';

const STX = 0x02;
const ETX = 0x03;
const CR = 0x0d;
const LF = 0x0a;
const TAG_DIGITS = 10;
const DIGITS = TAG_DIGITS + 2;

/** How the two check digits follow from the five bytes of the tag; makers differ, some send none. */
export const TAG_CHECKS = ['xor', 'sum', 'none'] as const;
export type TagCheck = (typeof TAG_CHECKS)[number];

/** What stands after the digits: RDM6300 readers end at once, ID-12 and ID-20 readers start a new line first. */
const TAILS = { rdm6300: [ETX], id12: [CR, LF, ETX] } as const;
export type TagVariant = keyof typeof TAILS;

/**
 * Scanner for the frames of 125 kHz readers: 02, ten hexadecimal digits of the tag, two check digits, the
 * tail. 14 bytes for RDM6300, 16 for ID-12 and ID-20.
 */
export function tagScanner(variant: TagVariant, check: TagCheck): Scanner {
  const tail = TAILS[variant];
  const length = 1 + DIGITS + tail.length;
  const expected = (at: number, byte: number): boolean =>
    at <= DIGITS ? isHexDigit(byte) : byte === tail[at - DIGITS - 1];

  return (bytes): Scan => {
    if (bytes[0] !== STX) return { broken: 'noise', extent: 1 };
    const end = Math.min(bytes.length, length);
    for (let at = 1; at < end; at += 1) {
      if (!expected(at, bytes[at] ?? 0)) return { broken: 'form', extent: at };
    }
    return bytes.length < length ? 'more' : checked(bytes, length, check);
  };
}

/** The five bytes of the tag in a whole frame. */
export function tagOf(frame: Uint8Array): Uint8Array {
  return bytesOfHex(digitsOf(frame).slice(0, TAG_DIGITS));
}

function checked(frame: Uint8Array, length: number, check: TagCheck): Scan {
  if (check === 'none') return { length };
  const sent = Number.parseInt(digitsOf(frame).slice(TAG_DIGITS), 16);
  const tag = tagOf(frame);
  if (checkOf(tag, check) === sent) return { length };
  const other = check === 'xor' ? 'sum' : 'xor';
  const fault = { broken: 'check', extent: length } as const;
  if (checkOf(tag, other) !== sent) return fault;
  return { ...fault, hint: other === 'xor' ? 'checkIsXor' : 'checkIsSum' };
}

function checkOf(tag: Uint8Array, check: 'xor' | 'sum'): number {
  const add = (a: number, b: number): number => (check === 'xor' ? a ^ b : (a + b) & 0xff);
  return tag.reduce(add, 0);
}

function digitsOf(frame: Uint8Array): string {
  return String.fromCharCode(...frame.subarray(1, 1 + DIGITS));
}

function isHexDigit(byte: number): boolean {
  const letter = byte & 0xdf;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x41 && letter <= 0x46);
}
