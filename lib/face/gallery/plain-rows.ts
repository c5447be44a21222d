import { TEMPLATE_BIAS } from '../template.ts';
import type { DotSink, Rows } from './rows.ts';

/** Rows in plain JavaScript: slow, and what the other kernels are checked against. */
export class PlainRows implements Rows {
  readonly #templates: Uint8Array[] = [];

  write(row: number, template: Uint8Array): void {
    this.#templates[row] = template.slice();
  }

  move(from: number, to: number): void {
    this.write(to, this.#at(from));
  }

  read(row: number): Uint8Array {
    return this.#at(row).slice();
  }

  wipe(row: number): void {
    this.#at(row).fill(0);
  }

  dots(probe: Int8Array, count: number, sink: DotSink): void {
    const dots = Int32Array.from({ length: count }, (_, row) => this.dot(probe, row));
    let highest = 0;
    for (const dot of dots) highest = Math.max(highest, dot);
    sink(0, dots, highest);
  }

  dot(probe: Int8Array, row: number): number {
    const template = this.#at(row);
    let sum = 0;
    for (let at = 0; at < template.length; at++) {
      sum += ((template[at] ?? 0) - TEMPLATE_BIAS) * (probe[at] ?? 0);
    }
    return sum;
  }

  #at(row: number): Uint8Array {
    return this.#templates[row] ?? new Uint8Array();
  }
}

export function plainRows(): Rows {
  return new PlainRows();
}
