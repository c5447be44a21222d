import Type, { type Static } from 'typebox';
import { Id, Instant, LocalDateTime, Name, closed } from './fields.ts';

/**
 * That a person was present, or was not, whatever the passages say (N12). Facts stay as they are: a
 * correction changes only what is accounted, and is itself changed by nothing but a later correction.
 */
export const TimeCorrection = Type.Object(
  {
    id: Id,
    person: Id,
    /** The firm for whose account it counts; absent: for every employer. */
    firm: Type.Optional(Id),
    /** Local to the site; the end is exclusive. A bare date stands for its whole day. */
    from: LocalDateTime,
    to: LocalDateTime,
    /** `true`: was present from `from` to `to`, which also settles an unseen entry or exit in it. */
    present: Type.Boolean(),
    reason: Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
    author: Name,
    /** When it was made. Of two corrections of the same minute the later one holds. */
    at: Instant,
  },
  closed,
);
export type TimeCorrection = Static<typeof TimeCorrection>;
