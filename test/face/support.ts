import fc from 'fast-check';
import type { ModelIdentity } from '../../lib/model/credential.ts';

/** A model whose templates have this many values. */
export function modelOf(dimension: number): ModelIdentity {
  return {
    algorithm: 'test-net',
    version: '1',
    dimension,
    quantisation: 'int7',
    digest: '0a'.repeat(32),
  };
}

/** Vectors of length 1. */
export function unitVectors(dimension: number): fc.Arbitrary<Float32Array> {
  return fc
    .array(fc.integer({ min: -1000, max: 1000 }), { minLength: dimension, maxLength: dimension })
    .filter((values) => values.some((value) => value !== 0))
    .map((values) => normalised(values));
}

export function normalised(values: readonly number[]): Float32Array {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
}

export function cosine(one: Float32Array, other: Float32Array): number {
  let [dot, ones, others] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at] ?? 0, other[at] ?? 0];
    dot += a * b;
    ones += a * a;
    others += b * b;
  }
  return dot / Math.sqrt(ones * others);
}

/** Random numbers that are the same in every run: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A vector of length 1 in a random direction. */
export function randomVector(random: () => number, dimension: number): Float32Array {
  return normalised(
    Array.from({ length: dimension }, () => random() + random() + random() + random() - 2),
  );
}
