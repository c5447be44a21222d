import Type, { type Static } from 'typebox';
import { Attempt } from '../../model/attempt.ts';
import { MARKS, OUTCOMES, type Decision } from '../../model/decision.ts';
import { Id, Name, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { REASONS } from '../../model/reasons.ts';

/** The longest time for which an answer may be kept: a day, in milliseconds. */
export const LONGEST_KEEP = 86_400_000;

const Named = Type.Object({ id: Id, name: Type.String({ maxLength: 64 }) }, closed);

/** What a server has said of an attempt, after its origin and its freshness have been checked. */
export const ServerAnswer = Type.Object(
  {
    outcome: Type.Enum(OUTCOMES),
    reasons: Type.Array(Type.Enum(REASONS), { maxItems: 32 }),
    person: Type.Optional(Named),
    matchedPersonId: Type.Optional(Id),
    tag: Type.Optional(Id),
    host: Type.Optional(Id),
    grant: Type.Optional(
      Type.Object(
        { permission: Id, source: Type.Optional(Type.String({ maxLength: 64 })) },
        closed,
      ),
    ),
    marks: Type.Optional(Type.Array(Type.Enum(MARKS), { maxItems: 3 })),
    /** The longest life of a grant, in milliseconds. */
    life: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    /** For how long the grant may be repeated without asking again, in milliseconds. */
    keep: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_KEEP })),
  },
  closed,
);
export type ServerAnswer = Static<typeof ServerAnswer>;

/** Why a server has said nothing. */
export const SILENCES = ['hostTimeout', 'hostUnreachable', 'hostRefused'] as const;
export type Silence = (typeof SILENCES)[number];

const Took = Type.Number({ minimum: 0, maximum: 60_000 });

/** What came of asking a server; `took` milliseconds, for the figures. */
export const OnlineResult = Type.Union([
  Type.Object({ attempt: Attempt, answer: ServerAnswer, took: Took }, closed),
  Type.Object({ attempt: Attempt, silence: Type.Enum(SILENCES), took: Took }, closed),
]);
export type OnlineResult = Static<typeof OnlineResult>;

/** An attempt at an access point of a gateway, its times in the server's own clock. */
export const ForeignAttempt = Type.Object(
  {
    gateway: Name,
    attempt: Attempt,
    /** For how long a grant may be kept at the gateway, if nothing of it ends before. Milliseconds, 0 for not at all. */
    keep: Type.Integer({ minimum: 0, maximum: LONGEST_KEEP }),
  },
  closed,
);
export type ForeignAttempt = Static<typeof ForeignAttempt>;

/** What a server has decided for a gateway: recorded here, in force only there. */
export interface ForeignDecision {
  decision: Decision;
  /** Milliseconds; absent where the answer must not be kept. */
  keep?: number;
}

/** What the engine does when gateways and a server decide together (R-041 to R-045, D8). */
export interface OnlineEngine {
  /**
   * Gateway: records what a server has answered, and lets its grant drive outputs as one of its own. What the gateway
   * itself knows of the door and of positions still refuses. Resolves after the commit, never rejects for a "no".
   */
  takeAnswer(result: OnlineResult): Promise<Decision>;
  /**
   * Server: decides and records an attempt at a gateway. Nothing here can be driven by it. Rejects with FORBIDDEN for
   * an access point that is not this gateway's alone.
   */
  decideFor(request: ForeignAttempt): Promise<ForeignDecision>;
  /** Gateway: forgets the answers that were kept, of one person or all. Resolves with how many there were. */
  forgetAnswers(query: { person?: string }): Promise<number>;
  /**
   * Gateway: the server has just confirmed what is held here. Where the site says within what time that has to be, a
   * right that was not confirmed is *unknown* instead of *granted* (D8). Each letter that is taken over confirms, too.
   */
  confirmBase(query: Record<string, never>): Promise<void>;
}

export const onlineResult = parser(OnlineResult);
export const foreignAttempt = parser(ForeignAttempt);
export const forgetting = parser(Type.Object({ person: Type.Optional(Id) }, closed));
