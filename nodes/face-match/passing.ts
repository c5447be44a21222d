import { randomUUID } from 'node:crypto';
import type { NodeMessageInFlow } from 'node-red';
import { toSend } from '../../lib/face/use/elsewhere.ts';
import { Recognition, type Seen, type Sighting } from '../../lib/face/use/recognition.ts';
import type { Attempt, PresentedCredential } from '../../lib/model/attempt.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { optional } from '../../lib/model/optional.ts';
import { sealedFace } from '../../lib/runtime/face-message.ts';
import type { SiteFaces } from '../../lib/runtime/faces.ts';
import { grantedElsewhere } from '../../lib/runtime/granted-elsewhere.ts';
import { accessOf } from '../../lib/runtime/message.ts';
import type { AccessPointApi } from '../../lib/runtime/site.ts';
import { carriedOf, openCarried, type UnusableMedium } from './carried.ts';
import type { FaceMatchConfig } from './face-match.config.ts';

/** Answers of a server are awaited for so many attempts at most. */
const MOST_ASKED = 100;

export type Outcome =
  Sighting | { outcome: 'unknownPerson' | UnusableMedium; findings?: undefined };

/** What a picture at an access point has led to. */
export interface Passing {
  sighting: Outcome;
  /** The attempt with the face in it; undefined while something else has to be presented. */
  attempt: Attempt | undefined;
  /** The sealed face for a server that may know it; absent where none may be asked. */
  face?: string;
}

/** The modes *verify* and *identify*: from the picture of a camera to an attempt. */
export class PassingDesk {
  readonly #config: FaceMatchConfig;
  readonly #accessPoint: AccessPointApi;
  readonly #faces: SiteFaces;
  readonly #recognition: Recognition;
  /** Attempts with a face that a server may be asked for, each with the person whose face it should be. */
  readonly #asked = new Map<string, string | undefined>();
  readonly #stopListening: () => void;

  constructor(config: FaceMatchConfig, accessPoint: AccessPointApi, faces: SiteFaces) {
    this.#config = config;
    this.#accessPoint = accessPoint;
    this.#faces = faces;
    const { engine } = accessPoint.site;
    const { id } = accessPoint.settings;
    const audience = (): ReturnType<typeof engine.faceAudience> =>
      engine.faceAudience({ accessPoint: id });
    const parts = { faces, audience, clock: systemClock };
    this.#recognition = new Recognition(parts, config.recognition);
    this.#stopListening = grantedElsewhere(accessPoint.site).on('granted', (attempt) => {
      if (!this.#asked.has(attempt)) return;
      this.#recognition.recognisedElsewhere(this.#asked.get(attempt));
      this.#asked.delete(attempt);
    });
  }

  close(): void {
    this.#stopListening();
  }

  /** Lets everybody try again (T-07). */
  reset(): void {
    this.#recognition.reset();
  }

  async take(message: NodeMessageInFlow, picture: Uint8Array): Promise<Passing> {
    const takenAt = takenAtOf(message);
    const earlier = message.access === undefined ? undefined : accessOf(message).attempt;
    const sighting = await this.#sighting(message, earlier, { picture, takenAt });
    const isMatch = sighting.outcome === 'match';
    // A face that nobody has: whatever else was presented, such an attempt is never granted.
    const value = isMatch ? sighting.candidate.credential : randomUUID();
    const face = this.#credential(value, takenAt);
    const attempt =
      isMatch && earlier === undefined ? await this.#join(face) : this.#attemptWith(earlier, face);
    const unknown = await this.#unknown(sighting);
    if (attempt !== undefined && unknown !== undefined) this.#expect(attempt.id, sighting);
    return { sighting, attempt, ...optional('face', unknown) };
  }

  /** The failure that was counted is none if the server knows the face. */
  #expect(attempt: string, sighting: Outcome): void {
    this.#asked.set(attempt, 'claimed' in sighting ? sighting.claimed : undefined);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > MOST_ASKED && oldest !== undefined) this.#asked.delete(oldest);
  }

  /**
   * The face of somebody whom nobody here has; it leaves only where templates may (N15). A server sees one frame: where
   * several have to agree it is not asked.
   */
  async #unknown({ outcome, findings }: Outcome): Promise<string | undefined> {
    const { recognition } = this.#config;
    if (outcome !== 'noMatch' || findings?.vector === undefined) return undefined;
    if (recognition.agreement.frames > 1) return undefined;
    const { site } = this.#accessPoint;
    const [{ config }, { model }] = await Promise.all([
      site.engine.faceState({}),
      this.#faces.service.describe({}),
    ]);
    if (config.mode !== 'stored') return undefined;
    return sealedFace(toSend(findings.vector, model, recognition), site.sealing);
  }

  async #sighting(
    message: NodeMessageInFlow,
    earlier: Attempt | undefined,
    seen: Pick<Seen, 'picture' | 'takenAt'>,
  ): Promise<Outcome> {
    if (this.#config.mode !== 'verify') {
      return this.#recognition.see({ ...seen, person: undefined });
    }
    const carried = carriedOf(message);
    if (carried !== undefined) {
      const opened = await openCarried(this.#accessPoint.site.engine, carried);
      return 'outcome' in opened ? opened : this.#recognition.see({ ...seen, ...opened });
    }
    const person = await this.#claimed(message, earlier);
    if (person === undefined) return { outcome: 'unknownPerson' };
    return this.#recognition.see({ ...seen, person });
  }

  /** Resolves with the attempt when the factors are complete that the readers of the place have seen. */
  #join(face: PresentedCredential): Promise<Attempt | undefined> {
    return new Promise((resolve, reject) => {
      const sink = {
        complete: resolve,
        waiting: () => {
          resolve(undefined);
        },
      };
      this.#accessPoint.factors.present(face, sink).catch(reject);
    });
  }

  /** Whose face it should be: the person of the message, or the holder of what was presented before. */
  async #claimed(
    message: NodeMessageInFlow,
    earlier: Attempt | undefined,
  ): Promise<string | undefined> {
    if (typeof message.person === 'string' && message.person !== '') return message.person;
    for (const { type, value } of earlier?.credentials ?? []) {
      const person = value === undefined ? undefined : await this.#holder(type, value);
      if (person !== undefined) return person;
    }
    return undefined;
  }

  async #holder(type: PresentedCredential['type'], value: string): Promise<string | undefined> {
    const { engine } = this.#accessPoint.site;
    const [person] = await engine.find({ kind: 'person', credential: { type, value } });
    return person?.id;
  }

  #credential(value: string, at: number): PresentedCredential {
    const { readerName } = this.#config;
    return { type: 'face', value, format: 'face', ...optional('reader', readerName), at };
  }

  #attemptWith(earlier: Attempt | undefined, face: PresentedCredential): Attempt {
    const { id, direction } = this.#accessPoint.settings;
    if (earlier === undefined) {
      const at = Date.now();
      return { id: uuidv7(at), at, accessPoint: id, direction, credentials: [face] };
    }
    if (earlier.credentials.length >= 4) {
      throw new AccessError('INPUT_INVALID', 'The attempt has four credentials already');
    }
    return { ...earlier, credentials: [...earlier.credentials, face] };
  }
}

/** When the camera took the picture; now, if the message does not say it. */
function takenAtOf({ takenAt }: NodeMessageInFlow & { takenAt?: unknown }): number {
  if (takenAt === undefined) return Date.now();
  if (typeof takenAt === 'number' && Number.isInteger(takenAt) && takenAt > 0) return takenAt;
  throw new AccessError('INPUT_INVALID', 'msg.takenAt must be milliseconds since 1970 UTC');
}
