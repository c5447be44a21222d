import { equalError, scoresOf, share } from './scores.ts';

/** A score of liveness, 0 to 1, of somebody who is there or of an attack of some kind. */
export interface LivenessScore {
  score: number;
  /** Undefined for a live person. */
  attack?: string;
}

/** The figures of ISO/IEC 30107-3, at thresholds from which on a face counts as live. */
export interface PresentationDetection {
  thresholds: readonly number[];
  /** How many live people there were, and at each threshold the share that was refused. */
  live: { count: number; bpcer: number[] };
  /** Of each kind of attack how many there were, and at each threshold the share that was taken for live. */
  attacks: { kind: string; count: number; apcer: number[] }[];
  equalErrorRate: number;
}

export function presentation(
  scores: readonly LivenessScore[],
  thresholds: readonly number[],
): PresentationDetection {
  const of = (kind: string | undefined): number[] =>
    scores.filter(({ attack }) => attack === kind).map(({ score }) => score);
  const live = of(undefined);
  const fakes = scores.filter(({ attack }) => attack !== undefined);
  const kinds = [...new Set(fakes.map(({ attack = '' }) => attack))].sort();
  const fakeScores = fakes.map(({ score }) => score);
  return {
    thresholds,
    live: {
      count: live.length,
      bpcer: thresholds.map((threshold) => refused(live, threshold)),
    },
    attacks: kinds.map((kind) => {
      const own = of(kind);
      const apcer = thresholds.map((threshold) => passing(own, threshold));
      return { kind, count: own.length, apcer };
    }),
    equalErrorRate: equalError(scoresOf(live, fakeScores)).rate,
  };
}

function refused(scores: readonly number[], threshold: number): number {
  return share(scores.filter((score) => score < threshold).length, scores.length);
}

function passing(scores: readonly number[], threshold: number): number {
  return share(scores.filter((score) => score >= threshold).length, scores.length);
}
