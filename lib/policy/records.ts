/**
 * A growing table of numbers. The fields of one record lie side by side, so that a decision touches few
 * places in memory; a table of objects would be slower to read and would burden the garbage collector.
 */
export class Records {
  readonly #width: number;
  #cells: Float64Array;

  constructor(width: number) {
    this.#width = width;
    this.#cells = new Float64Array(64 * width);
  }

  /** A field of a record; 0 if it was never written. */
  get(record: number, field: number): number {
    return this.#cells[record * this.#width + field] ?? 0;
  }

  set(record: number, field: number, value: number): void {
    const cell = record * this.#width + field;
    if (cell >= this.#cells.length) this.#grow(cell);
    this.#cells[cell] = value;
  }

  #grow(cell: number): void {
    const cells = new Float64Array(Math.max(cell + 1, this.#cells.length * 2));
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
