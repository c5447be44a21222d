import { BEHIND, kernel, load, unload } from './kernel.ts';
import type { Raster } from './raster.ts';

/** How a network wants its colours: `(value - mean) / deviation` in each of its channels. */
export interface Colours {
  order: 'RGB' | 'BGR';
  mean: readonly number[];
  deviation: readonly number[];
}

/** A picture as a network takes it: one plane a channel. */
export function planesOf({ width, height, data }: Raster, colours: Colours): Float32Array {
  const plane = width * height * Float32Array.BYTES_PER_ELEMENT;
  const start = data.length + BEHIND;
  load(data, 3 * plane + 2 * BEHIND);
  for (let channel = 0; channel < 3; channel += 1) {
    const from = colours.order === 'RGB' ? channel : 2 - channel;
    const target = start + channel * plane;
    const factor = 1 / (colours.deviation[channel] ?? 1);
    kernel.plane(from, target, target + plane, colours.mean[channel] ?? 0, factor);
  }
  return new Float32Array(unload(start, 3 * plane).buffer);
}

/** Brightness, 0 to 255, by the weights of ITU-R BT.601. */
export function greyOf({ width, height, data }: Raster): Float32Array {
  const grey = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel += 1, at += 3) {
    grey[pixel] =
      0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
  }
  return grey;
}

/** Shares of one, from the logits of a network. */
export function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const powers = logits.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}
