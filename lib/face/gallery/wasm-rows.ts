import { TEMPLATE_BIAS } from '../template.ts';
import { BASELINE, RELAXED } from './kernels.ts';
import { plainRows } from './plain-rows.ts';
import type { DotSink, Rows, RowsFactory } from './rows.ts';

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65_536;
/** What the kernel takes at a time, in bytes. */
const LANES = 128;
/** Rows whose results lie in memory at a time: few, so that most blocks can be passed over as a whole. */
const BLOCK = 512;
/** Where the probe stands, at most 4096 bytes, then the results of a block, then the rows. */
const PROBE = 0;
const RESULTS = 4096;
const ROWS = PAGE;

type Kernel = (
  probe: number,
  rows: number,
  count: number,
  stride: number,
  out: number,
  bias: number,
) => number;

/** Rows in the memory of a WebAssembly kernel. */
class WasmRows implements Rows {
  readonly #memory = new WebAssembly.Memory({ initial: 2, maximum: PAGE });
  readonly #kernel: Kernel;
  readonly #dimension: number;
  /** Bytes of a row: the dimension filled up to whole registers. */
  readonly #stride: number;
  #bytes = new Uint8Array(this.#memory.buffer);
  #results = new Int32Array(this.#memory.buffer, RESULTS, BLOCK);

  constructor(module: WebAssembly.Module, dimension: number) {
    const { exports } = new WebAssembly.Instance(module, { gallery: { memory: this.#memory } });
    this.#kernel = exports.dots as Kernel;
    this.#dimension = dimension;
    this.#stride = Math.ceil(dimension / LANES) * LANES;
  }

  write(row: number, template: Uint8Array): void {
    this.#reserve(row + 1);
    this.#bytes.set(template, this.#at(row));
  }

  move(from: number, to: number): void {
    const start = this.#at(from);
    this.#bytes.copyWithin(this.#at(to), start, start + this.#stride);
  }

  read(row: number): Uint8Array {
    const start = this.#at(row);
    return this.#bytes.slice(start, start + this.#dimension);
  }

  wipe(row: number): void {
    const start = this.#at(row);
    this.#bytes.fill(0, start, start + this.#stride);
  }

  dots(probe: Int8Array, count: number, sink: DotSink): void {
    const bias = this.#load(probe);
    for (let first = 0; first < count; first += BLOCK) {
      const size = Math.min(BLOCK, count - first);
      const highest = this.#kernel(PROBE, this.#at(first), size, this.#stride, RESULTS, bias);
      sink(first, size === BLOCK ? this.#results : this.#results.subarray(0, size), highest);
    }
  }

  dot(probe: Int8Array, row: number): number {
    const bias = this.#load(probe);
    this.#kernel(PROBE, this.#at(row), 1, this.#stride, RESULTS, bias);
    return this.#results[0] ?? 0;
  }

  /** Puts the probe in its place; returns what the bias of the templates adds to every product. */
  #load(probe: Int8Array): number {
    new Int8Array(this.#memory.buffer, PROBE, this.#stride).fill(0).set(probe);
    let sum = 0;
    for (const value of probe) sum += value;
    return sum * TEMPLATE_BIAS;
  }

  #at(row: number): number {
    return ROWS + row * this.#stride;
  }

  /** Grows by an eighth, so that many additions need few growths. */
  #reserve(rows: number): void {
    const missing = this.#at(rows) - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(Math.max(missing, this.#bytes.length / 8) / PAGE));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#results = new Int32Array(this.#memory.buffer, RESULTS, BLOCK);
  }
}

/** Rows for a kernel; undefined where the runtime does not know its instructions. */
export function wasmRows(kernel: 'relaxed' | 'baseline'): RowsFactory | undefined {
  const bytes = Buffer.from(kernel === 'relaxed' ? RELAXED : BASELINE, 'base64');
  if (!WebAssembly.validate(bytes)) return undefined;
  const module = new WebAssembly.Module(bytes);
  return (dimension) => new WasmRows(module, dimension);
}

/** The fastest rows that this runtime knows. */
export const bestRows: RowsFactory = (dimension) =>
  (wasmRows('relaxed') ?? wasmRows('baseline') ?? plainRows)(dimension);
