import type { FaceFindings, FaceQuality } from '../../lib/face/face.ts';
import { optional } from '../../lib/model/optional.ts';
import type { Outcome } from './passing.ts';

/** What the node tells of a picture, without the picture and without the vector. */
export interface FaceReport {
  outcome: string;
  flaws?: FaceFindings['flaws'];
  faces?: number;
  quality?: FaceQuality;
  liveness?: number;
  /** What else there is to tell, by the mode of the node. */
  [more: string]: unknown;
}

export function reportOf(outcome: string, findings: FaceFindings | undefined): FaceReport {
  if (findings === undefined) return { outcome };
  const { flaws, faces, quality, liveness } = findings;
  return {
    outcome,
    flaws,
    faces: faces.length,
    ...optional('quality', quality),
    ...optional('liveness', liveness),
  };
}

/** Of a picture at an access point. Whom it resembles is told on a match only. */
export function sightingReport(sighting: Outcome): FaceReport {
  const report = reportOf(sighting.outcome, sighting.findings);
  if (sighting.outcome !== 'match') return report;
  const { person, credential, score } = sighting.candidate;
  return { ...report, person, credential, score };
}
