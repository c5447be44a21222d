import Type, { type Static } from 'typebox';
import { Attributes, Id, Instant, LocalDateTime, Name, ShortText, closed } from './fields.ts';

export const PASS_TYPES = ['permanent', 'temporary', 'oneOff'] as const;
export const PASS_REASONS = [
  'first',
  'forgotten',
  'lost',
  'stolen',
  'damaged',
  'visit',
  'other',
] as const;

/**
 * That a person holds a tag, for a time (Tags#Visitors, Visitors#Tags: ). The history of a tag
 * is the list of its passes, of which at most one is active.
 */
export const Pass = Type.Object(
  {
    id: Id,
    /** The credential that serves as the tag. */
    tag: Id,
    person: Id,
    type: Type.Enum(PASS_TYPES),
    status: Type.Enum(['active', 'inactive']),
    validFrom: LocalDateTime,
    validTo: Type.Optional(LocalDateTime),
    /** Why the person got this tag. */
    reason: Type.Optional(Type.Enum(PASS_REASONS)),
    /** The pass in whose place it was given. */
    replaces: Type.Optional(Id),
    /** Whom a guest visits; named in every event of the pass (N11). */
    host: Type.Optional(Id),
    firm: Type.Optional(Id),
    /** When and why it became inactive. */
    endedAt: Type.Optional(LocalDateTime),
    end: Type.Optional(
      Type.Enum(['returned', 'exit', 'expired', 'forgotten', 'lost', 'stolen', 'damaged', 'other']),
    ),
    note: Type.Optional(ShortText),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Pass = Static<typeof Pass>;

/** That the penalty points of one replacement do not count, by whom and why (N9). */
export const Waiver = Type.Object(
  {
    id: Id,
    /** The pass that was given instead of the lost or forgotten one. */
    pass: Id,
    reason: ShortText,
    author: Name,
    at: Instant,
  },
  closed,
);
export type Waiver = Static<typeof Waiver>;
