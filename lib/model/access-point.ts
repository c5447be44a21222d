import Type, { type Static } from 'typebox';
import { CredentialType } from './credential.ts';
import { Id, Name, closed } from './fields.ts';

/**
 * What has to be presented. Groups are alternatives, the types inside one group are all needed:
 * `[["card"], ["face"]]` is card or face, `[["card", "pin"]]` is card and PIN.
 */
export const SecurityLevel = Type.Object(
  {
    anyOf: Type.Array(Type.Array(CredentialType, { minItems: 1, maxItems: 4, uniqueItems: true }), {
      minItems: 1,
      maxItems: 8,
    }),
    /** How many different people must identify themselves: 2 is the two-person rule. */
    persons: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 })),
  },
  closed,
);
export type SecurityLevel = Static<typeof SecurityLevel>;

/** The first entry whose schedule is open decides; an entry without schedule always applies. */
export const LevelRule = Type.Object({ schedule: Type.Optional(Id), level: SecurityLevel }, closed);
export type LevelRule = Static<typeof LevelRule>;

export const DIRECTIONS = ['in', 'out'] as const;
export const Direction = Type.Enum(DIRECTIONS);
export type Direction = Static<typeof Direction>;

/** One direction of one door or turnstile, as its config node describes it. */
export const AccessPoint = Type.Object(
  {
    id: Id,
    name: Name,
    direction: Direction,
    zoneFrom: Type.Optional(Id),
    zoneTo: Type.Optional(Id),
    /** One reader for both ways: whoever is behind it comes back, everybody else goes as described. */
    directionByPosition: Type.Optional(Type.Boolean()),
    enabled: Type.Boolean(),
    /** Credential types the hardware can read. */
    supports: Type.Array(CredentialType, { minItems: 1, uniqueItems: true }),
    levels: Type.Array(LevelRule, { minItems: 1, maxItems: 16 }),
    /** Time to present the next factor or the second person, in milliseconds. */
    factorTimeout: Type.Integer({ minimum: 1000, maximum: 60000 }),
    /** How long a grant may be acted on, in milliseconds. */
    grantLife: Type.Integer({ minimum: 500, maximum: 10000 }),
    /** Whether a request to exit at this access point is granted without a credential. */
    requestToExit: Type.Boolean(),
    /** A door without a passage sensor: granted counts as passed, with `confirmed: false` (D18). */
    grantedCountsAsPassed: Type.Boolean(),
    /**
     * An exit for goods: who has a deal that is not cleared does not pass. Only for direction `out`, and
     * only for people who identify themselves: a request to exit and a fire are never held up.
     */
    release: Type.Optional(Type.Enum(['required'])),
  },
  closed,
);
export type AccessPoint = Static<typeof AccessPoint>;
