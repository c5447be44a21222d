/**
 * Receives dot products of the probe with consecutive rows, the first of which has this number. `highest` is the
 * highest of them, or 0 if all are negative.
 */
export type DotSink = (first: number, dots: Int32Array, highest: number) => void;

/**
 * Templates one after the other in memory, and their dot products with a probe. Every implementation gives the very
 * same integers, so that a match never depends on the machine.
 */
export interface Rows {
  /** Writes a template into a row; the memory grows as needed. */
  write(row: number, template: Uint8Array): void;
  /** Copies one row over another. */
  move(from: number, to: number): void;
  /** A copy of the template in a row. */
  read(row: number): Uint8Array;
  /** Overwrites a row that is not used any more. */
  wipe(row: number): void;
  /** Sums of probe value times template value, bias taken off, for the rows from 0 to `count` - 1. */
  dots(probe: Int8Array, count: number, sink: DotSink): void;
  /** As `dots` for a single row. */
  dot(probe: Int8Array, row: number): number;
}

/** Makes rows for templates of a number of values, 1 to 4096. */
export type RowsFactory = (dimension: number) => Rows;
