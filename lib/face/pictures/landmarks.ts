import type { Box } from '../face.ts';
import type { Net } from '../models/nets.ts';
import { greyOf } from './planes.ts';
import { fromBox, moved, squareAround, type Raster } from './raster.ts';
import { resample } from './resample.ts';

const SIZE = { width: 64, height: 64 };
const WHITE = 256;

export interface Point {
  x: number;
  y: number;
}

/** The 68 points of a face in pixels of the picture, numbered as is usual: jaw, brows, nose, eyes, mouth. */
export async function findLandmarks(net: Net, picture: Raster, face: Box): Promise<Point[]> {
  // As high as the face, whatever its width: the network knows faces in squares of that height.
  const { x, y, width, height } = face;
  const square = squareAround({ x: x + width / 2, y, width: 0, height }, 1);
  const from = fromBox(square, SIZE);
  const grey = greyOf(resample(picture, from, SIZE)).map((value) => value / WHITE);
  const [shares = new Float32Array()] = await net.run(grey);
  return Array.from({ length: shares.length / 2 }, (_, at) =>
    moved(from, (shares[at * 2] ?? 0) * SIZE.width, (shares[at * 2 + 1] ?? 0) * SIZE.height),
  );
}

/** The middle of both eyes, the tip of the nose and the corners of the mouth, left first as seen in the picture. */
export function fivePoints(points: readonly Point[]): Point[] {
  return [
    middle(points, LEFT_EYE.lids),
    middle(points, RIGHT_EYE.lids),
    middle(points, [30]),
    middle(points, [48, 60]),
    middle(points, [54, 64]),
  ];
}

/** Corners and lids of both eyes among the 68 points. */
export const LEFT_EYE = { lids: [37, 38, 40, 41], corners: [36, 39] } as const;
export const RIGHT_EYE = { lids: [43, 44, 46, 47], corners: [42, 45] } as const;

export function middle(points: readonly Point[], of: readonly number[]): Point {
  const sum = { x: 0, y: 0 };
  for (const index of of) {
    sum.x += (points[index]?.x ?? 0) / of.length;
    sum.y += (points[index]?.y ?? 0) / of.length;
  }
  return sum;
}
