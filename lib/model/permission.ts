import Type, { type Static } from 'typebox';
import { Attributes, Id, LocalDateTime, Name, closed } from './fields.ts';

/** Who: one person, one group, or everyone known to the site. */
export const PermissionSubject = Type.Union([
  Type.Object({ person: Id }, closed),
  Type.Object({ group: Id }, closed),
  Type.Object({ everyone: Type.Literal(true) }, closed),
]);
export type PermissionSubject = Static<typeof PermissionSubject>;

/** Where: one access point, every access point that leads into a zone, or the whole site. */
export const PermissionTarget = Type.Union([
  Type.Object({ accessPoint: Id }, closed),
  Type.Object({ zone: Id }, closed),
  Type.Object({ everywhere: Type.Literal(true) }, closed),
]);
export type PermissionTarget = Static<typeof PermissionTarget>;

/**
 * Who may enter where and when. Each grant is a row of its own with its source (D17): the
 * effective right is the evaluation over all rows, a `deny` that applies now beats every `allow`.
 */
export const Permission = Type.Object(
  {
    id: Id,
    effect: Type.Optional(Type.Union([Type.Literal('allow'), Type.Literal('deny')])),
    subject: PermissionSubject,
    target: PermissionTarget,
    schedule: Type.Optional(Id),
    validFrom: Type.Optional(LocalDateTime),
    validTo: Type.Optional(LocalDateTime),
    source: Type.Optional(Name),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Permission = Static<typeof Permission>;
