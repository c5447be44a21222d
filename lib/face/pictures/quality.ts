import type { Box, FaceQuality } from '../face.ts';
import type { Net } from '../models/nets.ts';
import { LEFT_EYE, middle, RIGHT_EYE, type Point } from './landmarks.ts';
import { greyOf, planesOf, softmax, type Colours } from './planes.ts';
import { fromBox, movedInside, squareAround, type Raster } from './raster.ts';
import { resample } from './resample.ts';

const POSE_SIZE = { width: 224, height: 224 };
/** Mean and deviation of ImageNet, for values of 0 to 255. */
const POSE_COLOURS: Colours = {
  order: 'RGB',
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
};
/** The box and a quarter of it on each side. */
const POSE_CROP = 1.5;
/** The network answers in steps of three degrees, from -99 on. */
const DEGREES = { step: 3, first: -99 };

const EYE_SIZE = { width: 24, height: 24 };
/** Side of the square around an eye, in widths of the eye. */
const EYE_CROP = 1.6;

/** Turn to the side, up or down, and tilt, in degrees. */
export async function poseOf(
  net: Net,
  picture: Raster,
  face: Box,
): Promise<Pick<FaceQuality, 'yaw' | 'pitch' | 'roll'>> {
  const from = fromBox(squareAround(face, POSE_CROP), POSE_SIZE);
  const outputs = await net.run(planesOf(resample(picture, from, POSE_SIZE), POSE_COLOURS));
  const [yaw = 0, pitch = 0, roll = 0] = outputs.map(degrees);
  return { yaw, pitch, roll };
}

function degrees(logits: Float32Array): number {
  const step = softmax(logits).reduce((sum, share, index) => sum + share * index, 0);
  return step * DEGREES.step + DEGREES.first;
}

/** Probability that both eyes are open: that of the one that is less so. */
export async function eyesOpen(
  net: Net,
  picture: Raster,
  points: readonly Point[],
): Promise<number> {
  const left = await eyeOpen(net, picture, points, LEFT_EYE);
  const right = await eyeOpen(net, picture, points, RIGHT_EYE);
  return Math.min(left, right);
}

async function eyeOpen(
  net: Net,
  picture: Raster,
  points: readonly Point[],
  { lids, corners }: typeof LEFT_EYE | typeof RIGHT_EYE,
): Promise<number> {
  const { x, y } = middle(points, lids);
  const width = Math.abs((points[corners[1]]?.x ?? 0) - (points[corners[0]]?.x ?? 0));
  const eye = { x: x - width / 2, y: y - width / 2, width, height: width };
  const from = fromBox(movedInside(squareAround(eye, EYE_CROP), picture), EYE_SIZE);
  const grey = greyOf(resample(picture, from, EYE_SIZE)).map((value) => value / 255);
  const [logits = new Float32Array()] = await net.run(grey);
  return softmax(logits)[1] ?? 0;
}

/** Variance of the Laplacian of the brightness: how much fine detail there is. */
export function sharpnessOf(face: Raster): number {
  const grey = greyOf(face);
  const { width, height } = face;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const value = laplacian(grey, y * width + x, width);
      sum += value;
      squares += value * value;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}

function laplacian(grey: Float32Array, at: number, width: number): number {
  const across = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0);
  const down = (grey[at - width] ?? 0) + (grey[at + width] ?? 0);
  return across + down - 4 * (grey[at] ?? 0);
}
