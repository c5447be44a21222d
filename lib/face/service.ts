import type { ModelIdentity } from '../model/credential.ts';
import type { Calibration } from './calibration/calibrate.ts';
import type { Audience, FaceCandidate, FaceDemands, FaceFindings, GalleryEntry } from './face.ts';
import type { FaceRole } from './models/manifest.ts';

/** What runs in the face process: pictures in, findings and candidates out. */
export interface FaceService {
  /** The models in use. */
  describe(query: object): Promise<FaceModels>;
  /**
   * What a JPEG or PNG of at most 5 MiB and 12 megapixels shows. Throws INPUT_INVALID for a picture that cannot be
   * read, BUSY if too many pictures wait.
   */
  analyse(query: { picture: Uint8Array; demands?: FaceDemands }): Promise<FaceFindings>;
  /** The picture as a small JPEG, written anew: nothing of what else its file held is in it (T-22). */
  snapshot(query: { picture: Uint8Array }): Promise<Uint8Array>;
  /** The best candidates among those who may be meant, best first, and how many templates were compared. */
  identify(
    query: Audience & { vector: Float32Array; limit: number },
  ): Promise<{ candidates: FaceCandidate[]; compared: number }>;
  /** The best of one person's templates; undefined without one. */
  verify(query: { vector: Float32Array; person: string }): Promise<FaceCandidate | undefined>;
  /** Thresholds by how alike the people of this gallery are, with the curve as an SVG picture. Takes some seconds. */
  calibrate(query: {
    falseMatch: number;
  }): Promise<Omit<Calibration, 'curve'> & { picture: string }>;
  /** Adds or replaces templates. Those of another model are left out and told. */
  put(query: { entries: readonly GalleryEntry[] }): Promise<{ refused: string[] }>;
  /** Removes templates by the id of their credential; without ids all of them. */
  remove(query: { credentials?: readonly string[] }): Promise<{ size: number }>;
}

export type FaceMethod = keyof FaceService;

export interface FaceModels {
  /** What every template carries (N5). */
  model: ModelIdentity;
  /** Lowest cosine that is a match: of one person, among up to 2,000 templates, among more. */
  thresholds: { verify: number; identify: number; identifyMany: number };
  /** How much better than the second person the first has to be among more than 2,000. */
  margin: number;
  /** Models that run slower than they could, because their tuned form gave other results. */
  untuned: FaceRole[];
}
