import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Audience, FaceCandidate, FaceGallery, GalleryEntry } from '../../../lib/face/face.ts';
import { createGallery } from '../../../lib/face/gallery/gallery.ts';
import { plainRows } from '../../../lib/face/gallery/plain-rows.ts';
import { wasmRows } from '../../../lib/face/gallery/wasm-rows.ts';
import { toTemplate, toVector } from '../../../lib/face/template.ts';
import { cosine, modelOf, normalised, randomVector, seeded } from '../support.ts';

const DIMENSION = 32;
const MODEL = modelOf(DIMENSION);

function entry(credential: string, seed: number, more: Partial<GalleryEntry> = {}): GalleryEntry {
  return {
    credential,
    person: `person of ${credential}`,
    groups: [],
    model: MODEL,
    template: toTemplate(randomVector(seeded(seed), DIMENSION)),
    ...more,
  };
}

/** The gallery said in the simplest words: a map, and a full sort. */
class SimpleGallery {
  readonly entries = new Map<string, GalleryEntry>();

  search(vector: Float32Array, { limit, groups, persons }: Audience & { limit: number }) {
    const everybody = groups === undefined && persons === undefined;
    const belongs = (one: GalleryEntry): boolean =>
      everybody ||
      (persons ?? []).includes(one.person) ||
      one.groups.some((group) => (groups ?? []).includes(group));
    const best = new Map<string, FaceCandidate>();
    for (const one of this.entries.values()) {
      const { credential, person } = one;
      const score = cosine(vector, toVector(one.template));
      if (belongs(one) && score > (best.get(person)?.score ?? -2)) {
        best.set(person, { credential, person, score });
      }
    }
    return [...best.values()].sort((a, b) => b.score - a.score).slice(0, limit);
  }
}

const CREDENTIALS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
const action = fc.oneof(
  fc.record({
    do: fc.constant('put' as const),
    credential: fc.constantFrom(...CREDENTIALS),
    person: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
    groups: fc.subarray(['g1', 'g2', 'g3']),
    seed: fc.nat(1000),
  }),
  fc.record({ do: fc.constant('remove' as const), credential: fc.constantFrom(...CREDENTIALS) }),
  fc.record({ do: fc.constant('clear' as const) }),
);

