/** Words of a key: four characters in each of the first five, two characters and the type in the last. */
export const KEY_WORDS = 6;

const LENGTH = 22;
const ASCII = 0x7f;

/**
 * Writes the type of a credential and its digest, 22 characters of base64url, into the words of a key. False
 * if the text cannot be such a digest.
 */
export function readKey(key: Int32Array, type: number, digest: string): boolean {
  if (digest.length !== LENGTH) return false;
  let all = 0;
  for (let word = 0; word < KEY_WORDS - 1; word++) {
    const at = word * 4;
    const a = digest.charCodeAt(at);
    const b = digest.charCodeAt(at + 1);
    const c = digest.charCodeAt(at + 2);
    const d = digest.charCodeAt(at + 3);
    all |= a | b | c | d;
    key[word] = a | (b << 7) | (c << 14) | (d << 21);
  }
  const last = digest.charCodeAt(LENGTH - 1);
  const other = digest.charCodeAt(LENGTH - 2);
  key[KEY_WORDS - 1] = last | (other << 7) | (type << 14);
  return (all | last | other) <= ASCII;
}

/** A place for a key in a table of a power of two, spread by Knuth's multiplicative method. */
export function placeOf(firstWord: number, bits: number): number {
  return Math.imul(firstWord, 0x9e3779b1) >>> (32 - bits);
}
