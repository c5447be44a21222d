import Type, { type Static } from 'typebox';
import { Attributes, Id, LocalDateTime, Name, ShortText, closed } from './fields.ts';

/** The subject of passage. Validity is local to the site, to the second, end exclusive. */
export const Person = Type.Object(
  {
    id: Id,
    name: Name,
    department: Type.Optional(ShortText),
    employeeNumber: Type.Optional(ShortText),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('disabled')])),
    validFrom: Type.Optional(LocalDateTime),
    validTo: Type.Optional(LocalDateTime),
    /** Anti-passback is not applied to this person, for example a guard on rounds. */
    antiPassbackExempt: Type.Optional(Type.Boolean()),
    groups: Type.Optional(Type.Array(Id, { maxItems: 64, uniqueItems: true })),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Person = Static<typeof Person>;

/**
 * People who share rights. Members of a `breakGlass` group (N3) pass every access point with a valid
 * credential, whatever schedules, levels and door modes say; each such passage is an alarm event.
 */
export const Group = Type.Object(
  {
    id: Id,
    name: Name,
    breakGlass: Type.Optional(Type.Boolean()),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Group = Static<typeof Group>;
