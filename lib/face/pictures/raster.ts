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

export function moved(
  { a, b, tx, ty }: Similarity,
  x: number,
  y: number,
): { x: number; y: number } {
  return { x: a * x - b * y + tx, y: b * x + a * y + ty };
}
