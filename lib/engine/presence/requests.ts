import Type from 'typebox';
import { Direction } from '../../model/access-point.ts';
import { Passage } from '../../model/decision.ts';
import { Id, Instant, Name, ShortText, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { FirmScope } from '../../model/release-requests.ts';
import { SharingConfig } from './sharing.ts';

const Limit = Type.Integer({ minimum: 1, maximum: 10_000 });
const Seq = Type.Integer({ minimum: 0 });
const MaybeId = Type.Optional(Id);
const MaybeInstant = Type.Optional(Instant);
const MaybeScope = Type.Optional(FirmScope);
const Place = Type.Optional(Type.Union([Id, Type.Null()]));

/** Everything about positions that comes in through the engine's interface is checked here first. */
export const position = parser(
  Type.Object({ person: MaybeId, tag: MaybeId, at: MaybeInstant, scope: MaybeScope }, closed),
);
export const muster = parser(
  Type.Object({ zone: MaybeId, firm: MaybeId, at: MaybeInstant, scope: MaybeScope }, closed),
);
export const stays = parser(
  Type.Object(
    {
      from: Instant,
      to: Instant,
      person: MaybeId,
      zone: MaybeId,
      tag: MaybeId,
      after: Type.Optional(Seq),
      limit: Type.Optional(Limit),
      scope: MaybeScope,
    },
    closed,
  ),
);
export const transits = parser(
  Type.Object(
    {
      from: Instant,
      to: Instant,
      person: MaybeId,
      accessPoint: MaybeId,
      unresolved: Type.Optional(Type.Boolean()),
      limit: Type.Optional(Limit),
      scope: MaybeScope,
    },
    closed,
  ),
);
export const forgive = parser(
  Type.Object(
    { person: MaybeId, zone: MaybeId, author: Name, reason: Type.Optional(ShortText) },
    closed,
  ),
);

const Correction = Type.Object(
  {
    corrects: MaybeId,
    person: MaybeId,
    tag: MaybeId,
    accessPoint: MaybeId,
    direction: Type.Optional(Direction),
    outcome: Type.Optional(Type.Enum(['taken', 'notTaken'])),
    at: MaybeInstant,
    zoneFrom: Place,
    zoneTo: Place,
  },
  closed,
);
export const correct = parser(
  Type.Object(
    {
      corrections: Type.Array(Correction, { minItems: 1, maxItems: 1000 }),
      author: Name,
      reason: Type.String({
        minLength: 1,
        maxLength: 256,
        pattern: '^[^\\u0000-\\u001f\\u007f]+$',
      }),
    },
    closed,
  ),
);

export const sharing = parser(SharingConfig);
export const own = parser(Type.Object({ after: Type.Optional(Seq), limit: Limit }, closed));
export const heard = parser(Type.Object({ gateway: Id, upTo: Seq }, closed));
export const batch = parser(
  Type.Object(
    {
      gateway: Id,
      after: Seq,
      upTo: Seq,
      passages: Type.Array(
        Type.Object({ passage: Passage, clock: Type.Enum(['trusted', 'untrusted']) }, closed),
        { maxItems: 1000 },
      ),
    },
    closed,
  ),
);
