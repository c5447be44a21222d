/** A small, fast random source (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  bytes(limit: number): Uint8Array {
    return Uint8Array.from({ length: this.below(limit) }, () => this.below(256));
  }

  /** One of the samples with up to three changes, or nothing but noise. */
  mutated(samples: readonly Uint8Array[]): Uint8Array {
    if (this.below(8) === 0) return this.bytes(40);
    let data = Array.from(samples[this.below(samples.length)] ?? []);
    for (let change = this.below(4); change > 0; change -= 1) data = this.#change(data);
    return Uint8Array.from(data);
  }

  #change(data: number[]): number[] {
    const at = this.below(data.length + 1);
    switch (this.below(5)) {
      case 0:
        return data.toSpliced(at, 1, this.below(256));
      case 1:
        return data.map((byte, index) => (index === at ? byte ^ (1 << this.below(8)) : byte));
      case 2:
        return data.toSpliced(at, 1 + this.below(3));
      case 3:
        return data.toSpliced(at, 0, ...this.bytes(4));
      default:
        return [...data.slice(at), ...data.slice(0, at)];
    }
  }
}
