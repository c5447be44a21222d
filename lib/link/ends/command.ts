import Type, { type Static } from 'typebox';
import { Id, Name, ShortText, closed } from '../../model/fields.ts';
import { Beat } from './beats.ts';

const DoorMode = Type.Enum([
  'lock',
  'unlock',
  'block',
  'lockDown',
  'lockDownRelease',
  'lockOpen',
  'lockOpenRelease',
]);

/** What a server may want of a gateway (N1). */
const Order = Type.Union([
  Type.Object({ kind: Type.Literal('open'), accessPoint: Id }, closed),
  Type.Object(
    {
      kind: Type.Literal('mode'),
      mode: DoorMode,
      group: Name,
      direction: Type.Optional(Type.Enum(['in', 'out'])),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('forgive'), person: Type.Optional(Id) }, closed),
  Type.Object(
    {
      kind: Type.Literal('capture'),
      accessPoint: Id,
      seconds: Type.Integer({ minimum: 5, maximum: 300 }),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('erase'),
      person: Id,
      /** Default: everything. */
      what: Type.Optional(Type.Enum(['biometrics', 'person'])),
    },
    closed,
  ),
]);

/** Longest life of a command, in milliseconds; a momentary opening is usually given 5 s. */
export const MAX_LIFE = 10_000;

/** A command, addressed, fresh and for one use. */
export const RemoteCommand = Type.Object(
  {
    id: Id,
    site: Id,
    gateway: Id,
    order: Order,
    /** The newest beat of the gateway that the server had seen when it wrote this. */
    beat: Beat,
    /** Milliseconds from that beat in which the command may be carried out. */
    life: Type.Integer({ minimum: 1, maximum: MAX_LIFE }),
    author: Name,
    reason: Type.Optional(ShortText),
  },
  closed,
);
export type RemoteCommand = Static<typeof RemoteCommand>;
export type Order = Static<typeof Order>;
