import { bytesOfHex, bytesOfNumber } from './bytes.ts';
import { MAX_CARD_BYTES } from './conversion.ts';

/**
 * How a card number is written as text. `threeFive`: bits 16 to 23 and bits 0 to 15 as two decimal numbers,
 * `179,50389`, or as their 3 and 5 digits in one, `17950389`.
 */
export const NOTATIONS = ['decimal', 'hex', 'threeFive'] as const;
export type Notation = (typeof NOTATIONS)[number];

const MIN_DECIMAL_BYTES = 4;

/**
 * A written number as bytes, most significant first. `width` says of how many bytes the number is, where
 * leading zeros may be missing; without it a decimal number takes at least 4 bytes and a hexadecimal one the
 * bytes it has. Undefined if it is not such a number or is longer than `width` or than a credential may be.
 */
export function parseNumber(
  text: string,
  notation: Notation,
  width?: number,
): Uint8Array | undefined {
  const bytes = READ[notation](text.trim(), width);
  return bytes && bytes.length <= (width ?? MAX_CARD_BYTES) ? bytes : undefined;
}

const READ = { decimal: readDecimal, hex: readHex, threeFive: readThreeFive } as const;

function readDecimal(text: string, width = MIN_DECIMAL_BYTES): Uint8Array | undefined {
  return /^\d{1,78}$/.test(text) ? bytesOfNumber(BigInt(text), width) : undefined;
}

function readHex(text: string, width?: number): Uint8Array | undefined {
  const digits = text.replaceAll(/[ :-]/g, '');
  if (!/^[0-9A-Fa-f]{1,64}$/.test(digits)) return undefined;
  if (width !== undefined) return bytesOfHex(evenDigits(digits).padStart(width * 2, '0'));
  return digits.length % 2 === 0 ? bytesOfHex(digits) : undefined;
}

function evenDigits(digits: string): string {
  return digits.padStart(digits.length + (digits.length % 2), '0');
}

function readThreeFive(text: string, width = 0): Uint8Array | undefined {
  const parts = /^(\d{1,3})[,.:;/ -](\d{1,5})$/.exec(text) ?? /^(\d{3})(\d{5})$/.exec(inOne(text));
  const high = Number(parts?.[1]);
  const low = Number(parts?.[2]);
  const fits = high <= 0xff && low <= 0xffff;
  return fits ? bytesOfNumber(BigInt(high * 0x10000 + low), Math.max(width, 3)) : undefined;
}

/** Readers that type like a keyboard cut leading zeros. */
function inOne(text: string): string {
  return /^\d{1,8}$/.test(text) ? text.padStart(8, '0') : '';
}
