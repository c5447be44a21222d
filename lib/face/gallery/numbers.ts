const FIRST_SIZE = 1024;

/** A list of numbers that grows, without an object for each. */
export class Numbers {
  #values = new Float64Array(FIRST_SIZE);

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.max(index + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
}
