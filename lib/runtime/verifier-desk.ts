import type { Audience } from '../face/face.ts';
import { findSent, type SentFace } from '../face/use/elsewhere.ts';
import { Answerer, type AnswererEvents, type Place } from '../link/online/answerer.ts';
import { systemClock } from '../model/clock.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import { optional } from '../model/optional.ts';
import { acquireFaces } from './faces.ts';
import type { LinkApi } from './link.ts';
import { KeptOut } from './kept-out.ts';

export interface VerifierOptions {
  keep: number;
  rate: number;
}

/** What the node tells the flow. */
export interface VerifierListener {
  answered: (event: AnswererEvents['answered']) => void;
  refused: (event: AnswererEvents['refused']) => void;
  failed: (error: AccessError) => void;
}

/** The same refusal of the same gateway is recorded once in so many milliseconds. */
const RECORD_EVERY = 60_000;

/** Answers the gateways of a link with the engine of the server's site. */
export class VerifierDesk {
  readonly #answerer: Answerer;
  readonly #keptOut: KeptOut;
  readonly #link: LinkApi;
  /** When each kind of refusal was recorded last, by gateway and reason. */
  readonly #recorded = new Map<string, number>();
  readonly #stops: (() => void)[];
  #faces: ReturnType<typeof acquireFaces> | undefined;

  /** Throws CONFIG_INVALID for the link of a gateway. */
  constructor(link: LinkApi, options: VerifierOptions, listener: VerifierListener) {
    const { site, server } = link;
    if (server === undefined) {
      throw new AccessError('CONFIG_INVALID', 'the chosen link is that of a gateway');
    }
    this.#link = link;
    const { keep, rate } = options;
    this.#keptOut = new KeptOut(server, site.engine);
    this.#answerer = new Answerer({
      server,
      clock: systemClock,
      now: () => systemClock.now(),
      rate,
      decide: async (gateway, attempt) => {
        this.#keptOut.greet(gateway);
        const made = await site.engine.decideFor({ gateway, attempt, keep });
        this.#keptOut.note(gateway, made);
        return made;
      },
      recognise: (face, place) => this.#recognise(face, place),
    });
    this.#stops = [
      this.#answerer.on('answered', listener.answered),
      this.#answerer.on('failed', ({ error }) => {
        listener.failed(toAccessError(error));
      }),
      this.#answerer.on('refused', (refusal) => {
        this.#record(refusal);
        listener.refused(refusal);
      }),
      server.on('refused', ({ gateway, channel }) => {
        if (channel === 'checks') this.#record({ gateway, reason: 'notSigned' });
      }),
    ];
  }

  /** Whose face it is that a gateway does not know; the face process starts with the first question about one. */
  async #recognise(face: SentFace, { gateway, accessPoint }: Place): Promise<string | undefined> {
    const { site } = this.#link;
    this.#faces ??= acquireFaces(site);
    const audience = (): Promise<Audience> => site.engine.faceAudience({ accessPoint });
    try {
      return await findSent({ faces: this.#faces.faces.service, audience }, face);
    } catch (error) {
      const { code } = toAccessError(error);
      if (code !== 'MODEL_MISMATCH' && code !== 'INPUT_INVALID') throw error;
      const reason = code === 'MODEL_MISMATCH' ? 'otherModel' : 'malformed';
      this.#record({ gateway, reason, accessPoint });
      return undefined;
    }
  }

  answerText(text: string): Promise<string | undefined> {
    return this.#answerer.answerText(text);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#answerer.close();
    this.#keptOut.close();
    this.#faces?.release();
  }

  #record({
    gateway,
    reason,
    accessPoint,
  }: {
    gateway: string;
    reason: string;
    accessPoint?: string;
  }): void {
    const name = `${reason} ${gateway}`;
    const now = systemClock.monotonic();
    if (now - (this.#recorded.get(name) ?? -Infinity) < RECORD_EVERY) return;
    this.#recorded.set(name, now);
    const event: EventEntry = {
      category: 'alarm',
      code: 'questionRefused',
      details: { gateway, reason },
      ...optional('accessPoint', accessPoint),
    };
    // An engine that is down shows that itself.
    this.#link.site.engine.recordEvent(event).catch(() => undefined);
  }
}
