import Type, { type Static } from 'typebox';
import { Id, Instant, Name, ShortText, closed } from './fields.ts';
import { DealMark, type DealState } from './release.ts';

/** Whoever asks for a firm sees and changes only what is that firm's. */
export const FirmScope = Type.Object({ firm: Id }, closed);
export type FirmScope = Static<typeof FirmScope>;

/** How an accounting system names its documents: at most 64 characters. */
export const MarkKey = Name;

/**
 * Sets a mark of a deal, or takes it away. The deal is named by its id, or by a firm and the number of the deal in
 * the firm's own books.
 */
export const MarkRequest = Type.Object(
  {
    deal: Type.Optional(Id),
    firm: Type.Optional(Id),
    reference: Type.Optional(Name),
    mark: DealMark,
    /** False takes the mark away; default true. */
    set: Type.Optional(Type.Boolean()),
    /** When it happened; default now, and never later than now. */
    at: Type.Optional(Instant),
    /** The document that says so. The same key of the same source and firm counts once, however often it comes. */
    key: MarkKey,
    /** The system that says so, such as `1C` or `pos-2`. */
    source: Name,
    author: Name,
    scope: Type.Optional(FirmScope),
  },
  closed,
);
export type MarkRequest = Static<typeof MarkRequest>;

/** What a mark has led to; the same again for a repetition. */
export interface MarkAnswer {
  mark: DealMark;
  set: boolean;
  /** When it happened, as it was recorded. */
  at: number;
  /** The deal as it stood after the mark. */
  state: DealState;
}

/** A guard lets a visitor out once. */
export const OverrideRequest = Type.Object(
  {
    person: Id,
    reason: Type.String({
      ...ShortText,
      minLength: 1,
      pattern: '^[^\\u0000-\\u001f\\u007f]*\\S[^\\u0000-\\u001f\\u007f]*$',
    }),
    author: Name,
    /** How long the exit may take; default 15. */
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 480 })),
    /** Overrides only the deals of this firm. */
    scope: Type.Optional(FirmScope),
  },
  closed,
);
export type OverrideRequest = Static<typeof OverrideRequest>;

export const ReleaseQuery = Type.Object({ person: Id, scope: Type.Optional(FirmScope) }, closed);
export type ReleaseQuery = Static<typeof ReleaseQuery>;

/** Open deals in the order of their ids. */
export const OpenDealsQuery = Type.Object(
  {
    person: Type.Optional(Id),
    firm: Type.Optional(Id),
    reference: Type.Optional(Name),
    /** Only those after this id. */
    after: Type.Optional(Id),
    /** At most this many, 1 to 1000, default 100. */
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    scope: Type.Optional(FirmScope),
  },
  closed,
);
export type OpenDealsQuery = Static<typeof OpenDealsQuery>;

/** A deal in the list of open ones. */
export interface OpenDeal extends DealState {
  person: string;
  openedAt: number;
  marks: Partial<Record<DealMark, number>>;
}
