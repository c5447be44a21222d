import { randomBytes } from 'node:crypto';
import type { ServerAnswer } from '../../engine/online/online.ts';
import type { Attempt, PresentedCredential } from '../../model/attempt.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import { uuidv7 } from '../../model/ids.ts';
import { optional } from '../../model/optional.ts';
import { parser } from '../../model/parse.ts';
import {
  CheckAnswer,
  Holder,
  labelOfFactors,
  labelOfHolder,
  type Check,
  type PresentedFactor,
} from './checks.ts';
import type { GatewayEnd } from '../ends/gateway-end.ts';
import { topicOf } from '../wire/topics.ts';

/** The vector of a face, as it goes to the server in place of a picture. */
export interface Face {
  model: ModelIdentity;
  /** One byte each, in base64. */
  vector: string;
  /** Lowest cosine and margin that count at this door, if it has set its own. */
  least?: number;
  margin?: number;
}

/** What a gateway wants to know. */
export interface Question {
  /** Secrets opened; with an access point. */
  attempt: Attempt & { accessPoint: string };
  /** Of the credential of type face, if nobody at the gateway has it. */
  face?: Face;
  /** Milliseconds that the answer may take. */
  limit: number;
}

/** Why an answer counts for nothing, in the order in which that is looked for. */
export const ANSWER_REFUSALS = ['malformed', 'notForUs', 'notAsked', 'late', 'altered'] as const;
export type AnswerRefusal = (typeof ANSWER_REFUSALS)[number];

const answerForm = parser(CheckAnswer);
const holderForm = parser(Holder);

/** Writes a question; throws LINK_DOWN before the gateway is paired. */
export function writeCheck({ attempt, face, limit }: Question, end: GatewayEnd): Check {
  const id = uuidv7();
  const { address } = end;
  const now = Date.now();
  const factors = attempt.credentials.map((presented) => factorOf(presented, face, now));
  return {
    id,
    nonce: randomBytes(16).toString('base64url'),
    ...address,
    replyTo: topicOf({ ...address, channel: 'answers' }),
    ...optional('beat', end.beats.newest),
    life: limit,
    attempt: attempt.id,
    accessPoint: attempt.accessPoint,
    ...optional('direction', attempt.direction),
    ...optional('requestToExit', attempt.requestToExit),
    ...optional('timedOut', attempt.timedOut),
    factors: end.conceal(JSON.stringify(factors), labelOfFactors({ gateway: address.gateway, id })),
  };
}

/** Only the gateway's own clock says how long ago something was: the server's may be wrong by hours. */
function factorOf(
  { type, value, format, reader, at }: PresentedCredential,
  face: Face | undefined,
  now: number,
): PresentedFactor {
  return {
    type,
    // Nobody at the gateway has this face: its value there means nothing to the server.
    ...(type === 'face' && face !== undefined ? { face } : optional('value', value)),
    ...optional('format', format),
    ...optional('reader', reader),
    ago: Math.min(60_000, Math.max(0, Math.round(now - at))),
  };
}

/** The answer to a question, whose signature was checked; or why it counts for nothing. */
export function readAnswer(
  content: unknown,
  asked: Check,
  end: GatewayEnd,
): ServerAnswer | AnswerRefusal {
  if (!answerForm.check(content)) return 'malformed';
  const { site, gateway, check, nonce, accessPoint } = content;
  if (site !== end.address.site || gateway !== end.address.gateway) return 'notForUs';
  if (check !== asked.id || nonce !== asked.nonce) return 'notAsked';
  if (accessPoint !== asked.accessPoint) return 'altered';
  const holder = holderOf(content, end);
  if (holder === undefined) return 'altered';
  const { outcome, reasons, marks, life, keep } = content;
  return {
    ...holder,
    outcome,
    reasons,
    ...optional('marks', marks),
    ...optional('life', life),
    ...optional('keep', keep),
  };
}

function holderOf(answer: CheckAnswer, end: GatewayEnd): Holder | undefined {
  if (answer.holder === undefined) return {};
  const text = end.reveal(answer.holder, labelOfHolder(answer));
  if (text === undefined) return undefined;
  try {
    const holder: unknown = JSON.parse(text);
    return holderForm.check(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}
