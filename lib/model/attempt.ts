import Type, { type Static } from 'typebox';
import { Direction } from './access-point.ts';
import { CredentialType } from './credential.ts';
import { Id, Instant, Name, closed } from './fields.ts';

/**
 * One credential as it was presented. A secret (PIN) travels as `ref`, sealed for this process only,
 * never as `value`, so that no debug panel or log shows it.
 */
export const PresentedCredential = Type.Object(
  {
    type: CredentialType,
    value: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    ref: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
    /** The form in which the reader sent it, for example `H10301` or `rdm6300`. */
    format: Type.Optional(Name),
    reader: Type.Optional(Name),
    at: Instant,
  },
  closed,
);
export type PresentedCredential = Static<typeof PresentedCredential>;

/**
 * One attempt to pass: everything presented at an access point within the time limit. Without
 * credentials and with `requestToExit` it is a press of the exit button.
 */
export const Attempt = Type.Object(
  {
    id: Id,
    at: Instant,
    accessPoint: Type.Optional(Id),
    direction: Type.Optional(Direction),
    credentials: Type.Array(PresentedCredential, { maxItems: 4 }),
    requestToExit: Type.Optional(Type.Boolean()),
    /** Set when the time for the next factor or the second person ran out. */
    timedOut: Type.Optional(Type.Boolean()),
    snapshot: Type.Optional(Type.String({ maxLength: 256 })),
  },
  closed,
);
export type Attempt = Static<typeof Attempt>;
