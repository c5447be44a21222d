import { hexOf } from './bytes.ts';

/**
 * How a reader's number is turned into the canonical one. First the byte order, then the part: `part`
 * keeps the first or last bytes of the number after `reverse` was applied.
 */
export interface Conversion {
  reverse: boolean;
  part?: { end: 'first' | 'last'; bytes: number };
}

/**
 * Readers report one card in different byte orders and lengths. A site picks for each reader the
 * conversion that makes all of them say the same number.
 */
export const CONVERSIONS = {
  asRead: { reverse: false },
  reversed: { reverse: true },
  last4: { reverse: false, part: { end: 'last', bytes: 4 } },
  first4: { reverse: false, part: { end: 'first', bytes: 4 } },
  last3: { reverse: false, part: { end: 'last', bytes: 3 } },
  first3: { reverse: false, part: { end: 'first', bytes: 3 } },
  reversedLast4: { reverse: true, part: { end: 'last', bytes: 4 } },
  reversedFirst4: { reverse: true, part: { end: 'first', bytes: 4 } },
  reversedLast3: { reverse: true, part: { end: 'last', bytes: 3 } },
  reversedFirst3: { reverse: true, part: { end: 'first', bytes: 3 } },
} as const satisfies Record<string, Conversion>;

export type ConversionId = keyof typeof CONVERSIONS;
export const CONVERSION_IDS = Object.keys(CONVERSIONS) as readonly ConversionId[];

/** Applies a conversion to a number as read. A number that is no longer than the part stays whole. */
export function arrange(bytes: Uint8Array, id: ConversionId): Uint8Array {
  const { reverse, part }: Conversion = CONVERSIONS[id];
  const ordered = reverse ? bytes.toReversed() : bytes;
  if (part === undefined || ordered.length <= part.bytes) return ordered;
  return part.end === 'first' ? ordered.subarray(0, part.bytes) : ordered.subarray(-part.bytes);
}

/** Longest card number of a credential, in bytes. */
export const MAX_CARD_BYTES = 32;
const MIN_CARD_BYTES = 4;

/**
 * The canonical form of a card number: upper-case hexadecimal, most significant byte first, filled with
 * leading zero bytes to at least 4 bytes. At most 32 bytes go in.
 */
export function canonicalCard(bytes: Uint8Array): string {
  return hexOf(bytes).padStart(MIN_CARD_BYTES * 2, '0');
}

/**
 * Whether a UID is a random one: 4 bytes that begin with 08, most significant first (ISO/IEC 14443-3).
 * It changes with each contact and must not be enrolled.
 */
export function isRandomUid(uid: Uint8Array): boolean {
  return uid.length === 4 && uid[0] === 0x08;
}
