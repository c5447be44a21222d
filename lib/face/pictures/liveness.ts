import type { Box } from '../face.ts';
import type { Net } from '../models/nets.ts';
import { planesOf, softmax, type Colours } from './planes.ts';
import { fromBox, movedInside, squareAround, type Raster } from './raster.ts';
import { resample } from './resample.ts';

const SIZE = { width: 128, height: 128 };
const COLOURS: Colours = { order: 'BGR', mean: [0, 0, 0], deviation: [1, 1, 1] };
/** The network judges a face with its surroundings: frames, edges of paper, hands. */
const CROP = 2.7;

/** Probability that a face is live and not a print or a screen, 0 to 1. One signal, not a proof. */
export async function livenessOf(net: Net, picture: Raster, face: Box): Promise<number> {
  const surroundings = movedInside(squareAround(face, CROP), picture);
  const crop = resample(picture, fromBox(surroundings, SIZE), SIZE);
  const [logits = new Float32Array()] = await net.run(planesOf(crop, COLOURS));
  return softmax(logits)[0] ?? 0;
}
