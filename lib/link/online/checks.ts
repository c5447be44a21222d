import Type, { type Static } from 'typebox';
import { ServerAnswer } from '../../engine/online/online.ts';
import { CredentialType, ModelIdentity } from '../../model/credential.ts';
import { MARKS, OUTCOMES } from '../../model/decision.ts';
import { Id, Name, closed } from '../../model/fields.ts';
import { REASONS } from '../../model/reasons.ts';
import { Beat } from '../ends/beats.ts';
import { Sealed } from '../trust/sealed.ts';

/** Longest time for an answer, in milliseconds: a read that is older opens nothing any more. */
export const MAX_LIMIT = 3000;

const Nonce = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });
const Address = { site: Id, gateway: Id };
const Elapsed = Type.Integer({ minimum: 0, maximum: 60_000 });

/** A face as numbers: 0 to 127 in one byte each, base64, and which model made them. The picture stays at the door. */
export const FaceVector = Type.Object(
  {
    model: ModelIdentity,
    vector: Type.String({ maxLength: 5464, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
    /** Lowest cosine and margin that count at this door, if it has set its own. */
    least: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    margin: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  closed,
);

/** One thing that was presented; as JSON text inside the seal. */
export const PresentedFactor = Type.Object(
  {
    type: CredentialType,
    value: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    face: Type.Optional(FaceVector),
    format: Type.Optional(Name),
    reader: Type.Optional(Name),
    /** How long before the question, in milliseconds. */
    ago: Elapsed,
  },
  closed,
);
export type PresentedFactor = Static<typeof PresentedFactor>;
export const PresentedFactors = Type.Array(PresentedFactor, { maxItems: 4 });

/** A gateway asks whether an attempt may pass (channel `checks`). */
export const Check = Type.Object(
  {
    /** Correlation: the answer names it. */
    id: Id,
    /** Random: only who has read this question can answer it. */
    nonce: Nonce,
    ...Address,
    /** The topic of the answers. */
    replyTo: Type.String({ minLength: 1, maxLength: 512 }),
    /** The newest beat of the connection; absent where there is none, over HTTP. */
    beat: Type.Optional(Beat),
    /** Milliseconds that the answer may take. */
    life: Type.Integer({ minimum: 1, maximum: MAX_LIMIT }),
    attempt: Id,
    accessPoint: Id,
    direction: Type.Optional(Type.Enum(['in', 'out'])),
    requestToExit: Type.Optional(Type.Boolean()),
    timedOut: Type.Optional(Type.Boolean()),
    /** `PresentedFactors` as JSON, sealed for the server under the label `labelOfFactors`. */
    factors: Sealed(4 * 8192),
  },
  closed,
);
export type Check = Static<typeof Check>;

/** Who somebody is; as JSON text inside the seal of an answer. */
export const Holder = Type.Pick(ServerAnswer, [
  'person',
  'matchedPersonId',
  'tag',
  'host',
  'grant',
]);
export type Holder = Static<typeof Holder>;

/** The server answers a question (channel `answers`). */
export const CheckAnswer = Type.Object(
  {
    kind: Type.Literal('answer'),
    /** Id and nonce of the question. */
    check: Id,
    nonce: Nonce,
    ...Address,
    accessPoint: Id,
    outcome: Type.Enum(OUTCOMES),
    reasons: Type.Array(Type.Enum(REASONS), { maxItems: 32 }),
    marks: Type.Optional(Type.Array(Type.Enum(MARKS), { maxItems: 3 })),
    /** `Holder` as JSON, sealed for the gateway under the label `labelOfHolder`. */
    holder: Type.Optional(Sealed(1024)),
    /** Longest time for which a grant may be acted on, in milliseconds from its receipt: it is valid until then. */
    life: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    /** For how long the grant may be repeated at the gateway without a question, in milliseconds. */
    keep: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400_000 })),
  },
  closed,
);
export type CheckAnswer = Static<typeof CheckAnswer>;

/** The server takes back what may be kept, of one person or all (channel `answers`). To hear it twice does no harm. */
export const Forget = Type.Object(
  { kind: Type.Literal('forget'), ...Address, person: Type.Optional(Id) },
  closed,
);
export type Forget = Static<typeof Forget>;

export const AnswerMessage = Type.Union([CheckAnswer, Forget]);
export type AnswerMessage = Static<typeof AnswerMessage>;

/** A seal counts for the question that it belongs to, and for no other. */
export function labelOfFactors({ gateway, id }: Pick<Check, 'gateway' | 'id'>): string {
  return `gatewire factors 1 ${gateway} ${id}`;
}

export function labelOfHolder({ gateway, check }: Pick<CheckAnswer, 'gateway' | 'check'>): string {
  return `gatewire holder 1 ${gateway} ${check}`;
}

const ADDRESS = { site: 'park', gateway: 'north' };
const QUESTION = '0199a7c4-5e1f-7c3a-9d2b-6f0e8a1b2c3d';
const NONCE = 'u3Jb0sX9k2mQ7vYtR4nWcA';

/** Valid messages, for the description of the protocol. The seals stand for any text. */
export const examples = {
  check: {
    id: QUESTION,
    nonce: NONCE,
    ...ADDRESS,
    replyTo: 'gatewire/1/park/north/answers',
    beat: { session: 'q8fK1zT5uV0wXyLrC3bEdg', number: 42 },
    life: 2000,
    attempt: '0199a7c4-5e10-7b11-8a77-1d2c3b4a5f60',
    accessPoint: 'front',
    direction: 'in',
    factors: 'A'.repeat(160),
  },
  factors: [{ type: 'card', value: '04A1B2C3D4E5F6', format: 'iso14443a', ago: 35 }],
  answer: {
    kind: 'answer',
    check: QUESTION,
    nonce: NONCE,
    ...ADDRESS,
    accessPoint: 'front',
    outcome: 'granted',
    reasons: [],
    holder: 'A'.repeat(160),
    life: 5000,
    keep: 3_600_000,
  },
  refusal: {
    kind: 'answer',
    check: QUESTION,
    nonce: NONCE,
    ...ADDRESS,
    accessPoint: 'front',
    outcome: 'denied',
    reasons: ['notPermittedNow'],
  },
  holder: {
    person: { id: 'vera', name: 'Vera' },
    tag: 'vera-card',
    grant: { permission: 'visitors' },
  },
  forget: { kind: 'forget', ...ADDRESS, person: 'vera' },
} satisfies {
  check: Check;
  factors: PresentedFactor[];
  answer: CheckAnswer;
  refusal: CheckAnswer;
  holder: Holder;
  forget: Forget;
};
