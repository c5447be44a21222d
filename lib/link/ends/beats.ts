import { randomBytes } from 'node:crypto';
import Type, { type Static } from 'typebox';
import type { Clock } from '../../model/clock.ts';
import { closed } from '../../model/fields.ts';

/** A moment of a gateway, named by itself: whoever answers with it has written after that moment. */
export const Beat = Type.Object(
  {
    /** Made anew for each connection: what was meant for an older one is worth nothing. */
    session: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
    number: Type.Integer({ minimum: 1 }),
  },
  closed,
);
export type Beat = Static<typeof Beat>;

/** Milliseconds between two beats: by so much at most a message is taken for older than it is. */
export const BEAT_INTERVAL = 1000;
/** Beats that are remembered: older ones are older than the life of any command. */
const REMEMBERED = 32;

/**
 * The clock that a gateway and a server share without trusting each other's: the gateway sends numbered beats, a
 * command names the newest one that the server has seen, and its age is how long ago that beat was sent, by the
 * gateway's own monotonic clock. Wrong wall clocks neither block nor replay (F-33).
 */
export class Beats {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #session = '';
  #number = 0;
  /** When each of the newest beats was sent, by number. */
  #sentAt = new Map<number, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** A connection begins. */
  begin(): void {
    this.#session = randomBytes(16).toString('base64url');
    this.#number = 0;
    this.#sentAt = new Map();
  }

  /** The connection is gone: nothing that still arrives over it counts. */
  end(): void {
    this.#session = '';
    this.#sentAt.clear();
  }

  /** The beat to be sent now. Call `begin` first. */
  next(): Beat {
    this.#number += 1;
    this.#sentAt.set(this.#number, this.#clock.monotonic());
    this.#sentAt.delete(this.#number - REMEMBERED);
    return { session: this.#session, number: this.#number };
  }

  /** The beat that was sent last on this connection; undefined without one. */
  get newest(): Beat | undefined {
    if (this.#session === '' || this.#number === 0) return undefined;
    return { session: this.#session, number: this.#number };
  }

  /** Milliseconds since a beat was sent: at least the age of what names it. Undefined if it is not of this connection. */
  age({ session, number }: Beat): number | undefined {
    if (session === '' || session !== this.#session) return undefined;
    const sentAt = this.#sentAt.get(number);
    return sentAt === undefined ? undefined : this.#clock.monotonic() - sentAt;
  }
}
