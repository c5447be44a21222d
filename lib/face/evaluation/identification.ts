import { share } from './scores.ts';

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
}

const FALSE_POSITIVES = [0.1, 0.01, 0.001];

export function identification(searches: readonly SearchResult[]): Identification {
  const mated = searches.filter(({ enrolled }) => enrolled);
  const strangers = searches.filter(({ enrolled }) => !enrolled);
  const alarms = strangers.map(({ best }) => best?.score ?? -1).sort((a, b) => b - a);
  const hits = mated.filter(({ person, best }) => best?.person === person);
  return {
    mated: mated.length,
    strangers: strangers.length,
    rankOne: share(hits.length, mated.length),
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
