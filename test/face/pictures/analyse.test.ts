import assert from 'node:assert/strict';
import type { Sharp } from 'sharp';
import type { FaceFindings } from '../../../lib/face/face.ts';
import { createFaceService } from '../../../lib/face/local-service.ts';
import type { FaceService } from '../../../lib/face/service.ts';
import {
  EYES_CLOSED,
  modelFolder,
  photo,
  portrait,
  PORTRAITS,
  PROFILE,
  sample,
} from '../../support/face.ts';
import { removeFolder } from '../../support/folder.ts';
import { cosine, normalised, seeded } from '../support.ts';

describe('face: a picture', function () {
  this.timeout(60_000);
  let folder: string;
  let service: FaceService;

  before(async () => {
    folder = await modelFolder();
    service = await createFaceService(folder);
  });
  after(() => {
    removeFolder(folder);
  });

  const analyse = (picture: Uint8Array): Promise<FaceFindings> => service.analyse({ picture });
  const vectorOf = async (picture: Uint8Array): Promise<Float32Array> => {
    const { vector, flaws } = await analyse(picture);
    assert.ok(vector, `no vector because of ${flaws.join()}`);
    return vector;
  };

  it('of the same woman on two occasions matches, all other pairs of people do not', async () => {
    const { thresholds } = await service.describe({});
    const people = await Promise.all(
      Object.entries(PORTRAITS).map(
        async ([name, of]) => [name, await vectorOf(await photo(of))] as const,
      ),
    );
    for (const [name, vector] of people) {
      for (const [other, otherVector] of people) {
        if (name >= other) continue;
        const score = cosine(vector, otherVector);
        const same = name.slice(0, 4) === other.slice(0, 4);
        const where = `${name} and ${other}: ${score}`;
        assert.ok(same ? score >= thresholds.identifyMany : score < thresholds.verify, where);
      }
    }
  });

  const changes: Record<string, { change: (image: Sharp) => Sharp; score: number }> = {
    'half as bright': { change: (image) => image.modulate({ brightness: 0.5 }), score: 0.9 },
    'far brighter': { change: (image) => image.modulate({ brightness: 1.4 }), score: 0.9 },
    smaller: { change: (image) => image.resize(200), score: 0.97 },
    tilted: { change: (image) => image.rotate(8), score: 0.97 },
    'cut narrower': {
      change: (image) => image.extract({ left: 90, top: 40, width: 440, height: 440 }),
      score: 0.97,
    },
    'a little blurred': { change: (image) => image.blur(2), score: 0.95 },
  };
  for (const [name, { change, score }] of Object.entries(changes)) {
    it(`that is ${name} shows the same face`, async () => {
      const plain = await vectorOf(await photo(PORTRAITS.hanna));
      assert.ok(cosine(plain, await vectorOf(await photo(PORTRAITS.hanna, change))) >= score);
    });
  }

  it('of poor JPEG quality, as a PNG, with a turned sensor or in CMYK shows the same face', async () => {
    const plain = await vectorOf(await photo(PORTRAITS.hanna));
    const image = (): Sharp => portrait(PORTRAITS.hanna);
    const forms = [
      image().jpeg({ quality: 25 }),
      image().png(),
      image().rotate(270).withMetadata({ orientation: 6 }).jpeg(),
      image().toColourspace('cmyk').jpeg(),
      image().ensureAlpha(0.9).png(),
    ];
    for (const form of forms) {
      assert.ok(cosine(plain, await vectorOf(await form.toBuffer())) >= 0.9);
    }
  });

  it('without colours shows the same face, but is not taken for live', async () => {
    const grey = await photo(PORTRAITS.hanna, (image) => image.greyscale());
    assert.deepEqual((await analyse(grey)).flaws, ['notLive']);
    const { vector } = await service.analyse({ picture: grey, demands: { liveness: false } });
    const plain = await vectorOf(await photo(PORTRAITS.hanna));
    assert.ok(vector && cosine(plain, vector) >= 0.9);
  });

  it('names what is wrong with it, and gives no vector then', async () => {
    const wall = await portrait(PORTRAITS.hanna).blur(100).jpeg().toBuffer();
    const far = await photo(PORTRAITS.hanna, (image) => image.resize(110));
    const soft = await photo(PORTRAITS.hanna, (image) => image.blur(8));
    const cases = [
      { picture: wall, flaw: 'noFace' },
      { picture: sample(6), flaw: 'severalFaces' },
      { picture: far, flaw: 'tooSmall' },
      { picture: await photo(PROFILE), flaw: 'turnedAway' },
      { picture: await photo(EYES_CLOSED), flaw: 'eyesClosed' },
      { picture: soft, flaw: 'blurred' },
    ] as const;
    for (const { picture, flaw } of cases) {
      const { flaws, vector } = await analyse(picture);
      assert.ok(flaws.includes(flaw), `${flaw} expected, not ${flaws.join()}`);
      assert.equal(vector, undefined);
    }
  });

  it('is judged only by what is asked for, and has the same vector then', async () => {
    const picture = await photo(PORTRAITS.hanna);
    const demands = { turn: false, eyes: false, sharpness: false, liveness: false } as const;
    const { quality, liveness, vector, timings } = await service.analyse({ picture, demands });
    assert.deepEqual({ quality, liveness }, { quality: {}, liveness: undefined });
    assert.deepEqual(Object.keys(timings), ['decode', 'detect', 'landmarks', 'align', 'embed']);
    assert.deepEqual(vector, await vectorOf(picture));
  });

  it('finds every face of a group, the largest first', async () => {
    const { faces, width } = await analyse(sample(5));
    assert.equal(width, 1280);
    assert.equal(faces.length, 5);
    const areas = faces.map((face) => face.width * face.height);
    assert.deepEqual(
      areas,
      areas.toSorted((one, other) => other - one),
    );
  });

  it('finds a face that fills it, by leaving room around it', async () => {
    const close = await photo(PORTRAITS.hanna, (image) =>
      image.extract({ left: 185, top: 95, width: 240, height: 330 }),
    );
    assert.equal((await analyse(close)).faces.length, 1);
  });

  it('gives the values of reference in each stage', async () => {
    const { faces, quality, liveness, vector } = await analyse(await photo(PORTRAITS.hanna));
    const [face] = faces;
    assert.ok(face && quality && vector);
    near([face.x, face.y, face.width, face.height], REFERENCE.face, 3);
    near([quality.yaw, quality.pitch, quality.roll], REFERENCE.pose, 1.5);
    near([quality.eyes, liveness ?? 0], REFERENCE.probabilities, 0.05);
    near([(quality.sharpness ?? NaN) / 100], REFERENCE.sharpness, 0.3);
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
    near(projections(vector), REFERENCE.projections, 0.01);
  });
});

/** Of the stages for one picture, as onnxruntime 1.30 on x86 gave them. */
const REFERENCE = {
  face: [190.2, 131.4, 211.7, 309.2],
  pose: [3.5, -12, 9.1],
  probabilities: [0.83, 0.997],
  sharpness: [4.17],
  projections: [0.0979, -0.0377, 0.0128, -0.0454, -0.0009, 0.0246, 0.0188, -0.0173],
};

/** A few numbers of which no face can be made again. */
function projections(vector: Float32Array): number[] {
  const random = seeded(7);
  return REFERENCE.projections.map(() =>
    normalised(Array.from(vector, () => random() - 0.5)).reduce(
      (sum, value, at) => sum + value * (vector[at] ?? 0),
      0,
    ),
  );
}

function near(
  found: readonly (number | undefined)[],
  expected: readonly number[],
  tolerance: number,
): void {
  const isNear = expected.every((value, at) => Math.abs(value - (found[at] ?? NaN)) <= tolerance);
  assert.ok(isNear, `${found.join(' ')} is not near ${expected.join(' ')}`);
}
