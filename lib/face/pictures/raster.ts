import type { Box } from '../face.ts';

/** Pixels of three bytes, red first, row by row. */
export interface Raster {
  width: number;
  height: number;
  data: Uint8Array;
}

/**
 * Where a point of a result comes from: `x' = a x - b y + tx`, `y' = b x + a y + ty`, a turn, an even scale and a
 * shift. Pixels are squares whose centres lie at halves.
 */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/** From the pixels of a result to those of a rectangle, each side stretched by the larger of both scales. */
export function fromBox({ x, y, width, height }: Box, size: Size): Similarity {
  const a = Math.max(width / size.width, height / size.height);
  const tx = x + (width - a * size.width) / 2;
  const ty = y + (height - a * size.height) / 2;
  return { a, b: 0, tx, ty };
}

export interface Size {
  width: number;
  height: number;
}

/** A square around the middle of a box; its sides are the longer side of the box times `factor`. */
export function squareAround({ x, y, width, height }: Box, factor: number): Box {
  const side = Math.max(width, height) * factor;
  const left = x + width / 2 - side / 2;
  return { x: left, y: y + height / 2 - side / 2, width: side, height: side };
}

/** The same square, moved into the picture and not larger than it. */
export function movedInside({ x, y, width, height }: Box, picture: Size): Box {
  const side = Math.min(width, height, picture.width, picture.height);
  const within = (start: number, length: number, most: number): number =>
    Math.min(Math.max(start + (length - side) / 2, 0), most - side);
  return {
    x: within(x, width, picture.width),
    y: within(y, height, picture.height),
    width: side,
    height: side,
  };
}

/**
 * The part of a raster that the similarity points to, bilinear. What lies outside is black. Where it shrinks to less
 * than half, whole blocks are averaged first, so that no detail turns into noise.
 */
export function resample(source: Raster, from: Similarity, size: Size): Raster {
  const shrink = Math.floor(Math.hypot(from.a, from.b));
  if (shrink < 2) return interpolate(source, from, size);
  const part = partOf(source, from, size, shrink);
  const small = average(source, part, shrink);
  const scaled = {
    a: from.a / shrink,
    b: from.b / shrink,
    tx: (from.tx - part.x) / shrink,
    ty: (from.ty - part.y) / shrink,
  };
  return interpolate(small, scaled, size);
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

export function moved(
  { a, b, tx, ty }: Similarity,
  x: number,
  y: number,
): { x: number; y: number } {
  return { x: a * x - b * y + tx, y: b * x + a * y + ty };
}

/** The mean of each whole block of a part; pixels that fill no block at the edges are left out. */
function average({ width: stride, data }: Raster, part: Box, block: number): Raster {
  const width = Math.floor(part.width / block);
  const height = Math.floor(part.height / block);
  const result = new Uint8Array(width * height * 3);
  const sums = new Uint32Array(width * 3);
  const pixels = block * block;
  for (let row = 0; row < height; row += 1) {
    sums.fill(0);
    for (let line = 0; line < block; line += 1) {
      let at = ((part.y + row * block + line) * stride + part.x) * 3;
      for (let column = 0; column < sums.length; column += 3) {
        for (let pixel = 0; pixel < block; pixel += 1) {
          sums[column] = (sums[column] ?? 0) + (data[at] ?? 0);
          sums[column + 1] = (sums[column + 1] ?? 0) + (data[at + 1] ?? 0);
          sums[column + 2] = (sums[column + 2] ?? 0) + (data[at + 2] ?? 0);
          at += 3;
        }
      }
    }
    const start = row * sums.length;
    for (let at = 0; at < sums.length; at += 1) result[start + at] = (sums[at] ?? 0) / pixels;
  }
  return { width, height, data: result };
}

function interpolate(source: Raster, { a, b, tx, ty }: Similarity, size: Size): Raster {
  const data = new Uint8Array(size.width * size.height * 3);
  let at = 0;
  for (let row = 0; row < size.height; row += 1) {
    for (let column = 0; column < size.width; column += 1) {
      const x = a * (column + 0.5) - b * (row + 0.5) + tx - 0.5;
      const y = b * (column + 0.5) + a * (row + 0.5) + ty - 0.5;
      mix(source, x, y, data, at);
      at += 3;
    }
  }
  return { ...size, data };
}

/** Writes the mix of the four pixels around a point. */
function mix(source: Raster, x: number, y: number, target: Uint8Array, at: number): void {
  const { width, height, data } = source;
  if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) return;
  const left = Math.max(0, Math.floor(x));
  const top = Math.max(0, Math.floor(y));
  const right = Math.min(left + 1, width - 1);
  const bottom = Math.min(top + 1, height - 1);
  const u = Math.max(0, x - left);
  const v = Math.max(0, y - top);
  const northWest = (top * width + left) * 3;
  const northEast = (top * width + right) * 3;
  const southWest = (bottom * width + left) * 3;
  const southEast = (bottom * width + right) * 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const north = (data[northWest + channel] ?? 0) * (1 - u) + (data[northEast + channel] ?? 0) * u;
    const south = (data[southWest + channel] ?? 0) * (1 - u) + (data[southEast + channel] ?? 0) * u;
    target[at + channel] = north * (1 - v) + south * v + 0.5;
  }
}
