import type { Point } from './landmarks.ts';
import type { Raster, Similarity } from './raster.ts';
import { resample } from './resample.ts';

/**
 * The face turned, scaled and moved so that its points come to lie as near to the wanted ones as they can, in a square
 * of `size` pixels.
 */
export function align(
  picture: Raster,
  points: readonly Point[],
  wanted: readonly Point[],
  size: number,
): Raster {
  const from = inverse(bestSimilarity(points, wanted));
  return resample(picture, from, { width: size, height: size });
}

/** The similarity with the least squares of distances (Umeyama 1991), in two dimensions and without mirroring. */
export function bestSimilarity(points: readonly Point[], wanted: readonly Point[]): Similarity {
  const centre = mean(points);
  const target = mean(wanted);
  let spread = 0;
  let along = 0;
  let across = 0;
  for (const [index, point] of points.entries()) {
    const x = point.x - centre.x;
    const y = point.y - centre.y;
    const u = (wanted[index]?.x ?? 0) - target.x;
    const v = (wanted[index]?.y ?? 0) - target.y;
    spread += x * x + y * y;
    along += x * u + y * v;
    across += x * v - y * u;
  }
  const a = along / spread;
  const b = across / spread;
  return {
    a,
    b,
    tx: target.x - a * centre.x + b * centre.y,
    ty: target.y - b * centre.x - a * centre.y,
  };
}

function inverse({ a, b, tx, ty }: Similarity): Similarity {
  const square = a * a + b * b;
  const back = { a: a / square, b: -b / square };
  return { ...back, tx: -(back.a * tx - back.b * ty), ty: -(back.b * tx + back.a * ty) };
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce(({ x, y }, point) => ({ x: x + point.x, y: y + point.y }), {
    x: 0,
    y: 0,
  });
  return { x: sum.x / points.length, y: sum.y / points.length };
}
