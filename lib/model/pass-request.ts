import Type, { type Static } from 'typebox';
import { Id, LocalDateTime, ShortText, closed } from './fields.ts';
import { PASS_REASONS, PASS_TYPES } from './pass.ts';

/** Gives a tag to a person, for good or for a visit. */
export const IssueRequest = Type.Object(
  {
    operation: Type.Literal('issue'),
    /** The credential that serves as the tag; nobody else may hold it. */
    tag: Id,
    person: Id,
    type: Type.Enum(PASS_TYPES),
    /** Default: now. */
    validFrom: Type.Optional(LocalDateTime),
    /** A temporary pass needs it; a one-off pass ends with the day unless it says otherwise. */
    validTo: Type.Optional(LocalDateTime),
    /** Default: `first`, or `visit` with a host. */
    reason: Type.Optional(Type.Enum(PASS_REASONS)),
    /** Whom the guest visits; a visit needs it (N11). */
    host: Type.Optional(Id),
    firm: Type.Optional(Id),
    note: Type.Optional(ShortText),
  },
  closed,
);
export type IssueRequest = Static<typeof IssueRequest>;

/** Why a pass may have to be replaced. */
export const REPLACE_REASONS = ['forgotten', 'lost', 'stolen', 'damaged'] as const;
export type ReplaceReason = (typeof REPLACE_REASONS)[number];

/**
 * Gives another tag in the place of a pass. A forgotten pass is only suspended until its stand-in ends
 * (R-076, D10); a lost, stolen or damaged one is over and its tag stays blocked.
 */
export const ReplaceRequest = Type.Object(
  {
    operation: Type.Literal('replace'),
    pass: Id,
    tag: Id,
    reason: Type.Enum(REPLACE_REASONS),
    /** The stand-in for a forgotten pass: default `temporary`. */
    type: Type.Optional(Type.Enum(['temporary', 'oneOff'])),
    /** The end of the stand-in: default today. */
    validTo: Type.Optional(LocalDateTime),
    /** Whose penalty policy counts: default the firm of the pass, or the only employer. */
    firm: Type.Optional(Id),
    note: Type.Optional(ShortText),
  },
  closed,
);
export type ReplaceRequest = Static<typeof ReplaceRequest>;

/** Ends a pass: it came back, or it never will. */
export const ReturnRequest = Type.Object(
  {
    operation: Type.Literal('return'),
    /** One of the two: the pass, or the tag that lies on the desk. */
    pass: Type.Optional(Id),
    tag: Type.Optional(Id),
    /** Default: `returned`. */
    end: Type.Optional(Type.Enum(['returned', 'lost', 'stolen', 'damaged', 'other'])),
    note: Type.Optional(ShortText),
  },
  closed,
);
export type ReturnRequest = Static<typeof ReturnRequest>;

/** Forgives the points of one replacement (N9). */
export const WaiveRequest = Type.Object(
  {
    operation: Type.Literal('waive'),
    /** The pass that was given instead of the lost or forgotten one. */
    pass: Id,
    reason: Type.String({ minLength: 1, maxLength: 256 }),
  },
  closed,
);
export type WaiveRequest = Static<typeof WaiveRequest>;

export const PassRequest = Type.Union([IssueRequest, ReplaceRequest, ReturnRequest, WaiveRequest]);
export type PassRequest = Static<typeof PassRequest>;
