import type { Clock } from '../../model/clock.ts';
import { optional } from '../../model/optional.ts';
import type { FaceClient } from '../client.ts';
import {
  agreedOn,
  isRecent,
  judgeBest,
  judgeOne,
  type Agreement,
  type Frame,
  type Match,
  type MatchRules,
} from '../decision.ts';
import type { Audience, FaceCandidate, FaceDemands, FaceFindings } from '../face.ts';
import { likeness } from '../template.ts';
import { Retries, WITH_LIVENESS, WITHOUT_LIVENESS } from './retries.ts';

/** Failures of people who are searched for are those of the camera. */
const ANYBODY = '';
const MOST_FRAMES = 32;

export interface RecognitionOptions {
  /** What replaces the values of the models. */
  thresholds: Partial<MatchRules['thresholds']>;
  margin: number | undefined;
  agreement: Agreement;
  /** Milliseconds after which a picture opens nothing any more. */
  maxAge: number;
  demands: FaceDemands;
}

/** A picture of a camera, and whom it should show: undefined searches everybody of the audience. */
export interface Seen {
  picture: Uint8Array;
  /** Milliseconds since 1970 UTC. */
  takenAt: number;
  person: string | undefined;
  /** The template that the person has brought; none of the gallery is compared then. */
  carried?: { credential: string; template: Uint8Array };
}

/** Why a picture is no match; `waiting` is not yet one, for too few frames agree. */
export type NoMatchReason =
  'waiting' | 'flawed' | 'stale' | 'noMatch' | 'ambiguous' | 'resting' | 'stopped';

export type Sighting =
  | { outcome: 'match'; candidate: FaceCandidate; findings: FaceFindings }
  | {
      outcome: NoMatchReason;
      candidate?: FaceCandidate;
      findings?: FaceFindings;
      /** Whom the picture should show; absent where everybody was searched. */
      claimed?: string;
    };

interface Parts {
  faces: Pick<FaceClient, 'service'>;
  /** Who may be meant by a face at this place. */
  audience: () => Promise<Audience>;
  clock: Clock;
}

/** Turns pictures of one camera into matches (N6), with the limits of T-07. */
export class Recognition {
  readonly #parts: Parts;
  readonly #options: RecognitionOptions;
  readonly #retries: Retries;
  #frames: (Frame & { key: string })[] = [];

  constructor(parts: Parts, options: RecognitionOptions) {
    this.#parts = parts;
    this.#options = options;
    const limits = options.demands.liveness === false ? WITHOUT_LIVENESS : WITH_LIVENESS;
    this.#retries = new Retries(limits, () => parts.clock.monotonic());
  }

  /** Rejects with INPUT_INVALID for a picture that cannot be read, or with what the face process says. */
  async see({ picture, takenAt, person, carried }: Seen): Promise<Sighting> {
    const key = person ?? ANYBODY;
    const allowed = this.#retries.state(key);
    if (allowed !== 'open') return { outcome: allowed };
    const { service } = this.#parts.faces;
    const findings = await service.analyse({ picture, demands: this.#options.demands });
    const { vector, flaws } = findings;
    if (vector === undefined) {
      if (flaws.includes('notLive')) this.#retries.fail(key);
      return { outcome: 'flawed', findings };
    }
    const match = await this.#judge(vector, { person, carried });
    if (!isRecent(takenAt, this.#parts.clock.now(), this.#options.maxAge)) {
      return { outcome: 'stale', findings };
    }
    const outcome = this.#weigh(key, { at: takenAt, match });
    return { ...outcome, findings, ...optional('claimed', person) };
  }

  /** Somebody who was no match here has been recognised by another place: that was no failure (T-07). */
  recognisedElsewhere(person: string | undefined): void {
    this.#retries.succeed(person ?? ANYBODY);
  }

  /** Lets everybody try again. */
  reset(): void {
    this.#retries.reset();
    this.#frames = [];
  }

  async #judge(
    vector: Float32Array,
    { person, carried }: Pick<Seen, 'person'> & { carried: Seen['carried'] },
  ): Promise<Match> {
    const { service } = this.#parts.faces;
    const rules = await this.#rules();
    if (person !== undefined && carried !== undefined) {
      const { credential, template } = carried;
      return judgeOne({ credential, person, score: likeness(vector, template) }, rules);
    }
    if (person !== undefined) return judgeOne(await service.verify({ vector, person }), rules);
    const audience = await this.#parts.audience();
    const { candidates, compared } = await service.identify({ ...audience, vector, limit: 2 });
    return judgeBest(candidates, compared, rules);
  }

  async #rules(): Promise<MatchRules> {
    const models = await this.#parts.faces.service.describe({});
    const { thresholds, margin = models.margin } = this.#options;
    return { thresholds: { ...models.thresholds, ...thresholds }, margin };
  }

  #weigh(
    key: string,
    frame: Frame,
  ): { outcome: 'match'; candidate: FaceCandidate } | { outcome: NoMatchReason } {
    const { match } = frame;
    this.#frames = [...this.#frames, { ...frame, key }].slice(-MOST_FRAMES);
    if (match.outcome !== 'match') {
      this.#retries.fail(key);
      return { outcome: match.outcome, ...optional('candidate', match.candidate) };
    }
    const frames = this.#frames.filter((each) => each.key === key);
    const candidate = agreedOn(frames, this.#parts.clock.now(), this.#options.agreement);
    if (candidate === undefined) return { outcome: 'waiting' };
    this.#frames = []; // no frame opens twice
    this.#retries.succeed(key);
    return { outcome: 'match', candidate };
  }
}
