/** A cosine is counted to this precision. */
const BIN = 0.0005;
const BINS = Math.round(2 / BIN) + 1;

/** How often each cosine has been seen, for more of them than could be kept. */
export class ScoreHistogram {
  readonly #counts = new Float64Array(BINS);
  #total = 0;
  #highest = -1;

  get total(): number {
    return this.#total;
  }

  /** The highest score; -1 without any. */
  get highest(): number {
    return this.#highest;
  }

  add(score: number): void {
    const bin = Math.floor((score + 1) / BIN);
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#total += 1;
    if (score > this.#highest) this.#highest = score;
  }

  /** Share of the scores at or above a threshold, to the precision of a bin. */
  shareFrom(threshold: number): number {
    let above = 0;
    for (let bin = BINS - 1; bin >= 0 && edge(bin) >= threshold; bin--)
      above += this.#counts[bin] ?? 0;
    return this.#total === 0 ? 0 : above / this.#total;
  }

  /** A threshold from which on no larger share of the scores lies, at most one bin above the lowest such one. */
  thresholdFor(share: number): number {
    const allowed = share * this.#total;
    let above = 0;
    for (let bin = BINS - 1; bin >= 0; bin--) {
      above += this.#counts[bin] ?? 0;
      if (above > allowed) return edge(bin + 1);
    }
    return -1;
  }

  /** Points of the share of scores from each threshold on, upwards, where there are any. */
  curve(): { threshold: number; share: number }[] {
    const points: { threshold: number; share: number }[] = [];
    let above = 0;
    for (let bin = BINS - 1; bin >= 0; bin--) {
      if (this.#counts[bin] === 0) continue;
      above += this.#counts[bin] ?? 0;
      points.push({ threshold: edge(bin), share: above / this.#total });
    }
    return points.reverse();
  }
}

function edge(bin: number): number {
  return Math.round((bin * BIN - 1) * 1e6) / 1e6;
}
