import { createHash } from 'node:crypto';

/** A turn of vectors that keeps every length and angle, and its way back. */
export interface Turning {
  turn(vector: Float64Array): Float64Array;
  turnBack(vector: Float64Array): Float64Array;
}

/**
 * The turn of vectors with this many values that a key stands for: values change places and signs at random, then go
 * through the Walsh-Hadamard transform, which is its own inverse. Vectors of one face under two keys are as alike as
 * those of two strangers (ISO/IEC 24745: unlinkable).
 */
export function createTurning(key: Uint8Array, dimension: number): Turning {
  const random = numbersOf(key, dimension, 2 * dimension);
  const signs = Int8Array.from(random.subarray(0, dimension), (word) => (word & 1 ? 1 : -1));
  const order = sortedPlaces(random.subarray(dimension));
  return {
    turn(vector) {
      const turned = new Float64Array(dimension);
      for (let at = 0; at < dimension; at++) {
        turned[at] = (vector[order[at] ?? 0] ?? 0) * (signs[at] ?? 0);
      }
      transform(turned);
      return turned;
    },
    turnBack(vector) {
      const mixed = vector.slice();
      transform(mixed);
      const turned = new Float64Array(dimension);
      for (let at = 0; at < dimension; at++) {
        turned[order[at] ?? 0] = (mixed[at] ?? 0) * (signs[at] ?? 0);
      }
      return turned;
    },
  };
}

/** As many numbers of 32 bits as wanted, which only the key determines. */
function numbersOf(key: Uint8Array, dimension: number, count: number): Uint32Array {
  const size = Uint32Array.BYTES_PER_ELEMENT;
  const hash = createHash('shake256', { outputLength: count * size });
  const bytes = hash.update(key).update(`gatewire turn of ${dimension}`).digest();
  return Uint32Array.from({ length: count }, (_, at) => bytes.readUInt32LE(at * size));
}

/** The places 0, 1, 2 … in the order of random numbers. */
function sortedPlaces(random: Uint32Array): Uint32Array {
  return Uint32Array.from(random.keys()).sort((a, b) => (random[a] ?? 0) - (random[b] ?? 0));
}

/** In place, block after block: the largest power of two that fits, then the largest that fits the rest. */
function transform(values: Float64Array): void {
  for (let start = 0; start < values.length;) {
    const size = 2 ** Math.floor(Math.log2(values.length - start));
    hadamard(values.subarray(start, start + size));
    start += size;
  }
}

function hadamard(block: Float64Array): void {
  for (let half = 1; half < block.length; half *= 2) {
    for (let pair = 0; pair < block.length / 2; pair++) {
      const at = 2 * pair - (pair & (half - 1));
      const one = block[at] ?? 0;
      const other = block[at + half] ?? 0;
      block[at] = one + other;
      block[at + half] = one - other;
    }
  }
  const scale = 1 / Math.sqrt(block.length);
  for (let at = 0; at < block.length; at++) block[at] = (block[at] ?? 0) * scale;
}
