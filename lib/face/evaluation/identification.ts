import { interval, share, type Interval } from './scores.ts';

/** A search for one picture: the best two scores of different people, and whose picture it is. */
export interface SearchResult {
  person: string;
  /** Whether the person is enrolled at all. */
  enrolled: boolean;
  best?: { person: string; score: number };
}

export interface Identification {
  /** Searches for people who are enrolled, and for strangers. */
  mated: number;
  strangers: number;
  /** Share of searches for enrolled people in which they came first. */
  rankOne: number;
  /** Share of them in which they came first above thresholds that a share of the strangers reaches. */
  truePositive: { falsePositive: number; threshold: number; rate: number }[];
  /** At the threshold in use: shares of enrolled people found and of strangers taken for somebody (T-08). */
  inUse: { threshold: number; truePositive: number; falsePositive: number; within: Interval };
}

const FALSE_POSITIVES = [0.1, 0.01, 0.001];

export function identification(searches: readonly SearchResult[], inUse: number): Identification {
  const mated = searches.filter(({ enrolled }) => enrolled);
  const strangers = searches.filter(({ enrolled }) => !enrolled);
  const alarms = strangers.map(({ best }) => best?.score ?? -1).sort((a, b) => b - a);
  const hits = mated.filter(({ person, best }) => best?.person === person);
  return {
    mated: mated.length,
    strangers: strangers.length,
    rankOne: share(hits.length, mated.length),
    inUse: atThreshold(inUse, { hits, mated: mated.length, alarms }),
    truePositive: FALSE_POSITIVES.filter((rate) => rate * strangers.length >= 1).map(
      (falsePositive) => {
        // One above what the first stranger who must not be found has reached.
        const threshold = (alarms[Math.floor(falsePositive * alarms.length)] ?? -1) + 1e-7;
        const found = hits.filter(({ best }) => (best?.score ?? -1) >= threshold);
        return { falsePositive, threshold, rate: share(found.length, mated.length) };
      },
    ),
  };
}

function atThreshold(
  threshold: number,
  { hits, mated, alarms }: { hits: SearchResult[]; mated: number; alarms: number[] },
): Identification['inUse'] {
  const found = hits.filter(({ best }) => (best?.score ?? -1) >= threshold).length;
  const taken = alarms.filter((score) => score >= threshold).length;
  return {
    threshold,
    truePositive: share(found, mated),
    falsePositive: share(taken, alarms.length),
    within: interval(taken, alarms.length),
  };
}
