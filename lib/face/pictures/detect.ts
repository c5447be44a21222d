import type { Box } from '../face.ts';
import type { Net } from '../models/nets.ts';
import { planesOf, type Colours } from './planes.ts';
import { fromBox, moved, type Raster, type Similarity } from './raster.ts';
import { resample } from './resample.ts';

const SIZE = { width: 320, height: 240 };
const COLOURS: Colours = { order: 'RGB', mean: [127, 127, 127], deviation: [128, 128, 128] };
const CONFIDENT = 0.65;
/** Boxes that share more than this of their common area are one face. */
const OVERLAP = 0.4;
/** Even a crowd is only a few faces that could be meant. */
const MOST_FACES = 32;
/** A face that fills the whole picture is found when there is room around it. Share of each side. */
const PADDING = 0.5;

interface Found extends Box {
  score: number;
}

/** All faces of a picture in its pixels, the largest first. Looks a second time, with room around, if there is none. */
export async function detect(net: Net, picture: Raster): Promise<Box[]> {
  const found = await look(net, picture, 0);
  return found.length > 0 ? found : look(net, picture, PADDING);
}

/** The picture keeps its proportions: what it does not fill of the network's input is black. */
async function look(net: Net, picture: Raster, padding: number): Promise<Box[]> {
  const { width, height } = picture;
  const whole = {
    x: -padding * width,
    y: -padding * height,
    width: width * (1 + 2 * padding),
    height: height * (1 + 2 * padding),
  };
  const from = fromBox(whole, SIZE);
  const input = planesOf(resample(picture, from, SIZE), COLOURS);
  const [scores = new Float32Array(), boxes = new Float32Array()] = await net.run(input);
  const distinct = withoutDoubles(confident(scores, boxes));
  return distinct
    .map((box) => inPicture(box, from))
    .sort((one, other) => other.width * other.height - one.width * one.height);
}

/** The network answers with the corners of its boxes as shares of its input, and two scores: background and face. */
function confident(scores: Float32Array, boxes: Float32Array): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < scores.length / 2; at += 1) {
    const score = scores[at * 2 + 1] ?? 0;
    if (score < CONFIDENT) continue;
    const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(at * 4, at * 4 + 4);
    const x = left * SIZE.width;
    const y = top * SIZE.height;
    const width = right * SIZE.width - x;
    const height = bottom * SIZE.height - y;
    if (width > 0 && height > 0) found.push({ x, y, width, height, score });
  }
  return found.sort((one, other) => other.score - one.score);
}

function withoutDoubles(found: readonly Found[]): Found[] {
  const kept: Found[] = [];
  for (const box of found) {
    if (kept.length === MOST_FACES) break;
    if (kept.every((other) => overlap(box, other) <= OVERLAP)) kept.push(box);
  }
  return kept;
}

function overlap(one: Box, other: Box): number {
  const shared = (start: number, length: number, start2: number, length2: number): number =>
    Math.max(0, Math.min(start + length, start2 + length2) - Math.max(start, start2));
  const common =
    shared(one.x, one.width, other.x, other.width) *
    shared(one.y, one.height, other.y, other.height);
  return common / (one.width * one.height + other.width * other.height - common);
}

function inPicture({ x, y, width, height }: Box, from: Similarity): Box {
  return { ...moved(from, x, y), width: width * from.a, height: height * from.a };
}
