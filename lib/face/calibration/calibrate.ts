import { setImmediate } from 'node:timers/promises';
import type { MatchRules } from '../decision.ts';
import type { FaceGallery } from '../face.ts';
import { ScoreHistogram } from './histogram.ts';

/** Faces that are compared with all others at most; evenly taken from the gallery. */
const MOST_FACES = 500;
/** Two people as alike as this are rather one person under two names: that is no measure for strangers. */
const SUSPICIOUS = 0.65;
const MOST_SUSPECTS = 50;
/** So many false matches have to be expected among the comparisons for a rate to be measured. */
const LEAST_EXPECTED = 3;

/** Two entries that may be the same person. */
export interface Suspect {
  credential: string;
  other: string;
  score: number;
}

export interface Calibration {
  /** How many comparisons of different people it rests on, and how many templates there are. */
  comparisons: number;
  templates: number;
  /** Of the site, and never below those of the models. */
  rules: MatchRules;
  /** Whether there were enough comparisons to see such rates; else the threshold lies above all that was seen. */
  measured: { verify: boolean; identify: boolean };
  /** Share of the comparisons that would match at the thresholds of the models. */
  falseMatch: { verify: number; identify: number };
  /** To be looked at by a person, the most alike first, at most 50. */
  suspects: Suspect[];
  /** How alike different people are: share of the comparisons from each threshold on. */
  curve: { threshold: number; share: number }[];
}

/**
 * Sets the thresholds of a site by how alike its own people are. `falseMatch`: of one comparison at 1:1, and of one
 * search through the whole gallery at 1:N, such as 0.0001.
 */
export async function calibrate(
  gallery: FaceGallery,
  models: MatchRules,
  falseMatch: number,
): Promise<Calibration> {
  const { histogram, suspects } = await compareAll(gallery);
  const rate = { verify: falseMatch, identify: falseMatch / Math.max(1, gallery.size) };
  const verify = histogram.thresholdFor(rate.verify);
  const identify = histogram.thresholdFor(rate.identify);
  const { thresholds } = models;
  return {
    comparisons: histogram.total,
    templates: gallery.size,
    rules: {
      ...models,
      thresholds: {
        verify: Math.max(thresholds.verify, verify),
        identify: Math.max(thresholds.identify, identify),
        identifyMany: Math.max(thresholds.identifyMany, identify),
      },
    },
    measured: {
      verify: rate.verify * histogram.total >= LEAST_EXPECTED,
      identify: rate.identify * histogram.total >= LEAST_EXPECTED,
    },
    falseMatch: {
      verify: histogram.shareFrom(thresholds.verify),
      identify: histogram.shareFrom(thresholds.identify),
    },
    suspects,
    curve: histogram.curve(),
  };
}

/** Searches go on in between. */
async function compareAll(
  gallery: FaceGallery,
): Promise<{ histogram: ScoreHistogram; suspects: Suspect[] }> {
  const histogram = new ScoreHistogram();
  const suspects: Suspect[] = [];
  const all = gallery.credentials();
  const every = Math.max(1, Math.ceil(all.length / MOST_FACES));
  for (let at = 0; at < all.length; at += every) {
    const credential = all[at] ?? '';
    gallery.compareOthers(credential, (score, other) => {
      if (score < SUSPICIOUS) histogram.add(score);
      else suspects.push({ credential, other, score });
    });
    await setImmediate();
  }
  return { histogram, suspects: mostAlike(suspects) };
}

/** Each pair once, whichever of the two was compared with the other. */
function mostAlike(suspects: readonly Suspect[]): Suspect[] {
  const pairs = new Map<string, Suspect>();
  for (const suspect of suspects) {
    pairs.set([suspect.credential, suspect.other].sort().join('\n'), suspect);
  }
  return [...pairs.values()].sort((a, b) => b.score - a.score).slice(0, MOST_SUSPECTS);
}
