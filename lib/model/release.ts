import Type, { type Static } from 'typebox';
import { Attributes, Id, Instant, Name, ShortText, closed } from './fields.ts';

/** What may have happened to a deal, each with its time. */
export const DEAL_MARKS = ['goods', 'documents', 'payment', 'permission'] as const;
export const DealMark = Type.Enum(DEAL_MARKS);
export type DealMark = Static<typeof DealMark>;

/** What the visitor is to the firm. */
export const DEAL_ROLES = ['buyer', 'supplier'] as const;
export const DealRole = Type.Enum(DEAL_ROLES);
export type DealRole = Static<typeof DealRole>;

/** When one deal lets its visitor leave. */
export const ReleaseCondition = Type.Object(
  {
    /** One mark of each group is needed: `[["goods"], ["payment", "permission"]]`. */
    all: Type.Array(Type.Array(DealMark, { minItems: 1, maxItems: 4, uniqueItems: true }), {
      maxItems: 4,
    }),
    /** Minutes after the newest mark of these groups in which the exit has to be granted. */
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
  },
  closed,
);
export type ReleaseCondition = Static<typeof ReleaseCondition>;

/** When a firm lets its buyers and suppliers leave; default: all marks of the role. */
export const ReleaseRules = Type.Object(
  { buyer: Type.Optional(ReleaseCondition), supplier: Type.Optional(ReleaseCondition) },
  closed,
);
export type ReleaseRules = Static<typeof ReleaseRules>;

/** That a visitor buys from a firm or delivers to it (Visitors#Buyer#Firm, Visitors#Supplier#Firm). */
export const Deal = Type.Object(
  {
    id: Id,
    person: Id,
    firm: Id,
    role: DealRole,
    openedAt: Instant,
    /** When each mark was set; absent means not yet. */
    marks: Type.Object(
      {
        goods: Type.Optional(Instant),
        documents: Type.Optional(Instant),
        payment: Type.Optional(Instant),
        permission: Type.Optional(Instant),
      },
      closed,
    ),
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

/** A guard lets a visitor out although deals are not cleared: one exit, within a time (D12). */
export interface ReleaseOverride {
  id: string;
  person: string;
  /** Only the deals of this firm; all of them if absent. */
  firm?: string;
  reason: string;
  author: string;
  at: number;
  /** Milliseconds since 1970 UTC; from then on it counts no more. */
  expires: number;
}

/** What one open deal says about the exit of its visitor. */
export interface DealState {
  deal: string;
  firm: { id: string; name: string };
  role: DealRole;
  reference?: string;
  cleared: boolean;
  /** One mark of each of these groups is missing. */
  missing: DealMark[][];
  /** With a time limit, once nothing is missing: the exit has to be granted before this instant. */
  until?: number;
  /** Nothing is missing and yet not cleared: the time is over, or no clock tells whether it is. */
  why?: 'late' | 'clock';
  /** A guard has let it pass. */
  overridden?: true;
}

/** Whether a visitor may leave now with what he has (R-058, N8). */
export interface ReleaseState {
  person: string;
  allowed: boolean;
  deals: DealState[];
}
