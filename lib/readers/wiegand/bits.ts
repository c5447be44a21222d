import { bitsOf, bytesOfHex } from '../bytes.ts';
import { MAX_CARD_BYTES } from '../conversion.ts';

/** Longest Wiegand frame in bits; no card number in it is longer than a credential may be. */
export const MAX_FRAME_BITS = MAX_CARD_BYTES * 8;

/** A frame as a string of 1 to 256 characters `0` and `1`, first bit on the wire first; undefined otherwise. */
export function bitsOfText(text: string): string | undefined {
  return text.length <= MAX_FRAME_BITS && /^[01]+$/.test(text) ? text : undefined;
}

/**
 * A frame of `length` bits as a hexadecimal number, aligned to the right, with or without leading zeros.
 * Undefined if it is not hexadecimal or does not fit the length.
 */
export function bitsOfHex(hex: string, length: number): string | undefined {
  if (!isFrameLength(length) || !/^[0-9A-Fa-f]{1,64}$/.test(hex)) return undefined;
  const digits = hex.padStart(hex.length + (hex.length % 2), '0');
  const bits = bitsOf(bytesOfHex(digits));
  const surplus = bits.length - length;
  if (surplus <= 0) return bits.padStart(length, '0');
  return bits.slice(0, surplus).includes('1') ? undefined : bits.slice(surplus);
}

/**
 * The first `length` bits of bytes, as in an OSDP RAW reply: most significant end first, the rest of the last
 * byte ignored. Undefined unless the bytes are exactly as many as the bits need.
 */
export function bitsOfBytes(bytes: Uint8Array, length: number): string | undefined {
  if (!isFrameLength(length) || bytes.length !== Math.ceil(length / 8)) return undefined;
  return bitsOf(bytes).slice(0, length);
}

function isFrameLength(length: number): boolean {
  return Number.isInteger(length) && length >= 1 && length <= MAX_FRAME_BITS;
}
