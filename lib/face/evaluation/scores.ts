/** The smallest step between two thresholds: below what single precision shows of a cosine. */
const STEP = 1e-7;

/** Scores of comparisons, sorted, of which a part is true and a part is not. */
export interface Scores {
  /** Of two pictures of one person. */
  genuine: Float64Array;
  /** Of pictures of two people. */
  impostor: Float64Array;
}

/** One threshold and what follows from it. */
export interface OperatingPoint {
  threshold: number;
  /** Share of the impostor scores at or above the threshold. */
  falseMatch: number;
  /** Share of the genuine scores below the threshold. */
  falseNonMatch: number;
}

export function scoresOf(genuine: Iterable<number>, impostor: Iterable<number>): Scores {
  return {
    genuine: Float64Array.from(genuine).sort(),
    impostor: Float64Array.from(impostor).sort(),
  };
}

/** How many sorted values are below a threshold. */
export function below(sorted: Float64Array, threshold: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function pointAt({ genuine, impostor }: Scores, threshold: number): OperatingPoint {
  return {
    threshold,
    falseMatch: share(impostor.length - below(impostor, threshold), impostor.length),
    falseNonMatch: share(below(genuine, threshold), genuine.length),
  };
}

/** The lowest threshold at which no larger share of the impostor scores matches; -1 if all of them may. */
export function thresholdFor(impostor: Float64Array, falseMatch: number): number {
  const allowed = Math.floor(falseMatch * impostor.length + STEP);
  const firstRefused = impostor[impostor.length - 1 - allowed];
  return firstRefused === undefined ? -1 : firstRefused + STEP;
}

/** The point at which as large a share is wrongly refused as wrongly accepted, and that share between both. */
export function equalError(scores: Scores): OperatingPoint & { rate: number } {
  let low = -1;
  let high = 1 + STEP;
  while (high - low > STEP / 4) {
    const middle = (low + high) / 2;
    const { falseMatch, falseNonMatch } = pointAt(scores, middle);
    if (falseNonMatch < falseMatch) low = middle;
    else high = middle;
  }
  const [before, after] = [pointAt(scores, low), pointAt(scores, high)];
  const best = gap(before) < gap(after) ? before : after;
  return { ...best, rate: (best.falseMatch + best.falseNonMatch) / 2 };
}

function gap({ falseMatch, falseNonMatch }: OperatingPoint): number {
  return Math.abs(falseMatch - falseNonMatch);
}

/**
 * Points of the curve of both errors, by threshold upwards, at most so many: of the lowest scores that people get with
 * themselves and the highest that they get with others the ones that count are kept.
 */
export function errorCurve(scores: Scores, most = 400): OperatingPoint[] {
  const thresholds = new Set<number>();
  for (const sorted of [scores.genuine, scores.impostor]) {
    for (const rank of ranks(sorted.length, most / 2)) {
      const score = sorted === scores.genuine ? sorted[rank] : sorted[sorted.length - 1 - rank];
      if (score !== undefined) thresholds.add(score + STEP);
    }
  }
  return [...thresholds].sort((a, b) => a - b).map((threshold) => pointAt(scores, threshold));
}

/** Ranks from 0, close together at first and then wider and wider. */
function ranks(length: number, most: number): number[] {
  const growth = Math.max(1, length) ** (1 / Math.max(1, most - 1));
  return [...new Set(Array.from({ length: most }, (_, at) => Math.floor(growth ** at) - 1))].filter(
    (rank) => rank < length,
  );
}

/** Where the true share lies at 95 %, when `part` of `whole` was seen (Wilson): 0 of 30 may still be 11 %. */
export interface Interval {
  low: number;
  high: number;
}

export function interval(part: number, whole: number): Interval {
  if (whole === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const seen = part / whole;
  const spread = z * Math.sqrt((seen * (1 - seen) + z ** 2 / (4 * whole)) / whole);
  const [middle, scale] = [seen + z ** 2 / (2 * whole), 1 + z ** 2 / whole];
  return {
    low: Math.max(0, (middle - spread) / scale),
    high: Math.min(1, (middle + spread) / scale),
  };
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
