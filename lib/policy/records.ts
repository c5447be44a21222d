const FIRST_ROOM = 128;

/**
 * A growing table with two whole numbers for each record, 0 where nothing was written. What every decision
 * needs of a person or credential lies in eight bytes and stays in the caches of the processor; objects
 * would be slower to read and would burden the garbage collector.
 */
export class Pairs {
  #cells = new Int32Array(FIRST_ROOM);

  first(record: number): number {
    return this.#cells[2 * record] ?? 0;
  }

  second(record: number): number {
    return this.#cells[2 * record + 1] ?? 0;
  }

  set(record: number, first: number, second: number): void {
    if (2 * record >= this.#cells.length) {
      const cells = new Int32Array(4 * record);
      cells.set(this.#cells);
      this.#cells = cells;
    }
    this.#cells[2 * record] = first;
    this.#cells[2 * record + 1] = second;
  }
}

/** A growing table of periods in local milliseconds, the end exclusive. */
export class Periods {
  #cells = new Float64Array(FIRST_ROOM);

  from(record: number): number {
    return this.#cells[2 * record] ?? Infinity;
  }

  until(record: number): number {
    return this.#cells[2 * record + 1] ?? -Infinity;
  }

  set(record: number, from: number, until: number): void {
    if (2 * record >= this.#cells.length) {
      const cells = new Float64Array(4 * record);
      cells.set(this.#cells);
      this.#cells = cells;
    }
    this.#cells[2 * record] = from;
    this.#cells[2 * record + 1] = until;
  }
}
