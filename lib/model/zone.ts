import Type, { type Static } from 'typebox';
import { Attributes, Id, Name, TimeOfDay, closed } from './fields.ts';

/**
 * What keeps one credential from being used twice in a row (standard kinds: hard, soft, timed, nested). `hard`
 * refuses and `soft` grants and reports; both at every access point that leads into or out of the zone. `off`
 * leaves the position alone, for a zone with `minutes` or `nested` only, which then refuse. A position that is
 * not known counts as anywhere.
 */
export const AntiPassback = Type.Object(
  {
    mode: Type.Enum(['hard', 'soft', 'off']),
    /** Nobody may enter again for so many minutes after entering, whatever the position. Ways out are free. */
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
    /** The zone may be entered only by those who are in its parent or below it. */
    nested: Type.Optional(Type.Boolean()),
    /** Every position in the zone and below it is forgotten at this time of day, by the site's wall clock. */
    resetAt: Type.Optional(TimeOfDay),
    /** Entry while the shared positions are out of reach: `deny`, or `grant` and report. Exit is never denied. */
    unreachable: Type.Optional(Type.Enum(['deny', 'grant'])),
  },
  closed,
);
export type AntiPassback = Static<typeof AntiPassback>;

/** How many people may be inside. Levels are reported at 85, 95 and 100 % of the limit. */
export const Occupancy = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100_000 }),
    /** What happens at the limit: nobody more gets in, or it is only reported. */
    full: Type.Enum(['deny', 'report']),
  },
  closed,
);
export type Occupancy = Static<typeof Occupancy>;

/** A protected part of the site; a zone without parent borders on the outside. */
export const Zone = Type.Object(
  {
    id: Id,
    name: Name,
    parent: Type.Optional(Id),
    antiPassback: Type.Optional(AntiPassback),
    occupancy: Type.Optional(Occupancy),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Zone = Static<typeof Zone>;
