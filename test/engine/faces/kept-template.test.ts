import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createTemplateKeeper } from '../../../lib/engine/faces/kept-template.ts';
import { packTemplate, unpackTemplate } from '../../../lib/engine/faces/sealed-template.ts';
import { createTurning } from '../../../lib/engine/faces/turning.ts';
import { toTemplate, toVector } from '../../../lib/face/template.ts';
import { cosine, modelOf, randomVector, seeded, unitVectors } from '../../face/support.ts';

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);
/** Two random directions of 512 values are this unlike in all but a few of a million cases: five deviations. */
const CHANCE = 5 / Math.sqrt(512);

describe('engine: kept templates', () => {
  const random = seeded(11);

  function packedOf(vector: Float32Array): Uint8Array {
    return packTemplate({ model: modelOf(vector.length), bytes: toTemplate(vector) });
  }

  function keptVector(key: Uint8Array, packed: Uint8Array): Float32Array {
    const kept = createTemplateKeeper(key).toKept(packed);
    return toVector(unpackTemplate(kept.subarray(1)).bytes);
  }

  it('are turned without a change of lengths and angles, and back', () => {
    const sample = fc
      .integer({ min: 1, max: 300 })
      .chain((dimension) => fc.tuple(unitVectors(dimension), unitVectors(dimension)));
    fc.assert(
      fc.property(sample, ([one, other]) => {
        const turning = createTurning(KEY, one.length);
        const [turned, otherTurned] = [one, other].map((v) => turning.turn(Float64Array.from(v)));
        assert.ok(turned && otherTurned);
        const before = cosine(one, other);
        const after = cosine(Float32Array.from(turned), Float32Array.from(otherTurned));
        assert.ok(Math.abs(before - after) < 1e-5);
        for (const [at, value] of turning.turnBack(turned).entries()) {
          assert.ok(Math.abs(value - (one[at] ?? 0)) < 1e-9);
        }
      }),
    );
  });

  it('of one face at two sites are as unlike as those of strangers, and unlike the template', () => {
    for (let face = 0; face < 50; face += 1) {
      const vector = randomVector(random, 512);
      const [here, there] = [KEY, OTHER_KEY].map((key) => keptVector(key, packedOf(vector)));
      assert.ok(here && there);
      assert.ok(Math.abs(cosine(here, there)) < CHANCE);
      assert.ok(Math.abs(cosine(here, vector)) < CHANCE);
    }
  });

  it('come back within a step of their quantisation, under their model', () => {
    for (const dimension of [128, 192, 512]) {
      const keeper = createTemplateKeeper(KEY);
      const vector = randomVector(random, dimension);
      const { model, bytes } = unpackTemplate(keeper.fromKept(keeper.toKept(packedOf(vector))));
      assert.deepEqual(model, modelOf(dimension));
      assert.ok(cosine(toVector(bytes), vector) > 0.999);
    }
  });

  it('stay as they are where they are no faces of a known form', () => {
    const keeper = createTemplateKeeper(KEY);
    const finger = packTemplate({
      model: { algorithm: 'finger', version: '1' },
      bytes: Buffer.from('minutiae'),
    });
    for (const plain of [finger, packTemplate({ model: undefined, bytes: Buffer.from('x') })]) {
      assert.deepEqual(Buffer.from(keeper.fromKept(keeper.toKept(plain))), Buffer.from(plain));
    }
    const damaged = packTemplate({ model: modelOf(4), bytes: Buffer.of(0, 0, 0, 0) });
    assert.deepEqual(Buffer.from(keeper.fromKept(keeper.toKept(damaged))), Buffer.from(damaged));
  });
});
