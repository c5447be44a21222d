import assert from 'node:assert/strict';
import type { FaceCandidate, FaceFindings, FaceFlaw } from '../../../lib/face/face.ts';
import type { FaceService } from '../../../lib/face/service.ts';
import { Recognition, type RecognitionOptions } from '../../../lib/face/use/recognition.ts';
import { TestClock } from '../../support/clock.ts';
import { modelOf } from '../support.ts';

const PICTURE = new Uint8Array();
const OPTIONS: RecognitionOptions = {
  thresholds: {},
  margin: undefined,
  agreement: { frames: 1, within: 2000 },
  maxAge: 5000,
  demands: {},
};
const anna = (score: number): FaceCandidate => ({ credential: 'f-anna', person: 'anna', score });
const boris = (score: number): FaceCandidate => ({ credential: 'f-boris', person: 'boris', score });

describe('face: recognition', () => {
  let clock: TestClock;
  /** What the camera and the gallery say next. */
  let flaws: FaceFlaw[];
  let candidates: FaceCandidate[];
  let compared: number;

  beforeEach(() => {
    clock = new TestClock();
    [flaws, candidates, compared] = [[], [anna(0.7)], 100];
  });

  const service: Partial<FaceService> = {
    describe: () =>
      Promise.resolve({
        model: modelOf(4),
        thresholds: { verify: 0.45, identify: 0.5, identifyMany: 0.55 },
        margin: 0.05,
        untuned: [],
      }),
    analyse: () => {
      const vector = flaws.length === 0 ? { vector: Float32Array.of(1, 0, 0, 0) } : {};
      const findings: FaceFindings = {
        width: 1,
        height: 1,
        faces: [],
        flaws,
        timings: {},
        ...vector,
      };
      return Promise.resolve(findings);
    },
    identify: () => Promise.resolve({ candidates, compared }),
    verify: ({ person }) => Promise.resolve(candidates.find((each) => each.person === person)),
  };
  const recognition = (options: Partial<RecognitionOptions> = {}): Recognition =>
    new Recognition(
      { faces: { service: service as FaceService }, audience: () => Promise.resolve({}), clock },
      { ...OPTIONS, ...options },
    );
  const see = async (
    of: Recognition,
    more: { person?: string; takenAt?: number } = {},
  ): Promise<string> => {
    const { person, takenAt = clock.now() } = more;
    return (await of.see({ picture: PICTURE, takenAt, person })).outcome;
  };

  it('takes the thresholds of the models: 1:1, among few, among many, and the margin there', async () => {
    const camera = recognition();
    candidates = [anna(0.46)];
    assert.equal(await see(camera, { person: 'anna' }), 'match');
    assert.equal(await see(camera), 'noMatch');
    candidates = [anna(0.52), boris(0.51)];
    assert.equal(await see(camera), 'match');
    compared = 50_000;
    assert.equal(await see(camera), 'noMatch');
    candidates = [anna(0.6), boris(0.57)];
    assert.equal(await see(camera), 'ambiguous');
    candidates = [anna(0.6), boris(0.5)];
    assert.equal(await see(camera), 'match');
  });

  it('takes the thresholds of the site instead, where there are some', async () => {
    const camera = recognition({ thresholds: { verify: 0.8 }, margin: 0 });
    assert.equal(await see(camera, { person: 'anna' }), 'noMatch');
    [candidates, compared] = [[anna(0.6), boris(0.599)], 50_000];
    assert.equal(await see(camera), 'match');
  });

  it('waits until as many frames agree, and opens by none of them twice', async () => {
    const camera = recognition({ agreement: { frames: 3, within: 2000 } });
    const outcomes = [];
    for (let frame = 0; frame < 5; frame += 1) outcomes.push(await see(camera));
    assert.deepEqual(outcomes, ['waiting', 'waiting', 'match', 'waiting', 'waiting']);
  });

  it('does not match while frames show different people, or lie too far apart', async () => {
    const camera = recognition({ agreement: { frames: 2, within: 2000 } });
    await see(camera);
    candidates = [boris(0.9)];
    assert.equal(await see(camera), 'waiting');
    assert.equal(await see(camera), 'waiting');
    clock.advance(2001);
    assert.equal(await see(camera), 'waiting');
    assert.equal(await see(camera), 'match');
  });

  it('refuses a picture that is older than allowed by the time it is judged', async () => {
    const camera = recognition();
    const takenAt = clock.now();
    clock.advance(5001);
    assert.equal(await see(camera, { takenAt }), 'stale');
    assert.equal(await see(camera, { takenAt: clock.now() + 2000 }), 'stale');
  });

  it('makes people wait 30 s between tries after ten failures, and stops at a hundred (T-07)', async () => {
    const camera = recognition();
    const fail = (): Promise<string> => see(camera, { person: 'boris' });
    for (let count = 0; count < 10; count += 1) {
      assert.equal(await fail(), 'noMatch');
      clock.advance(2000);
    }
    assert.equal(await fail(), 'resting');
    assert.equal(await see(camera, { person: 'anna' }), 'match', 'somebody else has failed');
    for (let count = 10; count < 100; count += 1) {
      clock.advance(30_000);
      assert.equal(await fail(), 'noMatch');
    }
    clock.advance(3_600_000);
    assert.equal(await fail(), 'stopped');
    camera.reset();
    assert.equal(await fail(), 'noMatch');
  });

  it('counts no failure of a face that another place has recognised', async () => {
    const camera = recognition();
    candidates = [];
    for (let count = 0; count < 30; count += 1) {
      assert.equal(await see(camera), 'noMatch');
      if (count % 9 === 8) camera.recognisedElsewhere(undefined);
      clock.advance(2000);
    }
    for (let count = 0; count < 7; count += 1) {
      camera.recognisedElsewhere('somebody');
      assert.equal(await see(camera), 'noMatch');
      clock.advance(2000);
    }
    assert.equal(
      await see(camera),
      'resting',
      'that somebody else was recognised forgives nothing',
    );
  });

  it('halves these limits where faces need not be live', async () => {
    const camera = recognition({ demands: { liveness: false } });
    for (let count = 0; count < 5; count += 1) {
      assert.equal(await see(camera, { person: 'boris' }), 'noMatch');
      clock.advance(2000);
    }
    assert.equal(await see(camera, { person: 'boris' }), 'resting');
  });

  it('counts prints and the frames of one try, but neither empty pictures nor what a success forgives', async () => {
    const camera = recognition();
    const rounds = async (round: FaceFlaw[], times: number, apart: number): Promise<string> => {
      flaws = round;
      let outcome = '';
      for (let count = 0; count < times; count += 1) {
        outcome = await see(camera);
        clock.advance(apart);
      }
      return outcome;
    };
    assert.equal(await rounds(['noFace'], 20, 2000), 'flawed');
    assert.equal(await rounds(['notLive'], 50, 10), 'flawed');
    assert.equal(await rounds(['notLive'], 8, 2000), 'flawed');
    assert.equal(await rounds([], 1, 2000), 'match');
    assert.equal(await rounds(['notLive'], 10, 2000), 'flawed');
    assert.equal(await rounds(['notLive'], 1, 2000), 'resting');
  });
});
