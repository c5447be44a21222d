import type { Box } from '../face.ts';
import { RESAMPLE } from './kernels.ts';
import { moved, type Raster, type Similarity, type Size } from './raster.ts';

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65_536;
/** Bytes that the kernel touches behind the last pixel. */
const BEHIND = 5;

type Average = (
  source: number,
  stride: number,
  target: number,
  columns: number,
  rows: number,
  block: number,
) => void;

type Interpolate = (
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
) => void;

/** SIMD of WebAssembly, which every processor has on which sharp runs: ten times as fast as JavaScript. */
const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(Buffer.from(RESAMPLE, 'base64')),
);
const memory = exports.memory as WebAssembly.Memory;
const average = exports.average as Average;
const interpolate = exports.interpolate as Interpolate;

/** A raster in the memory of the kernel. */
interface Placed extends Size {
  start: number;
  /** Bytes from row to row. */
  stride: number;
}

/**
 * The part of a raster that the similarity points to, bilinear. What lies outside is black. Where it shrinks to less
 * than half, whole blocks are averaged first, so that no detail turns into noise.
 */
export function resample(source: Raster, from: Similarity, size: Size): Raster {
  const block = Math.max(1, Math.floor(Math.hypot(from.a, from.b)));
  const part = partOf(source, from, size, block);
  const bytes = size.width * size.height * 3;
  if (part.width < block || part.height < block) return { ...size, data: new Uint8Array(bytes) };
  const whole = place(source, part, bytes);
  const blocks = block === 1 ? whole : shrink(whole, block);
  const target = endOf(blocks);
  interpolate(
    blocks.start,
    blocks.stride,
    blocks.width,
    blocks.height,
    target,
    size.width,
    size.height,
    from.a / block,
    from.b / block,
    (from.tx - part.x) / block,
    (from.ty - part.y) / block,
  );
  return { ...size, data: new Uint8Array(memory.buffer).slice(target, target + bytes) };
}

/** Copies the rows of a part to the start of the memory, and makes room for the same again and a result. */
function place(source: Raster, { x, y, width, height }: Box, result: number): Placed {
  const stride = source.width * 3;
  const rows = source.data.subarray(y * stride, (y + height) * stride);
  const missing = 2 * rows.length + result + 3 * BEHIND - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  new Uint8Array(memory.buffer).set(rows);
  return { start: x * 3, stride, width, height };
}

/** The mean of each whole block; pixels that fill no block at the edges are left out. */
function shrink(raster: Placed, block: number): Placed {
  const width = Math.floor(raster.width / block);
  const height = Math.floor(raster.height / block);
  const start = endOf(raster);
  average(raster.start, raster.stride, start, width, height, block);
  return { start, stride: width * 3, width, height };
}

function endOf({ start, stride, height }: Placed): number {
  return start + stride * height + BEHIND;
}

/** The upright rectangle of whole blocks that a result needs. */
function partOf(source: Raster, from: Similarity, size: Size, block: number): Box {
  const corners = [
    [0, 0],
    [size.width, 0],
    [0, size.height],
    [size.width, size.height],
  ].map(([x = 0, y = 0]) => moved(from, x, y));
  const span = (values: number[], most: number): [number, number] => {
    const first = Math.max(0, Math.floor(Math.min(...values)) - block);
    const last = Math.min(most, Math.ceil(Math.max(...values)) + block);
    return [Math.min(first, most), Math.max(0, last - Math.min(first, most))];
  };
  const [x, width] = span(
    corners.map((corner) => corner.x),
    source.width,
  );
  const [y, height] = span(
    corners.map((corner) => corner.y),
    source.height,
  );
  return { x, y, width, height };
}
