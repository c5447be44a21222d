import Type, { type Static } from 'typebox';
import { Attributes, Id, Instant, Name, ShortText, closed } from './fields.ts';

/** What may have happened to a deal, each with its time. */
export const DEAL_MARKS = ['goods', 'documents', 'payment', 'permission'] as const;
export const DealMark = Type.Enum(DEAL_MARKS);
export type DealMark = Static<typeof DealMark>;

const Condition = Type.Object(
  {
    /** One mark of each group is needed: `[["goods"], ["payment", "permission"]]`. */
    all: Type.Array(Type.Array(DealMark, { minItems: 1, maxItems: 4, uniqueItems: true }), {
      maxItems: 4,
    }),
    /** Minutes after the last needed mark in which the exit must happen. */
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
  },
  closed,
);

/** When a firm lets its buyers and suppliers leave; default: all marks of the role. */
export const ReleaseRules = Type.Object(
  { buyer: Type.Optional(Condition), supplier: Type.Optional(Condition) },
  closed,
);
export type ReleaseRules = Static<typeof ReleaseRules>;

/** That a visitor buys from a firm or delivers to it (Visitors#Buyer#Firm, Visitors#Supplier#Firm). */
export const Deal = Type.Object(
  {
    id: Id,
    person: Id,
    firm: Id,
    role: Type.Enum(['buyer', 'supplier']),
    openedAt: Instant,
    /** When each mark was set; absent means not yet. */
    marks: Type.Record(DealMark, Instant, closed),
    /** Number of the deal in the firm's own books. */
    reference: Type.Optional(Name),
    /** When the visitor left with it, or it was called off. */
    closedAt: Type.Optional(Instant),
    note: Type.Optional(ShortText),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Deal = Static<typeof Deal>;
