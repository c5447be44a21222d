import { equalError, pointAt, scoresOf, share, thresholdFor, type Scores } from './scores.ts';

/** A comparison of two pictures, and whether they show the same person. */
export interface PairScore {
  score: number;
  same: boolean;
  /** Number of the fold, for pairs of which a protocol says so. */
  fold?: number;
}

export interface Verification {
  genuine: number;
  impostor: number;
  /** Share of errors where both kinds are equally frequent, and its threshold. */
  equalErrorRate: number;
  equalErrorThreshold: number;
  /** Share of genuine pairs that match at thresholds at which a share of the impostors does. */
  trueAccept: { falseAccept: number; threshold: number; rate: number }[];
  /** Mean and standard deviation over ten folds, each judged by the best threshold of the other nine. */
  tenFold?: { accuracy: number; deviation: number };
}

const FALSE_ACCEPTS = [1e-2, 1e-3, 1e-4, 1e-5];
/** Fewer impostor pairs cannot show such a share at all. */
const LEAST_EXPECTED = 1;

export function verification(pairs: readonly PairScore[]): Verification {
  const scores = splitScores(pairs);
  const { genuine, impostor } = scores;
  const equal = equalError(scores);
  const folds = tenFold(pairs);
  return {
    genuine: genuine.length,
    impostor: impostor.length,
    equalErrorRate: equal.rate,
    equalErrorThreshold: equal.threshold,
    trueAccept: FALSE_ACCEPTS.filter((rate) => rate * impostor.length >= LEAST_EXPECTED).map(
      (falseAccept) => {
        const threshold = thresholdFor(impostor, falseAccept);
        const rate = 1 - pointAt(scores, threshold).falseNonMatch;
        return { falseAccept, threshold, rate };
      },
    ),
    ...(folds !== undefined && { tenFold: folds }),
  };
}

export function splitScores(pairs: readonly PairScore[]): Scores {
  const scoresWith = (same: boolean): number[] =>
    pairs.filter((pair) => pair.same === same).map(({ score }) => score);
  return scoresOf(scoresWith(true), scoresWith(false));
}

/** As the protocol of LFW's view 2 has it; undefined for pairs that are not in folds. */
export function tenFold(pairs: readonly PairScore[]): Verification['tenFold'] {
  const folds = [...new Set(pairs.map(({ fold }) => fold))];
  if (folds.length < 2 || folds.includes(undefined)) return undefined;
  const accuracies = folds.map((fold) => {
    const threshold = bestThreshold(pairs.filter((pair) => pair.fold !== fold));
    const own = pairs.filter((pair) => pair.fold === fold);
    return share(own.filter(({ score, same }) => score >= threshold === same).length, own.length);
  });
  const accuracy = accuracies.reduce((sum, value) => sum + value, 0) / folds.length;
  const variance = accuracies.reduce((sum, value) => sum + (value - accuracy) ** 2, 0);
  return { accuracy, deviation: Math.sqrt(variance / (folds.length - 1)) };
}

/** The lowest threshold at which most pairs are judged rightly, if pairs match from it on. */
export function bestThreshold(pairs: readonly PairScore[]): number {
  const sorted = [...pairs].sort((a, b) => a.score - b.score);
  let right = sorted.filter(({ same }) => same).length;
  let best = { right, threshold: sorted[0]?.score ?? 0 };
  for (const [at, { same, score }] of sorted.entries()) {
    right += same ? -1 : 1;
    const next = sorted[at + 1]?.score ?? score + 1e-7;
    if (right > best.right && next > score) best = { right, threshold: next };
  }
  return best.threshold;
}