describe('face gallery', () => {
  it('behaves as a map and a sort, whatever is put and removed', () => {
    const audience = fc.constantFrom<Audience>(
      {},
      { groups: ['g1'] },
      { groups: ['g2', 'g3'], persons: ['p1'] },
      { persons: ['p2', 'p4', 'nobody'] },
      { groups: [] },
    );
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 40 }),
        fc.nat(1000),
        audience,
        (actions, seed, who) => {
          const gallery = createGallery(MODEL);
          const simple = new SimpleGallery();
          for (const step of actions) play(step, gallery, simple);
          assert.equal(gallery.size, simple.entries.size);
          const vector = randomVector(seeded(seed), DIMENSION);
          const expected = simple.search(vector, { ...who, limit: 3 });
          const found = gallery.search(vector, { ...who, limit: 3 });
          assertClose(found, expected, vector, simple);
          for (const person of ['p1', 'p2', 'p3', 'p4']) {
            const [own] = simple.search(vector, { persons: [person], limit: 1 });
            assert.equal(gallery.verify(vector, person)?.person, own?.person);
          }
          assert.equal(gallery.count(who), members(simple, who));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same answer with every kernel, to the last bit', () => {
    const random = seeded(11);
    const galleries = [plainRows, wasmRows('relaxed'), wasmRows('baseline')].map((rows) =>
      createGallery(MODEL, rows ?? assert.fail('this runtime has the kernel')),
    );
    for (let at = 0; at < 300; at++) {
      const template = toTemplate(randomVector(random, DIMENSION));
      for (const gallery of galleries) {
        gallery.put(entry(`c${at}`, 0, { template, person: `p${at % 100}` }));
      }
    }
    for (let round = 0; round < 20; round++) {
      const vector = randomVector(random, DIMENSION);
      const [plain, ...fast] = galleries.map((gallery) => gallery.search(vector, { limit: 10 }));
      for (const found of fast) assert.deepEqual(found, plain);
    }
  });

  it('finds a face again with a score of nearly 1', () => {
    const gallery = createGallery(MODEL);
    const vector = randomVector(seeded(5), DIMENSION);
    gallery.put(entry('mine', 0, { template: toTemplate(vector), person: 'me' }));
    const [found] = gallery.search(vector, { limit: 1 });
    assert.equal(found?.credential, 'mine');
    assert.ok(found.score > 0.999 && found.score <= 1);
    assert.ok(
      (gallery.search(
        vector.map((value) => -value),
        { limit: 1 },
      )[0]?.score ?? 0) < -0.999,
    );
  });

  it('orders equal scores by credential, whatever came first', () => {
    const template = toTemplate(normalised(Array.from({ length: DIMENSION }, (_, at) => at + 1)));
    for (const order of [
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
      ['b', 'c', 'a'],
    ]) {
      const gallery = createGallery(MODEL);
      for (const id of order) gallery.put(entry(id, 0, { template }));
      const found = gallery.search(toVector(template), { limit: 2 });
      assert.deepEqual(
        found.map(({ credential }) => credential),
        ['a', 'b'],
      );
    }
  });

  it('refuses a template of another model, and bytes that are no template', () => {
    const gallery = createGallery(MODEL);
    const other = { ...MODEL, digest: 'ff'.repeat(32) };
    assert.throws(
      () => {
        gallery.put(entry('x', 1, { model: other }));
      },
      { code: 'MODEL_MISMATCH' },
    );
    const damaged = new Uint8Array(DIMENSION).fill(200);
    assert.throws(
      () => {
        gallery.put(entry('x', 1, { template: damaged }));
      },
      { code: 'INPUT_INVALID' },
    );
    assert.equal(gallery.size, 0);
  });

  it('refuses a vector of another length', () => {
    const gallery = createGallery(MODEL);
    assert.throws(() => gallery.search(new Float32Array(16).fill(1), { limit: 1 }), {
      code: 'MODEL_MISMATCH',
    });
  });

  it('keeps the old template when a new one is refused', () => {
    const gallery = createGallery(MODEL);
    gallery.put(entry('x', 1, { person: 'me' }));
    assert.throws(() => {
      gallery.put(entry('x', 2, { template: new Uint8Array(3) }));
    });
    assert.equal(gallery.size, 1);
    assert.ok(gallery.verify(randomVector(seeded(1), DIMENSION), 'me'));
  });

  it('refuses a model whose templates it cannot search', () => {
    assert.throws(() => createGallery({ algorithm: 'a', version: '1' }), { code: 'INPUT_INVALID' });
    assert.throws(() => createGallery({ ...MODEL, quantisation: 'float32' }), {
      code: 'INPUT_INVALID',
    });
  });
});

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

function play(step: Action, gallery: FaceGallery, simple: SimpleGallery): void {
  if (step.do === 'clear') {
    gallery.clear();
    simple.entries.clear();
  } else if (step.do === 'remove') {
    assert.equal(gallery.remove(step.credential), simple.entries.delete(step.credential));
  } else {
    const { credential, person, groups, seed } = step;
    const one = entry(credential, seed, { person, groups });
    gallery.put(one);
    simple.entries.set(credential, one);
  }
}

function members(simple: SimpleGallery, who: Audience): number {
  return [...simple.entries.values()].filter(
    ({ person, groups }) =>
      (who.groups === undefined && who.persons === undefined) ||
      (who.persons ?? []).includes(person) ||
      groups.some((group) => (who.groups ?? []).includes(group)),
  ).length;
}

/** Same persons and scores; where two scores are equal but for the probe's quantisation, either order will do. */
function assertClose(
  found: readonly FaceCandidate[],
  expected: readonly FaceCandidate[],
  vector: Float32Array,
  simple: SimpleGallery,
): void {
  assert.equal(found.length, expected.length);
  assert.equal(new Set(found.map(({ person }) => person)).size, found.length);
  for (const [at, { credential, score }] of found.entries()) {
    assert.ok(Math.abs(score - (expected[at]?.score ?? 2)) < 0.01);
    const template = simple.entries.get(credential)?.template ?? assert.fail('it has been put');
    assert.ok(Math.abs(score - cosine(vector, toVector(template))) < 0.01);
  }
}
