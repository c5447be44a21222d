import { TEMPLATE_BIAS } from '../template.ts';
import type { Rows, ScoreSink } from './rows.ts';

interface Row {
  template: Uint8Array;
  weight: number;
}

/** Rows in plain JavaScript: slow, and what the other kernels are checked against. */
export class PlainRows implements Rows {
  readonly #rows: Row[] = [];

  write(row: number, template: Uint8Array, weight: number): void {
    this.#rows[row] = { template: template.slice(), weight };
  }

  move(from: number, to: number): void {
    const { template, weight } = this.#at(from);
    this.write(to, template, weight);
  }

  read(row: number): Uint8Array {
    return this.#at(row).template.slice();
  }

  wipe(row: number): void {
    this.#at(row).template.fill(0);
  }

  scores(probe: Int8Array, count: number, sink: ScoreSink): void {
    const scores = Float64Array.from({ length: count }, (_, row) => this.score(probe, row));
    let highest = 0;
    for (const score of scores) highest = Math.max(highest, score);
    sink(0, scores, highest);
  }

  score(probe: Int8Array, row: number): number {
    const { template, weight } = this.#at(row);
    let sum = 0;
    for (let at = 0; at < template.length; at++) {
      sum += ((template[at] ?? 0) - TEMPLATE_BIAS) * (probe[at] ?? 0);
    }
    return sum * weight;
  }

  #at(row: number): Row {
    return this.#rows[row] ?? { template: new Uint8Array(), weight: 0 };
  }
}

export function plainRows(): Rows {
  return new PlainRows();
}
