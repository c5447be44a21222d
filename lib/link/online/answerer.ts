import type { ForeignDecision } from '../../engine/online/online.ts';
import type { Attempt } from '../../model/attempt.ts';
import type { Clock } from '../../model/clock.ts';
import type { Decision } from '../../model/decision.ts';
import { toAccessError } from '../../model/errors.ts';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { optional } from '../../model/optional.ts';
import { parser } from '../../model/parse.ts';
import {
  PresentedFactors,
  labelOfFactors,
  labelOfHolder,
  type Check,
  type CheckAnswer,
  type Holder,
  type PresentedFactor,
} from './checks.ts';
import type { Face } from './question.ts';
import {
  QuestionFence,
  type QuestionFenceOptions,
  type QuestionRefusal,
} from './question-fence.ts';
import type { ServerEnd } from '../ends/server-end.ts';

export interface AnswererOptions extends QuestionFenceOptions {
  /** Decides with the engine of the server. Rejects with FORBIDDEN for an access point of somebody else. */
  decide: (gateway: string, attempt: Attempt) => Promise<ForeignDecision>;
  /** The id of the template that a face belongs to; undefined if nobody has this face. */
  recognise?: (face: Face, place: Place) => Promise<string | undefined>;
  /** Wall time. */
  now: Clock['now'];
}

/** Where something was presented. */
export interface Place {
  gateway: string;
  accessPoint: string;
}

export interface AnswererEvents {
  answered: { gateway: string; attempt: Attempt; decision: Decision };
  refused: { gateway: string; reason: QuestionRefusal | 'notTheirs'; accessPoint?: string };
  /** The engine could not decide; the gateway will say that nobody has answered. */
  failed: { gateway: string; error: unknown };
}

/** A face that nobody has is a credential that nobody has. */
const NOBODY = '?';

/** These are told to the gateway at once, so that nobody waits at its door; the others were not written by it now. */
const TOLD: ReadonlySet<QuestionRefusal> = new Set(['otherSession', 'tooMany']);

const factorsForm = parser(PresentedFactors);

/** Answers the questions of all gateways of a site. */
export class Answerer {
  readonly #options: AnswererOptions;
  readonly #server: ServerEnd;
  readonly #fence: QuestionFence;
  readonly #events = createEmitter<AnswererEvents>();
  readonly on: Emitter<AnswererEvents>['on'] = (event, listener) =>
    this.#events.on(event, listener);
  readonly #stop: () => void;

