/** Words of a key: four of five characters each, then the last two characters with the type. */
export const KEY_WORDS = 5;

const LENGTH = 22;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The six bits of each character by its code; -1 for what is not in the alphabet. */
const BITS = new Int8Array(128).fill(-1);
for (let index = 0; index < ALPHABET.length; index++) BITS[ALPHABET.charCodeAt(index)] = index;

/**
 * Writes the type of a credential and its digest, 22 characters of base64url, into five words. False if the
 * text is no such digest.
 */
export function readKey(key: Int32Array, type: number, digest: string): boolean {
  if (digest.length !== LENGTH) return false;
  let signs = 0;
  for (let word = 0; word < KEY_WORDS; word++) {
    const start = word * 5;
    let bits = word === KEY_WORDS - 1 ? type : 0;
    for (let at = start; at < Math.min(start + 5, LENGTH); at++) {
      const six = BITS[digest.charCodeAt(at)] ?? -1;
      signs |= six;
      bits = (bits << 6) | six;
    }
    key[word] = bits;
  }
  return signs >= 0;
}
