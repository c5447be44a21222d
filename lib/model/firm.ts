import Type, { type Static } from 'typebox';
import { AccountingRules } from './accounting.ts';
import { Attributes, Id, LocalDate, Name, ShortText, closed } from './fields.ts';
import { ReleaseRules } from './release.ts';

/** What a firm is to people: employer of its staff, supplier of its buyers, buyer of its suppliers. */
export const FIRM_ROLES = ['employer', 'supplier', 'buyer'] as const;

const Points = Type.Integer({ minimum: 0, maximum: 1000 });

/** Points for lost and forgotten passes, and what they lead to (R-079, N9). */
export const PenaltyPolicy = Type.Object(
  {
    /** Points for each reason for which a pass was replaced. */
    weights: Type.Object(
      {
        forgotten: Type.Optional(Points),
        lost: Type.Optional(Points),
        damaged: Type.Optional(Points),
      },
      closed,
    ),
    /** Points older than this count no more, in days. */
    days: Type.Integer({ minimum: 1, maximum: 3660 }),
    threshold: Type.Integer({ minimum: 1, maximum: 100_000 }),
    /** At the threshold: an event for the administrator, or also no further replacement. */
    action: Type.Enum(['report', 'refuse']),
  },
  closed,
);
export type PenaltyPolicy = Static<typeof PenaltyPolicy>;

/** The landlord or a tenant; one firm may have several roles. */
export const Firm = Type.Object(
  {
    id: Id,
    name: Name,
    roles: Type.Array(Type.Enum(FIRM_ROLES), { minItems: 1, maxItems: 3, uniqueItems: true }),
    accounting: Type.Optional(AccountingRules),
    release: Type.Optional(ReleaseRules),
    penalty: Type.Optional(PenaltyPolicy),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Firm = Static<typeof Firm>;

/** That a person works for a firm, for a time. One person may have several employers. */
export const Employment = Type.Object(
  {
    id: Id,
    person: Id,
    firm: Id,
    validFrom: Type.Optional(LocalDate),
    /** Last day. */
    validTo: Type.Optional(LocalDate),
    /** For example `full-time`, `part-time`, `shift`: in the firm's own words. */
    workMode: Type.Optional(ShortText),
    /** Whether the person may come on days without a plan; default no. */
    nonWorkingDays: Type.Optional(Type.Boolean()),
    /** Which employer a minute belongs to when several plans cover it: the lowest number wins. */
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Employment = Static<typeof Employment>;
