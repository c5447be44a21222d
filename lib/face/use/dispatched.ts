import type { PhotoEngine } from '../../engine/faces/photo-engine.ts';
import { toAccessError } from '../../model/errors.ts';
import type { FaceClient } from '../client.ts';
import type { FaceDemands } from '../face.ts';
import { makeTemplate } from './enrolment.ts';

/** As for an enrolment: one person, from the front, who need not be live. */
const DEMANDS: FaceDemands = { turn: 25, liveness: false, alone: true };
/** A photo at which the face process has died so often is not looked at again. */
const MOST_DEATHS = 2;

interface Parts {
  engine: Pick<PhotoEngine, 'nextFacePhoto' | 'settleFacePhoto'>;
  faces: Pick<FaceClient, 'service'>;
}

/** Makes templates of the photos that the server has sent. */
export class DispatchedPhotos {
  readonly #parts: Parts;
  readonly #deaths = new Map<string, number>();
  #working: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Works until no photo waits. Rejects with FACE_UNAVAILABLE or BUSY; what is left is done the next time. */
  work(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #work(): Promise<void> {
    const { engine } = this.#parts;
    for (;;) {
      const next = await engine.nextFacePhoto({});
      if (next === undefined) return;
      await engine.settleFacePhoto({ credential: next.credential, ...(await this.#result(next)) });
      this.#deaths.delete(next.credential);
    }
  }

  async #result({
    credential,
    person,
    photo,
  }: {
    credential: string;
    person: string;
    photo: string;
  }) {
    const request = { person, picture: Buffer.from(photo, 'base64'), demands: DEMANDS };
    try {
      const result = await makeTemplate(this.#parts.faces, request);
      if (result.outcome === 'made') return { made: result.made };
      const reason = result.outcome === 'flawed' ? result.findings.flaws[0] : result.outcome;
      return { problem: reason ?? result.outcome };
    } catch (error) {
      const { code } = toAccessError(error);
      const deaths = (this.#deaths.get(credential) ?? 0) + 1;
      if (code === 'BUSY' || (code === 'FACE_UNAVAILABLE' && deaths < MOST_DEATHS)) {
        if (code === 'FACE_UNAVAILABLE') this.#deaths.set(credential, deaths);
        throw error;
      }
      return { problem: code };
    }
  }
}
