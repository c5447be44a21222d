import type { ModelIdentity } from '../../model/credential.ts';
import type { PhotoResult } from '../store/faces/photos.ts';
import type { Dispatch, Issue } from './requests.ts';

/** Photos of which gateways make the templates themselves, at the server and at the gateway. */
export interface PhotoEngine {
  /** What makes templates here: the server's of other models are refused with MODEL_MISMATCH from now on. */
  useFaceModel(query: { model: ModelIdentity }): Promise<void>;
  /**
   * At a server: sends a photo to every gateway where the person may pass. It is sealed, replaces the face that the
   * person has, and is deleted when all of those gateways have said what became of it. Rejects with FORBIDDEN without
   * consent, NOT_FOUND for an unknown person, INPUT_INVALID for anything but a JPEG of at most 96 KiB.
   */
  dispatchPhoto(request: Dispatch): Promise<{ credential: string }>;
  /**
   * At a server that keeps photos: sends the one of a person again, for templates of another model. Rejects with
   * NOT_FOUND without a photo.
   */
  resendPhoto(request: { person: string; author: string }): Promise<{ credential: string }>;
  /** At a gateway: a photo that waits for its template, behind this credential; undefined if there is none. */
  nextFacePhoto(
    query: Record<string, never>,
  ): Promise<{ credential: string; person: string; photo: string } | undefined>;
  /** At a gateway: the template, which takes the place of the photo, or why there is none. The photo is deleted. */
  settleFacePhoto(query: {
    credential: string;
    made?: { template: string; model: ModelIdentity };
    problem?: string;
  }): Promise<void>;
  /** At a gateway: what the server has not been told. */
  photoResults(query: Record<string, never>): Promise<PhotoResult[]>;
  photosTold(query: { credentials: string[] }): Promise<void>;
  /** At a server: what became of photos at a gateway. */
  takePhotoResults(query: { gateway: string; results: PhotoResult[] }): Promise<void>;
}

/** Templates that only their owners have, on a QR code or a card (mode `carried`). */
export interface CarriedEngine {
  /**
   * A text of at most 1,000 characters that a QR code holds in its alphanumeric mode; it is stored nowhere, and replaces
   * the one before. Rejects with FORBIDDEN without consent or in another mode, NOT_FOUND for an unknown person.
   */
  issueCarried(request: Issue): Promise<{ credential: string; carried: string }>;
  /**
   * The template in a text that this site has issued, in base64. Rejects with INPUT_INVALID for a forged one, NOT_FOUND
   * for one that was replaced, MODEL_MISMATCH, FORBIDDEN without consent or in another mode.
   */
  openCarried(query: {
    carried: string;
  }): Promise<{ credential: string; person: string; template: string }>;
}
