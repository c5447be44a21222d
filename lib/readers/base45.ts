import { AccessError } from '../model/errors.ts';

/** What a QR code in alphanumeric mode holds, 5.5 bits a character (RFC 9285). */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = ALPHABET.length;

/** Bytes as text of 45 characters that a QR code packs best: three for two bytes. */
export function toBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const [high = 0, low] = bytes.subarray(at, at + 2);
    text += low === undefined ? digits(high, 2) : digits(high * 256 + low, 3);
  }
  return text;
}

/** The bytes of a text. Throws INPUT_INVALID for anything that `toBase45` does not make. */
export function fromBase45(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const part = text.slice(at, at + 3);
    const value = valueOf(part);
    if (part.length === 3 && value < 65_536) bytes.push(value >> 8, value & 255);
    else if (part.length === 2 && value < 256) bytes.push(value);
    else throw new AccessError('INPUT_INVALID', 'The text is not Base45');
  }
  return Uint8Array.from(bytes);
}

/** The lowest digit comes first. */
function digits(value: number, count: number): string {
  let text = '';
  for (let rest = value; text.length < count; rest = Math.floor(rest / BASE)) {
    text += ALPHABET.charAt(rest % BASE);
  }
  return text;
}

/** Infinity for a character that is none of them. */
function valueOf(part: string): number {
  return Array.from(part).reduceRight((value, character) => {
    const digit = ALPHABET.indexOf(character);
    return digit === -1 ? Infinity : value * BASE + digit;
  }, 0);
}
