import { KEY_WORDS, placeOf, readKey } from './lookup-key.ts';

const NONE = -1;

/**
 * Finds the numbers of credentials by type and digest: a hash table with open addressing, in which a few
 * bytes take the place of a text and of an entry in a map. Several credentials may have one digest.
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

  /** A credential with a digest; -1 if there is none. */
  find(type: number, digest: string): number {
    if (!readKey(this.#key, type, digest)) return NONE;
    const place = this.#matchFrom(this.#home(this.#key[0]));
    return this.#credentialAt(place);
  }

  /** All credentials with a digest, in no order. */
  findAll(type: number, digest: string): number[] {
    const found: number[] = [];
    if (!readKey(this.#key, type, digest)) return found;
    let place = this.#matchFrom(this.#home(this.#key[0]));
    while (this.#table[place] !== 0) {
      found.push(this.#credentialAt(place));
      place = this.#matchFrom(this.#after(place));
    }
    return found;
  }

  /** Lets a digest lead to a credential that is not stored yet. What is not a digest leads nowhere. */
  add(credential: number, type: number, digest: string): void {
    if (!readKey(this.#key, type, digest)) return;
    this.#reserve(credential);
    this.#keys.set(this.#key, credential * KEY_WORDS);
    let place = this.#homeOf(credential);
    while (this.#table[place] !== 0) place = this.#after(place);
    this.#table[place] = credential + 1;
    this.#count++;
  }

  delete(credential: number): void {
    let place = this.#homeOf(credential);
    while (this.#credentialAt(place) !== credential) {
      if (this.#table[place] === 0) return;
      place = this.#after(place);
    }
    this.#count--;
    this.#closeGap(place);
  }

  /** The first place at or after the given one that has the key, or that is free. */
  #matchFrom(start: number): number {
    let place = start;
    while (!this.#isMatchOrFree(place)) place = this.#after(place);
    return place;
  }

  #isMatchOrFree(place: number): boolean {
    const credential = this.#credentialAt(place);
    if (credential === NONE) return true;
    const start = credential * KEY_WORDS;
    for (let word = 0; word < KEY_WORDS; word++) {
      if (this.#keys[start + word] !== this.#key[word]) return false;
    }
    return true;
  }

  /** Moves up what stands behind a freed place and could no longer be reached. */
  #closeGap(freed: number): void {
    const mask = this.#table.length - 1;
    let gap = freed;
    for (let place = this.#after(gap); this.#table[place] !== 0; place = this.#after(place)) {
      const credential = this.#credentialAt(place);
      const fromHome = (place - this.#homeOf(credential)) & mask;
      if (fromHome < ((place - gap) & mask)) continue;
      this.#table[gap] = credential + 1;
      gap = place;
    }
    this.#table[gap] = 0;
  }

  #credentialAt(place: number): number {
    return (this.#table[place] ?? 0) - 1;
  }

  #after(place: number): number {
    return (place + 1) & (this.#table.length - 1);
  }

  #homeOf(credential: number): number {
    return this.#home(this.#keys[credential * KEY_WORDS]);
  }

  #home(firstWord = 0): number {
    return placeOf(firstWord, this.#bits);
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
    this.#table = new Int32Array(2 * entries.length);
    this.#bits++;
    for (const entry of entries) {
      if (entry === 0) continue;
      let place = this.#homeOf(entry - 1);
      while (this.#table[place] !== 0) place = this.#after(place);
      this.#table[place] = entry;
    }
  }
}
