import type { ModelIdentity } from '../model/credential.ts';

/** A rectangle in pixels of the upright picture, which is scaled down to at most 1280 on its longer side. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Why a picture is not good enough, in the order in which they are looked for. */
export const FACE_FLAWS = [
  'noFace',
  'severalFaces',
  'tooSmall',
  'tooNear',
  'turnedAway',
  'eyesClosed',
  'blurred',
  'notLive',
] as const;
export type FaceFlaw = (typeof FACE_FLAWS)[number];

/** What is asked of a picture; `false` asks for nothing, and nothing is computed for it. */
export interface FaceDemands {
  /** Lowest height of the face, in pixels of the worked picture. Default 70. */
  height?: number;
  /**
   * Largest height of the face, as a share of the shorter side of the picture: liveness has to see what is around it.
   * Default false.
   */
  largest?: number | false;
  /** Whether another face, at least half as high as the largest, is a flaw. Default true; else the largest counts. */
  alone?: boolean;
  /** How far the head may be turned to a side, up or down, in degrees. Default 35. */
  turn?: number | false;
  /** Lowest probability that the eyes are open, 0 to 1. Default 0.05: closed eyes have less than 0.01. */
  eyes?: number | false;
  /** Lowest `sharpness` as the findings give it. Default 30. */
  sharpness?: number | false;
  /** Lowest score of liveness, 0 to 1. Default 0.7: what passes at which score is measured in docs/faces.md. */
  liveness?: number | false;
}

/** How well a face can be seen. What nothing was asked of is absent. */
export interface FaceQuality {
  /** Turn to the side, up and down, and tilt, in degrees. */
  yaw?: number;
  pitch?: number;
  roll?: number;
  /** Probability that the eyes are open, 0 to 1. */
  eyes?: number;
  /** Variance of the Laplacian over the aligned face: the lower, the more blurred. */
  sharpness?: number;
}

/** What a picture shows. */
export interface FaceFindings {
  /** Width and height of the upright picture, in pixels, scaled down to at most 1280 on the longer side. */
  width: number;
  height: number;
  /** All faces, the largest first. */
  faces: Box[];
  /** What the picture lacks; empty if the face is usable. */
  flaws: FaceFlaw[];
  /** Absent where the picture has no face that is alone and large enough, as is all that follows. */
  quality?: FaceQuality;
  /** Probability that the face is live, 0 to 1; absent where none was asked for. */
  liveness?: number;
  /** L2-normalised vector of the largest face, as long as the model says; absent where there is any flaw. */
  vector?: Float32Array;
  /** Milliseconds each stage took. */
  timings: Record<string, number>;
}

/** Somebody a face may be. */
export interface FaceCandidate {
  /** Id of the credential of type `face`. */
  credential: string;
  person: string;
  /** Cosine of the angle between both vectors, -1 to 1. */
  score: number;
}

/** Who may be meant by a face at an access point; nobody given means everybody. */
export interface Audience {
  /** Groups of people. */
  groups?: readonly string[];
  /** Single people beside the groups. */
  persons?: readonly string[];
}

/** Templates of one model that are kept for searching, by credential id. */
export interface FaceGallery {
  readonly model: ModelIdentity;
  readonly size: number;
  /** How many templates belong to an audience: the more, the higher the threshold. */
  count(audience: Audience): number;
  /**
   * Adds or replaces one template of the quantised form. Throws MODEL_MISMATCH for one of another model,
   * INPUT_INVALID for bytes that are not a template.
   */
  put(entry: GalleryEntry): void;
  /** Whether there was such a template. */
  remove(credential: string): boolean;
  clear(): void;
  /** The best candidates of an audience, best first, at most one of each person; exact. */
  search(vector: Float32Array, options: Audience & { limit: number }): FaceCandidate[];
  /** Ids of all credentials. */
  credentials(): readonly string[];
  /** Compares an entry with every entry of other people. */
  compareOthers(credential: string, take: (score: number, other: string) => void): void;
  /** The best of one person's templates; undefined without a template. */
  verify(vector: Float32Array, person: string): FaceCandidate | undefined;
}

export interface GalleryEntry {
  credential: string;
  person: string;
  /** The groups that the person is in. */
  groups: readonly string[];
  model: ModelIdentity;
  /** Quantised values, one byte each, 1 to 127: see docs/face-gallery.md. */
  template: Uint8Array;
}
