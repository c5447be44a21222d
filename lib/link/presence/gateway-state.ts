import Type, { type Static } from 'typebox';
import { Instant, closed } from '../../model/fields.ts';
import { Beat } from '../ends/beats.ts';

/** What a gateway says of itself when it comes, and leaves behind as its will for when it is gone. */
export const GatewayState = Type.Object(
  {
    online: Type.Boolean(),
    /** Made anew at each start: two devices with one identity have two of them (F-20). */
    instance: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
    /** Counts the connections of the instance: a will counts for its own connection only. */
    connection: Type.Integer({ minimum: 1 }),
    /** Of the software. */
    version: Type.String({ minLength: 1, maxLength: 32 }),
    /** Milliseconds by which the server's clock is ahead of the gateway's, once that is known. */
    drift: Type.Optional(Type.Integer()),
  },
  closed,
);
export type GatewayState = Static<typeof GatewayState>;

/** The server's answer to a beat: that it is there, and how late it is by its clock. */
export const Hello = Type.Object(
  {
    /** The beat that is answered: by it the gateway knows how old this is. */
    beat: Beat,
    /** The server's wall clock. */
    at: Instant,
    /** Whether the server trusts its own clock. */
    trusted: Type.Boolean(),
    /** `duplicate`: another device was here before under this name, and the server listens to that one. */
    standing: Type.Enum(['welcome', 'duplicate']),
  },
  closed,
);
export type Hello = Static<typeof Hello>;

/** The server answers the first beat of a connection and then each tenth. */
export const HELLO_EVERY = 10;

const EXAMPLE_BEAT = { session: 'q83vEjRWeJCrze8SNFZ4kA', number: 11 };

export const examples = {
  state: {
    online: true,
    instance: 'VjRWeJCrze8SNFZ4kKvN7w',
    connection: 3,
    version: '0.1.0',
    drift: -412,
  } satisfies GatewayState,
  beat: EXAMPLE_BEAT satisfies Beat,
  hello: {
    beat: EXAMPLE_BEAT,
    at: 1_798_790_400_000,
    trusted: true,
    standing: 'welcome',
  } satisfies Hello,
};
