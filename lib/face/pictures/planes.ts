import type { Raster } from './raster.ts';

/** How a network wants its colours: `(value - mean) / deviation` in each of its channels. */
export interface Colours {
  order: 'RGB' | 'BGR';
  mean: readonly number[];
  deviation: readonly number[];
}

/** A picture as a network takes it: one plane a channel. */
export function planesOf({ width, height, data }: Raster, colours: Colours): Float32Array {
  const pixels = width * height;
  const planes = new Float32Array(pixels * 3);
  for (let channel = 0; channel < 3; channel += 1) {
    const from = colours.order === 'RGB' ? channel : 2 - channel;
    const mean = colours.mean[channel] ?? 0;
    const factor = 1 / (colours.deviation[channel] ?? 1);
    const start = channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      planes[start + pixel] = ((data[pixel * 3 + from] ?? 0) - mean) * factor;
    }
  }
  return planes;
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
