import { TEMPLATE_BIAS } from '../template.ts';
import { BASELINE, RELAXED } from './kernels.ts';
import { plainRows } from './plain-rows.ts';
import type { Rows, RowsFactory, ScoreSink } from './rows.ts';

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65_536;
/** A row takes a multiple of this, in bytes: a line of the processor's cache. */
const LINE = 64;
/** Rows that the kernel takes at a time; in memory they are a quarter of a block apart. */
const STREAMS = 4;
/** Rows of a block: few, so that most blocks can be passed over as a whole. */
const BLOCK = 256;
/** Bytes of the weights of a block, and of its scores: a 64-bit float for each row. */
const FLOATS = BLOCK * Float64Array.BYTES_PER_ELEMENT;
/** Where the probe stands, at most 4096 bytes, then the scores of a block, then the blocks. */
const PROBE = 0;
const SCORES = 4096;
const BLOCKS = PAGE;

type Kernel = (
  probe: number,
  row: number,
  quarter: number,
  stride: number,
  weight: number,
  fours: number,
  out: number,
  bias: number,
) => number;

/** Rows in the memory of a WebAssembly kernel: blocks of templates, each with its weights behind it. */
class WasmRows implements Rows {
  readonly #memory = new WebAssembly.Memory({ initial: 2, maximum: PAGE });
  readonly #kernel: Kernel;
  readonly #dimension: number;
  /** Bytes of a row, of a quarter of the rows of a block, and of a block. */
  readonly #stride: number;
  readonly #quarter: number;
  readonly #block: number;
  #bytes = new Uint8Array(this.#memory.buffer);
  #view = new DataView(this.#memory.buffer);
  #scores = new Float64Array(this.#memory.buffer, SCORES, BLOCK);

  constructor(module: WebAssembly.Module, dimension: number) {
    const { exports } = new WebAssembly.Instance(module, { gallery: { memory: this.#memory } });
    this.#kernel = exports.scores as Kernel;
    this.#dimension = dimension;
    this.#stride = Math.ceil(dimension / LINE) * LINE;
    this.#quarter = (BLOCK / STREAMS) * this.#stride;
    this.#block = STREAMS * this.#quarter + FLOATS;
  }

  write(row: number, template: Uint8Array, weight: number): void {
    this.#reserve(row + 1);
    this.#bytes.set(template, this.#rowAt(row));
    this.#view.setFloat64(this.#weightAt(row), weight, true);
  }

  move(from: number, to: number): void {
    this.write(to, this.read(from), this.#view.getFloat64(this.#weightAt(from), true));
  }

  read(row: number): Uint8Array {
    const start = this.#rowAt(row);
    return this.#bytes.slice(start, start + this.#dimension);
  }

  wipe(row: number): void {
    const start = this.#rowAt(row);
    this.#bytes.fill(0, start, start + this.#stride);
    this.#view.setFloat64(this.#weightAt(row), 0, true);
  }

  scores(probe: Int8Array, count: number, sink: ScoreSink): void {
    const bias = this.#load(probe);
    for (let first = 0; first < count; first += BLOCK) {
      const size = Math.min(BLOCK, count - first);
      const highest = this.#run(first, size, bias);
      sink(first, size === BLOCK ? this.#scores : this.#scores.subarray(0, size), highest);
    }
  }

  score(probe: Int8Array, row: number): number {
    const at = row % STREAMS;
    this.#run(row - at, 1, this.#load(probe));
    return this.#scores[at] ?? 0;
  }

  /** Computes the scores of some rows of one block, from one of the first quarter on; returns the highest. */
  #run(row: number, count: number, bias: number): number {
    return this.#kernel(
      PROBE,
      this.#rowAt(row),
      this.#quarter,
      this.#stride,
      this.#weightAt(row),
      Math.ceil(count / STREAMS),
      SCORES,
      bias,
    );
  }

  /** Puts the probe in its place; returns what the bias of the templates adds to every sum. */
  #load(probe: Int8Array): number {
    new Int8Array(this.#memory.buffer, PROBE, this.#stride).fill(0).set(probe);
    let sum = 0;
    for (const value of probe) sum += value;
    return sum * TEMPLATE_BIAS;
  }

  #blockAt(row: number): number {
    return BLOCKS + Math.floor(row / BLOCK) * this.#block;
  }

  #rowAt(row: number): number {
    const at = row % BLOCK;
    const quarter = (at % STREAMS) * this.#quarter;
    return this.#blockAt(row) + quarter + Math.floor(at / STREAMS) * this.#stride;
  }

  #weightAt(row: number): number {
    const weights = this.#blockAt(row) + STREAMS * this.#quarter;
    return weights + (row % BLOCK) * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Grows by an eighth, so that many additions need few growths. */
  #reserve(rows: number): void {
    const missing = this.#blockAt(rows + BLOCK - 1) - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(Math.max(missing, this.#bytes.length / 8) / PAGE));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
    this.#scores = new Float64Array(this.#memory.buffer, SCORES, BLOCK);
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
