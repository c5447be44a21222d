import { broken } from '../reading.ts';
import type { Broken } from '../reading.ts';

/** A digit as text, or what `#` (or Enter) and `*` (or Escape) mean. */
export type Key = { digit: string } | 'enter' | 'clear';

/**
 * How a keypad sends one key as one byte. `4bit`: 0 to 9, `*` = 0A, `#` = 0B. `8bit`: the same in the low
 * half, inverted in the high half, so that 5 is A5. `ascii`: the character, also 0D for `#` and 7F or 1B for
 * `*` (as in an OSDP KEYPAD reply).
 */
export const KEY_CODES = ['4bit', '8bit', 'ascii'] as const;
export type KeyCode = (typeof KEY_CODES)[number];

const ASCII_KEYS: ReadonlyMap<number, Key> = new Map<number, Key>([
  ...Array.from({ length: 10 }, (_, digit): [number, Key] => [0x30 + digit, digitKey(digit)]),
  [0x23, 'enter'],
  [0x0d, 'enter'],
  [0x0a, 'enter'],
  [0x2a, 'clear'],
  [0x1b, 'clear'],
  [0x7f, 'clear'],
]);

/** The key of one byte; broken with `check` if the halves of an 8-bit code do not match, else `form`. */
export function keyOf(byte: number, code: KeyCode): { key: Key } | { broken: Broken } {
  if (code === '8bit' && ((byte >> 4) ^ 0xf) !== (byte & 0xf)) return broken('check');
  const key =
    code === 'ascii' ? ASCII_KEYS.get(byte) : nibbleKey(code === '8bit' ? byte & 0xf : byte);
  return key === undefined ? broken('form', { detail: 'not a key' }) : { key };
}

function nibbleKey(nibble: number): Key | undefined {
  if (nibble <= 9) return digitKey(nibble);
  if (nibble === 0xa) return 'clear';
  return nibble === 0xb ? 'enter' : undefined;
}

function digitKey(digit: number): Key {
  return { digit: String(digit) };
}
