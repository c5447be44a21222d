import Type from 'typebox';
import { Attempt } from '../model/attempt.ts';
import { CredentialType } from '../model/credential.ts';
import { COMMAND_ACTIONS, Passage } from '../model/decision.ts';
import { Change, ENTITY_KINDS } from '../model/entity.ts';
import { Id, Instant, LocalDate, LocalDateTime, Name, ShortText, closed } from '../model/fields.ts';
import { parser } from '../model/parse.ts';
import {
  MarkRequest,
  OpenDealsQuery,
  OverrideRequest,
  ReleaseQuery,
} from '../model/release-requests.ts';
import { PassRequest } from '../model/pass-request.ts';
import { EVENT_CATEGORIES, STREAMS } from '../model/record.ts';
import { EngineConfig } from '../model/site.ts';

const Limit = Type.Integer({ minimum: 1, maximum: 1000 });
const Stream = Type.Enum(STREAMS);
/** Longer fields would make a log that nobody can read (T-19). */
const Detail = Type.Union([
  Type.String({ maxLength: 1024 }),
  Type.Number(),
  Type.Boolean(),
  Type.Null(),
]);

/** Everything that comes in through the engine's interface is checked here first. */
export const attempt = parser(Attempt);
export const config = parser(EngineConfig);
export const passage = parser(Passage);

export const event = parser(
  Type.Object(
    {
      category: Type.Enum(EVENT_CATEGORIES),
      code: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,63}$' }),
      accessPoint: Type.Optional(Id),
      author: Type.Optional(Name),
      details: Type.Optional(
        Type.Record(Type.String({ maxLength: 64 }), Detail, { maxProperties: 32 }),
      ),
    },
    closed,
  ),
);

export const command = parser(
  Type.Object(
    {
      decision: Type.Optional(Id),
      output: Id,
      action: Type.Enum(COMMAND_ACTIONS),
      duration: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 })),
    },
    closed,
  ),
);

export const result = parser(
  Type.Object(
    {
      command: Id,
      state: Type.Enum(['done', 'failed']),
      error: Type.Optional(Type.String({ maxLength: 256 })),
    },
    closed,
  ),
);

const Scope = Type.Object({ firm: Id }, closed);
const Options = { author: Name, scope: Type.Optional(Scope) };

export const change = parser(
  Type.Object(
    {
      changes: Type.Array(Change, { maxItems: 10_000 }),
      options: Type.Object({ ...Options, atomic: Type.Optional(Type.Boolean()) }, closed),
    },
    closed,
  ),
);

export const find = parser(
  Type.Object(
    {
      kind: Type.Enum(ENTITY_KINDS),
      id: Type.Optional(Id),
      text: Type.Optional(ShortText),
      person: Type.Optional(Id),
      group: Type.Optional(Id),
      firm: Type.Optional(Id),
      tag: Type.Optional(Id),
      from: Type.Optional(LocalDate),
      to: Type.Optional(LocalDate),
      due: Type.Optional(LocalDateTime),
      open: Type.Optional(Type.Literal(true)),
      credential: Type.Optional(
        Type.Object({ type: CredentialType, value: Type.String({ maxLength: 512 }) }, closed),
      ),
      scope: Type.Optional(Scope),
      after: Type.Optional(Id),
      limit: Type.Optional(Limit),
    },
    closed,
  ),
);

export const pass = parser(
  Type.Object({ request: PassRequest, options: Type.Object(Options, closed) }, closed),
);
export const unreturned = parser(
  Type.Object(
    {
      firm: Type.Optional(Id),
      scope: Type.Optional(Scope),
      after: Type.Optional(Id),
      limit: Type.Optional(Limit),
    },
    closed,
  ),
);
export const penalty = parser(
  Type.Object({ person: Id, firm: Id, scope: Type.Optional(Scope) }, closed),
);

export const explain = parser(
  Type.Object({ person: Id, accessPoint: Id, at: Type.Optional(Instant) }, closed),
);

export const read = parser(
  Type.Object({ stream: Stream, after: Type.Integer({ minimum: 0 }), limit: Limit }, closed),
);
export const recent = parser(Type.Object({ stream: Stream, limit: Limit }, closed));
export const acknowledge = parser(
  Type.Object({ stream: Stream, seq: Type.Integer({ minimum: 0 }) }, closed),
);
export const level = parser(Type.Object({ accessPoint: Id }, closed));
export const schedule = parser(Type.Object({ schedule: Id }, closed));
export const opening = parser(
  Type.Object({ accessPoint: Id, cause: Type.Enum(['mode', 'fire']) }, closed),
);
export const backup = parser(
  Type.Object({ file: Type.String({ minLength: 1, maxLength: 4096 }) }, closed),
);
export const mark = parser(MarkRequest);
export const override = parser(OverrideRequest);
export const releaseQuery = parser(ReleaseQuery);
export const openDeals = parser(OpenDealsQuery);
export const author = parser(Type.Object({ author: Name }, closed));
