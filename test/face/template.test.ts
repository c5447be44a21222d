import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isSameModel,
  isTemplate,
  requireModel,
  toProbe,
  toTemplate,
  toVector,
} from '../../lib/face/template.ts';
import { cosine, modelOf, randomVector, seeded, unitVectors } from './support.ts';

describe('face template', () => {
  it('takes one byte a value, 1 to 127, so that the highest bit is never set', () => {
    fc.assert(
      fc.property(unitVectors(64), (vector) => {
        const template = toTemplate(vector);
        assert.equal(template.length, 64);
        assert.ok(template.every((byte) => byte >= 1 && byte <= 127));
        assert.ok(isTemplate(template, 64));
      }),
    );
  });

  it('uses the whole range, whatever the length of the vector', () => {
    assert.deepEqual([...toTemplate(Float32Array.of(0.2, -0.1, 0, 0.05))], [127, 33, 64, 80]);
    assert.deepEqual([...toTemplate(Float32Array.of(20, -10, 0, 5))], [127, 33, 64, 80]);
    assert.deepEqual([...toProbe(Float32Array.of(0.2, -0.1, 0, 0.05))], [127, -63, 0, 32]);
  });

  it('keeps the direction: each value is off by at most half a step', () => {
    fc.assert(
      fc.property(unitVectors(64), (vector) => {
        const peak = Math.max(...vector.map(Math.abs));
        const back = toTemplate(vector);
        for (const [at, byte] of back.entries()) {
          const value = ((byte - 64) * peak) / 63;
          assert.ok(Math.abs(value - (vector[at] ?? 0)) <= peak / 126 + 1e-6);
        }
      }),
    );
  });

  it('keeps the cosine of 512 values to three digits', () => {
    const random = seeded(7);
    for (let round = 0; round < 50; round++) {
      const one = randomVector(random, 512);
      const other = randomVector(random, 512);
      const [first, second] = [toVector(toTemplate(one)), toVector(toTemplate(other))];
      assert.ok(cosine(one, first) > 0.9995);
      assert.ok(Math.abs(cosine(one, other) - cosine(first, second)) < 2e-3);
    }
  });

  it('gives a vector of length 1 back', () => {
    const vector = toVector(toTemplate(Float32Array.of(3, 4)));
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
  });

  it('refuses a vector without a direction', () => {
    for (const values of [[0, 0], [NaN, 1], [Infinity, 1], []]) {
      assert.throws(() => toTemplate(Float32Array.from(values)), { code: 'INPUT_INVALID' });
      assert.throws(() => toProbe(Float32Array.from(values)), { code: 'INPUT_INVALID' });
    }
  });

  it('knows bytes that are no template', () => {
    assert.ok(!isTemplate(Uint8Array.of(64, 64), 2), 'no direction');
    assert.ok(!isTemplate(Uint8Array.of(0, 64), 2), 'below -63');
    assert.ok(!isTemplate(Uint8Array.of(128, 64), 2), 'above 63');
    assert.ok(!isTemplate(Uint8Array.of(65, 64), 3), 'another length');
  });

  it('takes models for the same only if everything about them is equal', () => {
    const model = modelOf(512);
    assert.ok(isSameModel(model, { ...model }));
    for (const other of [
      { ...model, algorithm: 'other' },
      { ...model, version: '2' },
      { ...model, dimension: 256 },
      { ...model, quantisation: 'float' },
      { ...model, digest: '0b'.repeat(32) },
    ]) {
      assert.ok(!isSameModel(model, other));
      assert.throws(
        () => {
          requireModel(model, other);
        },
        { code: 'MODEL_MISMATCH' },
      );
    }
  });
});
