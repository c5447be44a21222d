import type { Clock } from '../../model/clock.ts';
import { parser } from '../../model/parse.ts';
import { Allowance } from '../wire/allowance.ts';
import { Check } from './checks.ts';
import type { ServerEnd } from '../ends/server-end.ts';
import { topicOf } from '../wire/topics.ts';

/** Why a question is not decided, in the order in which that is looked for. */
export const QUESTION_REFUSALS = [
  'malformed',
  'notForUs',
  'otherSession',
  'tooOld',
  'repeated',
  'tooMany',
] as const;
export type QuestionRefusal = (typeof QUESTION_REFUSALS)[number];

export interface QuestionFenceOptions {
  server: ServerEnd;
  clock: Pick<Clock, 'monotonic'>;
  /** Questions a second that are decided for one gateway. */
  rate: number;
}

/** The nonces of so many questions of a gateway are remembered, so that none is decided twice. */
const REMEMBERED = 10_000;

const checkForm = parser(Check);

/** What is kept of one gateway. */
interface Asker {
  allowance: Allowance;
  /** Of the newest questions, the oldest first. */
  nonces: Set<string>;
}

/** Decides whether a question, whose signature was checked, is worth an answer: fresh, once, and not one too many. */
export class QuestionFence {
  readonly #options: QuestionFenceOptions;
  readonly #askers = new Map<string, Asker>();

  constructor(options: QuestionFenceOptions) {
    this.#options = options;
  }

  judge(
    gateway: string,
    content: unknown,
  ): { check: Check; refusal?: QuestionRefusal } | undefined {
    if (!checkForm.check(content)) return undefined;
    const refusal = this.#refusalOf(gateway, content);
    return refusal === undefined ? { check: content } : { check: content, refusal };
  }

  #refusalOf(gateway: string, check: Check): QuestionRefusal | undefined {
    const { server } = this.#options;
    const address = { site: server.site, gateway };
    const replyTo = topicOf({ ...address, channel: 'answers' });
    const isOurs =
      check.site === server.site && check.gateway === gateway && check.replyTo === replyTo;
    if (!isOurs) return 'notForUs';
    const problem = this.#timing(gateway, check);
    if (problem !== undefined) return problem;
    const asker = this.#asker(gateway);
    if (isRepeated(asker, check.nonce)) return 'repeated';
    return asker.allowance.take() ? undefined : 'tooMany';
  }

  /** A question names the newest beat at its writing: once a newer one was heard, it is at least as old as that. */
  #timing(gateway: string, { beat, life }: Check): 'otherSession' | 'tooOld' | undefined {
    const heard = this.#options.server.heard(gateway);
    if (beat === undefined) return undefined;
    if (heard?.beat.session !== beat.session) return 'otherSession';
    const isSuperseded = beat.number < heard.beat.number;
    return isSuperseded && this.#options.clock.monotonic() - heard.at >= life
      ? 'tooOld'
      : undefined;
  }

  #asker(gateway: string): Asker {
    const { rate, clock } = this.#options;
    const known = this.#askers.get(gateway);
    const asker = known ?? { allowance: new Allowance(rate, clock), nonces: new Set() };
    this.#askers.set(gateway, asker);
    return asker;
  }
}

function isRepeated({ nonces }: Asker, nonce: string): boolean {
  if (nonces.has(nonce)) return true;
  const [oldest] = nonces.size < REMEMBERED ? [] : nonces;
  if (oldest !== undefined) nonces.delete(oldest);
  nonces.add(nonce);
  return false;
}
