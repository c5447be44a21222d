import { PIXELS } from './kernels.ts';

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65_536;

/** What pixels.wat does; places are bytes in its memory. */
interface Kernel {
  average(
    source: number,
    stride: number,
    target: number,
    columns: number,
    rows: number,
    block: number,
  ): void;
  interpolate(
    source: number,
    stride: number,
    width: number,
    height: number,
    target: number,
    columns: number,
    rows: number,
    a: number,
    b: number,
    tx: number,
    ty: number,
  ): void;
  plane(source: number, target: number, end: number, mean: number, factor: number): void;
}

/**
 * Loops over pixels in SIMD of WebAssembly, which every processor has on which sharp runs: several times as fast as
 * JavaScript, which V8 has to compile anew for every picture.
 */
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(PIXELS, 'base64')));
const memory = exports.memory as WebAssembly.Memory;
export const kernel = exports as unknown as Kernel;

/** Bytes that the kernel may read or write behind the last pixel. */
export const BEHIND = 16;

/** Puts bytes to the start of the memory and makes room for `more` behind them. */
export function load(bytes: Uint8Array, more: number): void {
  const missing = bytes.length + more - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  new Uint8Array(memory.buffer).set(bytes);
}

/** A copy of what the memory holds there. */
export function unload(start: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory.buffer.slice(start, start + length));
}
