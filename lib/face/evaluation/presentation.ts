import { equalError, scoresOf, share } from './scores.ts';

/** A score of liveness, 0 to 1, of somebody who is there or of an attack of some kind. */
export interface LivenessScore {
  score: number;
  /** Undefined for a live person. */
  attack?: string;
}

/** The figures of ISO/IEC 30107-3, at one threshold from which on a face counts as live. */
export interface PresentationDetection {
  threshold: number;
  live: number;
  /** Share of live people who are refused. */
  bpcer: number;
  /** Of each kind of attack how many there were, and the share that was taken for live. */
  attacks: { kind: string; count: number; apcer: number }[];
  equalErrorRate: number;
}

export function presentation(
  scores: readonly LivenessScore[],
  threshold: number,
): PresentationDetection {
  const live = scores.filter(({ attack }) => attack === undefined);
  const fakes = scores.filter(({ attack }) => attack !== undefined);
  const kinds = [...new Set(fakes.map(({ attack = '' }) => attack))].sort();
  const { rate } = equalError(
    scoresOf(
      live.map(({ score }) => score),
      fakes.map(({ score }) => score),
    ),
  );
  return {
    threshold,
    live: live.length,
    bpcer: share(live.filter(({ score }) => score < threshold).length, live.length),
    attacks: kinds.map((kind) => {
      const own = fakes.filter(({ attack }) => attack === kind);
      const taken = own.filter(({ score }) => score >= threshold);
      return { kind, count: own.length, apcer: share(taken.length, own.length) };
    }),
    equalErrorRate: rate,
  };
}