  constructor(options: AnswererOptions) {
    this.#options = options;
    this.#server = options.server;
    this.#fence = new QuestionFence(options);
    this.#stop = options.server.on('checks', ({ gateway, content }) => {
      void this.#reply(gateway, content);
    });
  }

  /** Answers a question that came as a signed text, over HTTP; undefined if it is not worth an answer. */
  async answerText(text: string): Promise<string | undefined> {
    const gateway = gatewayIn(text);
    if (gateway === undefined) return undefined;
    const answer = await this.#answer(gateway, this.#server.read(gateway, 'checks', text));
    return answer && this.#server.write('answers', answer);
  }

  close(): void {
    this.#stop();
  }

  async #reply(gateway: string, content: unknown): Promise<void> {
    const answer = await this.#answer(gateway, content);
    // If the link breaks meanwhile nobody waits for the answer any more.
    if (answer !== undefined) await this.#server.answer(gateway, answer).catch(() => undefined);
  }

  /** Never rejects: without an answer the gateway opens nothing. */
  async #answer(gateway: string, content: unknown): Promise<CheckAnswer | undefined> {
    const judged = this.#fence.judge(gateway, content);
    if (judged?.refusal !== undefined) {
      const { check, refusal: reason } = judged;
      this.#events.emit('refused', { gateway, reason, accessPoint: check.accessPoint });
      return TOLD.has(reason) ? refused(check) : undefined;
    }
    const factors = judged && this.#factorsOf(judged.check);
    if (judged === undefined || factors === undefined) {
      this.#events.emit('refused', { gateway, reason: 'malformed' });
      return undefined;
    }
    return this.#decide(judged.check, factors).catch((error: unknown) =>
      this.#failed(judged.check, error),
    );
  }

  #failed(check: Check, error: unknown): CheckAnswer | undefined {
    const { gateway, accessPoint } = check;
    if (toAccessError(error).code !== 'FORBIDDEN') {
      this.#events.emit('failed', { gateway, error });
      return undefined;
    }
    this.#events.emit('refused', { gateway, reason: 'notTheirs', accessPoint });
    return refused(check);
  }

  async #decide(check: Check, factors: readonly PresentedFactor[]): Promise<CheckAnswer> {
    const attempt = await this.#attemptOf(check, factors);
    const { decision, keep } = await this.#options.decide(check.gateway, attempt);
    this.#events.emit('answered', {
      gateway: check.gateway,
      attempt: withoutValues(attempt),
      decision,
    });
    const { outcome, reasons, marks } = decision;
    const holder = this.#sealedHolder(check, decision);
    return {
      ...headOf(check),
      outcome,
      reasons,
      ...optional('marks', marks),
      ...optional('holder', holder),
      ...(outcome === 'granted' ? { life: Math.max(1, decision.validUntil - decision.at) } : {}),
      ...optional('keep', keep),
    };
  }

  #factorsOf(check: Check): PresentedFactor[] | undefined {
    const text = this.#server.reveal(check.factors, labelOfFactors(check));
    try {
      const factors: unknown = JSON.parse(text ?? '');
      return factorsForm.check(factors) ? factors : undefined;
    } catch {
      return undefined;
    }
  }

  /** The attempt in the server's own time: how long ago it was is all that the gateway's clock has to say. */
  async #attemptOf(check: Check, factors: readonly PresentedFactor[]): Promise<Attempt> {
    const { gateway, attempt: id, accessPoint, direction, requestToExit, timedOut } = check;
    const now = this.#options.now();
    const credentials = factors.map(async ({ ago, face, ...factor }) => ({
      ...factor,
      ...(face === undefined
        ? {}
        : { value: await this.#recognise(face, { gateway, accessPoint }) }),
      at: now - ago,
    }));
    return {
      id,
      at: now - Math.max(0, ...factors.map(({ ago }) => ago)),
      accessPoint,
      credentials: await Promise.all(credentials),
      ...optional('direction', direction),
      ...optional('requestToExit', requestToExit),
      ...optional('timedOut', timedOut),
    };
  }

  async #recognise(face: Face, place: Place): Promise<string> {
    return (await this.#options.recognise?.(face, place)) ?? NOBODY;
  }

  #sealedHolder({ gateway, id }: Check, decision: Decision): string | undefined {
    const { person, matchedPersonId, tag, host, grant } = decision;
    const holder: Holder = {
      ...optional('person', person),
      ...optional('matchedPersonId', matchedPersonId),
      ...optional('tag', tag),
      ...optional('host', host),
      ...optional('grant', grant),
    };
    if (Object.keys(holder).length === 0) return undefined;
    const label = labelOfHolder({ gateway, check: id });
    return this.#server.conceal(gateway, JSON.stringify(holder), label);
  }
}

function headOf({ id, nonce, site, gateway, accessPoint }: Check) {
  return { kind: 'answer', check: id, nonce, site, gateway, accessPoint } as const;
}

function refused(check: Check): CheckAnswer {
  return { ...headOf(check), outcome: 'denied', reasons: ['hostRefused'] };
}

/** What others in the flow may see of an attempt. */
function withoutValues(attempt: Attempt): Attempt {
  const credentials = attempt.credentials.map((credential) => {
    const shown = { ...credential };
    delete shown.value;
    return shown;
  });
  return { ...attempt, credentials };
}

/** Whose question this claims to be: the signature is checked with the key of that gateway. */
function gatewayIn(text: string): string | undefined {
  try {
    const { content } = JSON.parse(text) as { content?: unknown };
    const { gateway } = JSON.parse(String(content)) as { gateway?: unknown };
    return typeof gateway === 'string' ? gateway : undefined;
  } catch {
    return undefined;
  }
}
