/**
 * Receives the scores of consecutive rows, the first of which has this number: the sum of probe value times template
 * value, times the weight of the row. `highest` is the highest of
 * them, or 0 if all are negative.
 */
export type ScoreSink = (first: number, scores: Float64Array, highest: number) => void;

/**
 * Templates one after the other in memory, each with a weight, and their scores for a probe. Every implementation
 * gives the very same numbers, so that a match never depends on the machine.
 */
export interface Rows {
  /** Writes a template and its weight into a row; the memory grows as needed. */
  write(row: number, template: Uint8Array, weight: number): void;
  /** Copies one row over another. */
  move(from: number, to: number): void;
  /** A copy of the template in a row. */
  read(row: number): Uint8Array;
  /** Overwrites a row that is not used any more. */
  wipe(row: number): void;
  /** Hands over the scores of the rows from 0 to `count` - 1, some at a time. */
  scores(probe: Int8Array, count: number, sink: ScoreSink): void;
  /** The score of a single row. */
  score(probe: Int8Array, row: number): number;
}

/** Makes rows for templates of a number of values, 1 to 4096. */
export type RowsFactory = (dimension: number) => Rows;
