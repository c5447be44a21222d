import type { Box } from '../face.ts';
import { BEHIND, kernel, load, unload } from './kernel.ts';
import { moved, type Raster, type Similarity, type Size } from './raster.ts';

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
  // Of points that are no numbers nothing must be left over from the picture before.
  const isThere = part.width >= block && part.height >= block;
  if (!isThere) return { ...size, data: new Uint8Array(bytes) };
  const whole = place(source, part, bytes);
  const blocks = block === 1 ? whole : shrink(whole, block);
  const rest: Similarity = {
    a: from.a / block,
    b: from.b / block,
    tx: (from.tx - part.x) / block,
    ty: (from.ty - part.y) / block,
  };
  const start = block > 1 && isDone(blocks, rest, size) ? blocks.start : mix(blocks, rest, size);
  return { ...size, data: unload(start, bytes) };
}

/** Copies the rows of a part to the start of the memory, and makes room for the same again and a result. */
function place(source: Raster, { x, y, width, height }: Box, result: number): Placed {
  const stride = source.width * 3;
  const rows = source.data.subarray(y * stride, (y + height) * stride);
  load(rows, rows.length + result + 3 * BEHIND);
  return { start: x * 3, stride, width, height };
}

/** The mean of each whole block; pixels that fill no block at the edges are left out. */
function shrink(raster: Placed, block: number): Placed {
  const width = Math.floor(raster.width / block);
  const height = Math.floor(raster.height / block);
  const start = endOf(raster);
  kernel.average(raster.start, raster.stride, start, width, height, block);
  return { start, stride: width * 3, width, height };
}

/** Whether blocks are the very pixels of the result, as from cameras of 640 x 480. */
function isDone({ width, height }: Size, { a, b, tx, ty }: Similarity, size: Size): boolean {
  const stays = a === 1 && b === 0 && tx === 0 && ty === 0;
  return stays && width === size.width && height === size.height;
}

/** Mixes each pixel of the result from the four around its place. Returns where the result lies. */
function mix(raster: Placed, { a, b, tx, ty }: Similarity, size: Size): number {
  const { start, stride, width, height } = raster;
  const target = endOf(raster);
  kernel.interpolate(start, stride, width, height, target, size.width, size.height, a, b, tx, ty);
  return target;
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
