import Type, { type Static } from 'typebox';
import { Direction } from './access-point.ts';
import { Id, Instant, Name, ShortText, closed } from './fields.ts';
import { REASONS } from './reasons.ts';

export const OUTCOMES = ['granted', 'denied', 'unknown'] as const;
export const Outcome = Type.Enum(OUTCOMES);
/** `denied` is known and refused and final; `unknown` may be put to a server (D8). */
export type Outcome = (typeof OUTCOMES)[number];

/** What a guard must know about a grant or refusal besides its reasons. */
export const MARKS = ['duress', 'breakGlass', 'clockUntrusted'] as const;

/**
 * The answer to an attempt. `person` is there on success only (R-022, D5); a holder who is known but
 * refused stands in `matchedPersonId`. `validUntil` is wall time for people to read: the engine itself
 * counts the life of a grant on the monotonic clock.
 */
export const Decision = Type.Object(
  {
    id: Id,
    attempt: Id,
    accessPoint: Type.Optional(Id),
    direction: Type.Optional(Direction),
    outcome: Outcome,
    reasons: Type.Array(Type.Enum(REASONS), { maxItems: 32 }),
    /** The first reason in plain words, in the language of the site. */
    text: Type.Optional(Type.String({ maxLength: 256 })),
    by: Type.Enum(['local', 'server']),
    person: Type.Optional(Type.Object({ id: Id, name: Type.String() }, closed)),
    matchedPersonId: Type.Optional(Id),
    /** The credential by which the person was recognised, granted or not. */
    tag: Type.Optional(Id),
    /** Whom a guest visits, as the guest's pass says (N11). */
    host: Type.Optional(Id),
    /** The permission that granted, and where it came from. */
    grant: Type.Optional(
      Type.Object({ permission: Id, source: Type.Optional(Type.String()) }, closed),
    ),
    marks: Type.Optional(Type.Array(Type.Enum(MARKS), { maxItems: 3 })),
    at: Instant,
    validUntil: Instant,
  },
  closed,
);
export type Decision = Static<typeof Decision>;

export const COMMAND_ACTIONS = ['pulse', 'on', 'off', 'hold'] as const;
export const CommandAction = Type.Enum(COMMAND_ACTIONS);
export type CommandAction = (typeof COMMAND_ACTIONS)[number];

/** What a relay was told to do (D18: decision, command and passage are three records). */
export const Command = Type.Object(
  {
    id: Id,
    decision: Type.Optional(Id),
    output: Id,
    action: CommandAction,
    state: Type.Enum(['sent', 'done', 'failed']),
    at: Instant,
    /** Milliseconds, for a pulse. */
    duration: Type.Optional(Type.Integer({ minimum: 0 })),
    error: Type.Optional(Type.String({ maxLength: 256 })),
  },
  closed,
);
export type Command = Static<typeof Command>;

/**
 * That somebody really went through, or did not. A correction (N12) is a passage of its own with a reason
 * and an author: it stands in the place of the one that it `corrects`, or adds one that nobody saw.
 */
export const Passage = Type.Object(
  {
    id: Id,
    decision: Type.Optional(Id),
    accessPoint: Type.Optional(Id),
    person: Type.Optional(Id),
    direction: Type.Enum(['in', 'out', 'undefined']),
    outcome: Type.Enum(['taken', 'notTaken', 'forced', 'interrupted']),
    confirmed: Type.Boolean(),
    zoneFrom: Type.Optional(Id),
    zoneTo: Type.Optional(Id),
    at: Instant,
    /** The credential that served as the tag. */
    tag: Type.Optional(Id),
    /** Whom a guest visits (N11). */
    host: Type.Optional(Id),
    corrects: Type.Optional(Id),
    reason: Type.Optional(ShortText),
    author: Type.Optional(Name),
  },
  closed,
);
export type Passage = Static<typeof Passage>;
