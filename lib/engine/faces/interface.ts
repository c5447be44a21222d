import type { ModelIdentity } from '../../model/credential.ts';
import type { RecordRef } from '../../model/record.ts';
import type { PictureCount } from '../pictures/count.ts';
import type { FaceFigures } from '../store/faces/report.ts';
import type { CarriedEngine, PhotoEngine } from './photo-engine.ts';
import type { FaceConfig } from './requests.ts';

/** A template on its way to the gallery that searches it. */
export interface FaceTemplate {
  credential: string;
  person: string;
  /** The groups that the person is in. */
  groups: string[];
  model: ModelIdentity;
  /** In base64. */
  template: string;
}

/** A step of a gallery on its way to what the engine holds. */
export interface FaceChanges {
  /** For the next call. */
  cursor: string;
  /** Everything that the gallery holds has to go first. */
  reset: boolean;
  put: FaceTemplate[];
  /** Credentials that have no template any more, or none that may be searched. */
  removed: string[];
  /** Credentials whose templates cannot be opened: they have to be enrolled anew. */
  broken: string[];
  /** There is more already: ask again at once. */
  more: boolean;
}

/** Whose faces are searched at an access point: members of the groups and single people; neither means everybody. */
export interface FaceAudience {
  groups?: string[];
  persons?: string[];
}

export interface FaceState {
  config: FaceConfig;
  /** How many templates are stored, and of how many people. */
  templates: number;
  people: number;
  /** So many that the operator has to look at what the law asks for: 80,000 people or more. */
  many: boolean;
}

/** What is kept of faces, for a notice to the people and for an impact assessment; about nobody in particular. */
export interface FaceReport extends FaceState, FaceFigures {
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** Id of the site. */
  site?: string;
  /** What makes templates here, if it has run already. */
  model?: ModelIdentity;
  /** Pictures beside the log, of faces or of the scene. */
  pictures: PictureCount;
}

/** A person whose face has to be enrolled anew (N5). */
export interface FaceReenrolment {
  credential: string;
  person: string;
  /** `MODEL_MISMATCH`, or why no template could be made of the photo. */
  reason: string;
  /** The gateway that cannot use it; absent if it is of no use here. */
  gateway?: string;
  /** What made the template, if that is known. */
  model?: ModelIdentity;
}

export interface ErasureRequest {
  person: string;
  /** Faces and fingers with their templates, or everything that is kept of the person besides the log. */
  what: 'biometrics' | 'person';
  author: string;
}

/** What has been erased, for whoever asked for it (N15). */
export interface ErasureReceipt {
  person: string;
  what: ErasureRequest['what'];
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** Id of the site whose engine erased it. */
  site?: string;
  /** Ids of the credentials that went with their templates; none if nothing was kept here. */
  credentials: string[];
  /** How many pictures beside the log went: own ones, and at a server those that gateways have sent. */
  pictures: number;
  /** Templates of the person that are still stored, counted afterwards: 0. */
  left: number;
  /** The event that tells of it in the log. */
  record: RecordRef;
}

/** What the engine keeps of faces. Vectors are compared elsewhere; the engine never sees a picture. */
export interface FaceEngine extends PhotoEngine, CarriedEngine {
  /** Says how templates are kept; holds until it is said anew, restarts included. */
  configureFaces(config: FaceConfig): Promise<FaceState>;
  faceState(query: Record<string, never>): Promise<FaceState>;
  faceReport(query: Record<string, never>): Promise<FaceReport>;
  /**
   * What a gallery has to do to hold the searchable templates: those of people who have consented. Without a cursor,
   * with one of before a restart or after too long a pause, it begins anew with `reset`. `limit`: 1 to 1000.
   */
  faceChanges(query: { cursor?: string; limit?: number }): Promise<FaceChanges>;
  /**
   * Whose rights speak of an access point, whatever the time; a match outside is no match there. Changes with the
   * policy. Rejects with NOT_FOUND for an unknown access point.
   */
  faceAudience(query: { accessPoint: string }): Promise<FaceAudience>;
  /**
   * Whose faces have to be enrolled anew, by credential: templates of other models than this one (default: the one in
   * use here), what gateways have refused for their model, and photos of which no template could be made. Those after
   * an id, 1 to 1000, default 1000.
   */
  faceReenrolments(query: {
    model?: ModelIdentity;
    after?: string;
    limit?: number;
  }): Promise<FaceReenrolment[]>;
  /**
   * Erases what is kept of a person, and has every gateway do so; can be repeated, and does so for a person who is not
   * known too. Rejects with CONFLICT if a pass or somebody else's record still needs something of it, and has erased nothing then.
   */
  erasePerson(request: ErasureRequest): Promise<ErasureReceipt>;
}
