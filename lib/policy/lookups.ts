import { KEY_WORDS, placeOf, readKey } from './lookup-key.ts';

const NONE = -1;

/**
 * Finds the number of a credential by its type and digest: a hash table with open addressing, in which a few
 * bytes take the place of a text and of an entry in a map.
 */
export class Lookups {
  /** One more than the number of a credential; 0 where nothing is stored. Never more than half full. */
  #table = new Int32Array(2 ** 10);
  #bits = 10;
  /** The keys by the number of the credential. */
  #keys = new Int32Array(2 ** 9 * KEY_WORDS);
  #count = 0;
  /** The key in question; never in use for longer than one call. */
  readonly #key = new Int32Array(KEY_WORDS);

  /** The credential with a digest; -1 if there is none. */
  find(type: number, digest: string): number {
    if (!readKey(this.#key, type, digest)) return NONE;
    return (this.#table[this.#place()] ?? 0) - 1;
  }

  /** From now on the digest leads to this credential. What is not a digest leads nowhere. */
  set(credential: number, type: number, digest: string): void {
    if (!readKey(this.#key, type, digest)) return;
    this.#reserve(credential);
    this.#keys.set(this.#key, credential * KEY_WORDS);
    const place = this.#place();
    if (this.#table[place] === 0) this.#count++;
    this.#table[place] = credential + 1;
  }

  /** Ends what `set` did, unless the digest leads to another credential by now. */
  delete(credential: number): void {
    const start = credential * KEY_WORDS;
    this.#key.set(this.#keys.subarray(start, start + KEY_WORDS));
    const place = this.#place();
    if (this.#table[place] !== credential + 1) return;
    this.#count--;
    this.#closeGap(place);
  }

  /** Where the key stands, or where it belongs if it is not there. */
  #place(): number {
    const mask = this.#table.length - 1;
    let place = placeOf(this.#key[0] ?? 0, this.#bits);
    while (!this.#endsAt(place)) place = (place + 1) & mask;
    return place;
  }

  #endsAt(place: number): boolean {
    const entry = this.#table[place] ?? 0;
    if (entry === 0) return true;
    const start = (entry - 1) * KEY_WORDS;
    for (let word = 0; word < KEY_WORDS; word++) {
      if (this.#keys[start + word] !== this.#key[word]) return false;
    }
    return true;
  }

  /** Moves up what stands behind a freed place and could no longer be reached. */
  #closeGap(freed: number): void {
    const mask = this.#table.length - 1;
    let gap = freed;
    let place = (gap + 1) & mask;
    for (; this.#table[place] !== 0; place = (place + 1) & mask) {
      const entry = this.#table[place] ?? 0;
      const home = this.#home(entry);
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      this.#table[gap] = entry;
      gap = place;
    }
    this.#table[gap] = 0;
  }

  #home(entry: number): number {
    return placeOf(this.#keys[(entry - 1) * KEY_WORDS] ?? 0, this.#bits);
  }

  #reserve(credential: number): void {
    const needed = (credential + 1) * KEY_WORDS;
    if (needed > this.#keys.length) {
      const keys = new Int32Array(2 * needed);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    if (2 * this.#count >= this.#table.length) this.#enlarge();
  }

  #enlarge(): void {
    const entries = this.#table;
    const table = new Int32Array(2 * entries.length);
    this.#bits++;
    const mask = table.length - 1;
    for (const entry of entries) {
      if (entry === 0) continue;
      let place = this.#home(entry);
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = entry;
    }
    this.#table = table;
  }
}
