import assert from 'node:assert/strict';
import fc from 'fast-check';
import { identification } from '../../lib/face/evaluation/identification.ts';
import { presentation } from '../../lib/face/evaluation/presentation.ts';
import {
  equalError,
  errorCurve,
  interval,
  pointAt,
  scoresOf,
  thresholdFor,
} from '../../lib/face/evaluation/scores.ts';
import {
  bestThreshold,
  tenFold,
  verification,
  type PairScore,
} from '../../lib/face/evaluation/verification.ts';

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-6, `${actual} is not ${expected}`);
}

/** Ten genuine scores 0.1 to 1.0 and ten impostor scores 0.05 to 0.5. */
const KNOWN = scoresOf(
  Array.from({ length: 10 }, (_, at) => (at + 1) / 10),
  Array.from({ length: 10 }, (_, at) => (at + 1) / 20),
);

describe('face evaluation', () => {
  it('counts both errors at a threshold: a score at the threshold is a match', () => {
    assert.deepEqual(pointAt(KNOWN, 0.5), { threshold: 0.5, falseMatch: 0.1, falseNonMatch: 0.4 });
    assert.deepEqual(pointAt(KNOWN, 0.51), { threshold: 0.51, falseMatch: 0, falseNonMatch: 0.5 });
    assert.deepEqual(pointAt(KNOWN, -1), { threshold: -1, falseMatch: 1, falseNonMatch: 0 });
  });

  it('finds the lowest threshold with a false match rate', () => {
    near(thresholdFor(KNOWN.impostor, 0.1), 0.45 + 1e-7);
    near(thresholdFor(KNOWN.impostor, 0.05), 0.5 + 1e-7);
    assert.equal(thresholdFor(KNOWN.impostor, 1), -1);
    assert.equal(thresholdFor(new Float64Array(), 0.1), -1);
  });

  it('finds the point of equal errors', () => {
    near(equalError(scoresOf([0.8, 0.9, 0.4, 0.7], [0.1, 0.2, 0.5, 0.3])).rate, 0.25);
    near(equalError(scoresOf([0.8, 0.9], [0.1, 0.2])).rate, 0);
    near(equalError(scoresOf([0.1, 0.2], [0.8, 0.9])).rate, 1);
  });

  it('a threshold for a rate never lets more through, and a lower one would', () => {
    const score = fc
      .double({ min: -1, max: 1, noNaN: true })
      .map((value) => Math.round(value * 50) / 50);
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (values, rate) => {
          const scores = scoresOf([], values);
          const threshold = thresholdFor(scores.impostor, rate);
          assert.ok(pointAt(scores, threshold).falseMatch <= rate + 1e-7);
          assert.ok(
            pointAt(scores, threshold - 0.01).falseMatch >= Math.min(1, rate) - 1e-7 ||
              threshold === -1,
          );
        },
      ),
    );
  });

  it('draws a curve on which no error falls and rises again', () => {
    const curve = errorCurve(KNOWN);
    for (const [at, point] of curve.entries()) {
      const before = curve[at - 1] ?? point;
      assert.ok(point.threshold >= before.threshold);
      assert.ok(point.falseMatch <= before.falseMatch);
      assert.ok(point.falseNonMatch >= before.falseNonMatch);
    }
    assert.equal(curve.at(-1)?.falseMatch, 0);
  });

  it('judges each fold by the best threshold of the others', () => {
    const fold = (number: number, genuine: number, impostor: number): PairScore[] => [
      { score: genuine, same: true, fold: number },
      { score: impostor, same: false, fold: number },
    ];
    const pairs = [...fold(1, 0.9, 0.1), ...fold(2, 0.8, 0.2), ...fold(3, 0.3, 0.4)];
    // Folds 1 and 2 are judged rightly or half; the third has its two the wrong way round.
    near(bestThreshold([...fold(1, 0.9, 0.1), ...fold(2, 0.8, 0.2)]), 0.8);
    const result = tenFold(pairs);
    near(result?.accuracy, (1 + 1 + 0.5) / 3);
    near(result?.deviation, Math.sqrt((2 * (1 / 6) ** 2 + (1 / 3) ** 2) / 2));
    assert.equal(tenFold([{ score: 1, same: true }]), undefined);
  });

  it('tells how many genuine pairs match at false accept rates that can be measured', () => {
    const pairs: PairScore[] = [
      ...Array.from({ length: 100 }, (_, at) => ({ score: 0.2 + at / 200, same: true })),
      ...Array.from({ length: 1000 }, (_, at) => ({ score: at / 2500, same: false })),
    ];
    const { trueAccept, genuine, impostor } = verification(pairs);
    assert.deepEqual([genuine, impostor], [100, 1000]);
    assert.deepEqual(
      trueAccept.map(({ falseAccept }) => falseAccept),
      [1e-2, 1e-3],
    );
    near(trueAccept[0]?.threshold, 989 / 2500 + 1e-7);
    near(trueAccept[0]?.rate, 0.6);
  });

  it('counts who comes first, and who does so above what strangers reach', () => {
    const searched = [
      { person: 'a', enrolled: true, best: { person: 'a', score: 0.9 } },
      { person: 'b', enrolled: true, best: { person: 'b', score: 0.4 } },
      { person: 'c', enrolled: true, best: { person: 'a', score: 0.95 } },
      { person: 'd', enrolled: true },
      ...Array.from({ length: 10 }, (_, at) => {
        const best = { person: 'a', score: at === 0 ? 0.8 : 0.5 - at / 100 };
        return { person: `x${at}`, enrolled: false, best };
      }),
    ];
    const result = identification(searched, 0.5);
    assert.deepEqual([result.mated, result.strangers, result.rankOne], [4, 10, 0.5]);
    assert.equal(result.truePositive.length, 1);
    near(result.truePositive[0]?.threshold, 0.49 + 1e-7);
    near(result.truePositive[0]?.rate, 0.25);
    const { truePositive, falsePositive, within } = result.inUse;
    assert.deepEqual([truePositive, falsePositive], [0.25, 0.1]);
    assert.ok(within.low < 0.1 && within.high > 0.1);
  });

  it('says how sure a share is', () => {
    near(interval(0, 30).low, 0);
    near(interval(0, 30).high, 0.1135134);
    near(interval(5, 10).low, 0.236593);
    near(interval(5, 10).high, 0.763407);
    assert.deepEqual(interval(0, 0), { low: 0, high: 1 });
    near(interval(30, 30).high, 1);
  });

  it('tells of each kind of attack on its own how often it passes', () => {
    const result = presentation(
      [
        ...[0.9, 0.8, 0.4, 0.95].map((score) => ({ score })),
        ...[0.1, 0.6].map((score) => ({ score, attack: 'print' })),
        ...[0.1, 0.2, 0.3].map((score) => ({ score, attack: 'screen' })),
      ],
      [0.5, 0.9],
    );
    assert.deepEqual(result.live, { count: 4, bpcer: [0.25, 0.5] });
    assert.deepEqual(result.attacks, [
      { kind: 'print', count: 2, apcer: [0.5, 0] },
      { kind: 'screen', count: 3, apcer: [0, 0] },
    ]);
  });
});
