import Type, { type Static } from 'typebox';
import { Attributes, Id, Instant, Name, closed } from './fields.ts';

/** Which two things a service record is about: a lock on a door, a reader on a turnstile, a key of a lock. */
export const FITTING_LINKS = ['lock-door', 'reader-turnstile', 'key-lock'] as const;
/** What was done; receipt and loss are those of a key. */
export const FITTING_EVENTS = [
  'installation',
  'repair',
  'replacement',
  'removal',
  'receipt',
  'loss',
] as const;

/**
 * A line of the journal of device service: what was done to a part of a host, when and by whom
 * (Lock#Door, Door#Lock, Turnstile#Readers, Locks#Keys: ).
 */
export const Fitting = Type.Object(
  {
    id: Id,
    link: Type.Enum(FITTING_LINKS),
    /** The lock, reader or key. */
    part: Id,
    /** The door, turnstile or lock that it belongs to. */
    host: Id,
    event: Type.Enum(FITTING_EVENTS),
    at: Instant,
    /** Who did it, or who received or lost the key. */
    by: Type.Optional(Name),
    /** Where it was installed, in the coordinates of the site's own plans. */
    coordinates: Type.Optional(Type.Array(Type.Number(), { minItems: 1, maxItems: 8 })),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Fitting = Static<typeof Fitting>;
