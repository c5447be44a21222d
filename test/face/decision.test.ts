import assert from 'node:assert/strict';
import fc from 'fast-check';
import { agreedOn, isRecent, judgeBest, judgeOne, type Frame } from '../../lib/face/decision.ts';
import type { FaceCandidate } from '../../lib/face/face.ts';

const RULES = { thresholds: { verify: 0.45, identify: 0.5, identifyMany: 0.55 }, margin: 0.05 };

function candidate(person: string, score: number): FaceCandidate {
  return { credential: `face of ${person}`, person, score };
}

function frame(at: number, person: string, score = 0.7): Frame {
  return { at, match: { outcome: 'match', candidate: candidate(person, score) } };
}

describe('face decision', () => {
  it('behind a card asks for the lowest threshold', () => {
    assert.equal(judgeOne(candidate('a', 0.45), RULES).outcome, 'match');
    assert.equal(judgeOne(candidate('a', 0.449), RULES).outcome, 'noMatch');
    assert.deepEqual(judgeOne(undefined, RULES), { outcome: 'noMatch' });
  });

  it('asks for more the more templates are searched', () => {
    const best = [candidate('a', 0.52)];
    assert.equal(judgeBest(best, 2000, RULES).outcome, 'match');
    assert.equal(judgeBest(best, 2001, RULES).outcome, 'noMatch');
    assert.equal(judgeBest([candidate('a', 0.55)], 50_000, RULES).outcome, 'match');
    assert.equal(judgeBest([candidate('a', 0.49)], 1, RULES).outcome, 'noMatch');
    assert.deepEqual(judgeBest([], 0, RULES), { outcome: 'noMatch' });
  });

  it('among many takes nobody to whom a second one is nearly equal', () => {
    const close = [candidate('a', 0.62), candidate('b', 0.58)];
    assert.equal(judgeBest(close, 50_000, RULES).outcome, 'ambiguous');
    assert.equal(judgeBest(close, 500, RULES).outcome, 'match');
    const clear = [candidate('a', 0.65), candidate('b', 0.58)];
    assert.equal(judgeBest(clear, 50_000, RULES).outcome, 'match');
  });

  it('never matches below the threshold, whatever the candidates', () => {
    const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 4 });
    fc.assert(
      fc.property(scores, fc.nat(100_000), (values, compared) => {
        const sorted = values.sort((a, b) => b - a).map((score, at) => candidate(`p${at}`, score));
        const match = judgeBest(sorted, compared, RULES);
        if (match.outcome !== 'match') return;
        assert.ok(match.candidate.score >= (compared > 2000 ? 0.55 : 0.5));
      }),
    );
  });

  it('waits until enough frames show the same person', () => {
    const wanted = { frames: 3, within: 1000 };
    const frames = [frame(100, 'a'), frame(200, 'a', 0.8)];
    assert.equal(agreedOn(frames, 300, wanted), undefined);
    assert.deepEqual(agreedOn([...frames, frame(300, 'a')], 300, wanted), candidate('a', 0.8));
  });

  it('agrees on nobody while one frame shows somebody else', () => {
    const frames = [frame(100, 'a'), frame(200, 'b'), frame(300, 'a'), frame(400, 'a')];
    assert.equal(agreedOn(frames, 400, { frames: 3, within: 1000 }), undefined);
    assert.ok(
      agreedOn(frames, 1250, { frames: 2, within: 1000 }),
      'the other one is too old by now',
    );
  });

  it('counts no frame that is too old, comes from the future, or shows nobody for certain', () => {
    const unclear: Frame = {
      at: 900,
      match: { outcome: 'ambiguous', candidate: candidate('a', 0.6) },
    };
    const frames = [frame(0, 'a'), frame(900, 'a'), frame(9000, 'a'), unclear];
    assert.equal(agreedOn(frames, 1001, { frames: 2, within: 1000 }), undefined);
    assert.ok(agreedOn(frames, 1000, { frames: 2, within: 1000 }));
  });

  it('takes a match that is too old for a no, and one of a clock far ahead too', () => {
    assert.ok(isRecent(1000, 4000, 3000));
    assert.ok(!isRecent(999, 4000, 3000));
    assert.ok(isRecent(5000, 4000, 3000));
    assert.ok(!isRecent(5001, 4000, 3000));
  });
});
