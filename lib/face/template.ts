import type { ModelIdentity } from '../model/credential.ts';
import { AccessError } from '../model/errors.ts';

/** The quantised form of a template, as a model identity names it. */
export const TEMPLATE_FORM = 'int7';
/** A stored byte is the value plus this, so that its highest bit is never set. */
export const TEMPLATE_BIAS = 64;
/** Values of a template are -63 to 63. */
export const TEMPLATE_PEAK = 63;
/** Values of a face that is searched for are -127 to 127. */
export const PROBE_PEAK = 127;

const LOWEST_BYTE = TEMPLATE_BIAS - TEMPLATE_PEAK;
const HIGHEST_BYTE = TEMPLATE_BIAS + TEMPLATE_PEAK;

/**
 * The stored form of a vector: one byte a value, -63 to 63 plus 64, where 63 is its largest value. A cosine does not
 * depend on the length of its vectors, so no scale is kept. Throws INPUT_INVALID for a vector without a direction.
 */
export function toTemplate(vector: Float32Array): Uint8Array {
  const scale = scaleTo(TEMPLATE_PEAK, vector);
  const template = new Uint8Array(vector.length);
  for (let at = 0; at < vector.length; at++) {
    template[at] = Math.round((vector[at] ?? 0) * scale) + TEMPLATE_BIAS;
  }
  return template;
}

/** The vector of length 1 that a template stands for; each value is off by at most 1/126 of the largest one. */
export function toVector(template: Uint8Array): Float32Array {
  const norm = templateNorm(template);
  return new Float32Array(valuesOf(template).map((value) => value / norm));
}

/** The values of a template, -63 to 63: the same direction, another length. */
export function valuesOf(template: Uint8Array): Float64Array {
  const values = new Float64Array(template);
  for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) - TEMPLATE_BIAS;
  return values;
}

/** Cosine of a vector of length 1 and a template of as many values. */
export function likeness(vector: Float32Array, template: Uint8Array): number {
  const other = toVector(template);
  return vector.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

/** A vector as it is compared with templates: -127 to 127. Throws INPUT_INVALID as `toTemplate` does. */
export function toProbe(vector: Float32Array): Int8Array {
  const scale = scaleTo(PROBE_PEAK, vector);
  const probe = new Int8Array(vector.length);
  for (let at = 0; at < vector.length; at++) probe[at] = Math.round((vector[at] ?? 0) * scale);
  return probe;
}

/** Euclidean length of a template's values. */
export function templateNorm(template: Uint8Array): number {
  let sum = 0;
  for (const byte of template) sum += (byte - TEMPLATE_BIAS) ** 2;
  return Math.sqrt(sum);
}

/** Euclidean length of a probe's values. */
export function probeNorm(probe: Int8Array): number {
  let sum = 0;
  for (const value of probe) sum += value * value;
  return Math.sqrt(sum);
}

/** Whether bytes are a template of this many values. */
export function isTemplate(bytes: Uint8Array, dimension: number): boolean {
  if (bytes.length !== dimension) return false;
  for (const byte of bytes) {
    if (byte < LOWEST_BYTE || byte > HIGHEST_BYTE) return false;
  }
  return templateNorm(bytes) > 0;
}

/** Whether templates of both may be compared: everything about the models is equal (N5, R-055). */
export function isSameModel(one: ModelIdentity, other: ModelIdentity): boolean {
  return (
    one.algorithm === other.algorithm &&
    one.version === other.version &&
    one.dimension === other.dimension &&
    one.quantisation === other.quantisation &&
    one.digest === other.digest
  );
}

/** Throws MODEL_MISMATCH unless both models are the same one. */
export function requireModel(wanted: ModelIdentity, given: ModelIdentity): void {
  if (isSameModel(wanted, given)) return;
  throw new AccessError(
    'MODEL_MISMATCH',
    `a template of ${describeModel(given)} cannot be compared with those of ${describeModel(wanted)}: enrol the face anew`,
  );
}

function describeModel({ algorithm, version, quantisation, digest }: ModelIdentity): string {
  return [algorithm, version, quantisation, digest?.slice(0, 8)].filter(Boolean).join(' ');
}

function scaleTo(peak: number, vector: Float32Array): number {
  let largest = 0;
  for (const value of vector) {
    if (!Number.isFinite(value)) throw new AccessError('INPUT_INVALID', 'a vector must be finite');
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) throw new AccessError('INPUT_INVALID', 'a vector must have a direction');
  return peak / largest;
}
