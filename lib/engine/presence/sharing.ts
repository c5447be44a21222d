import Type, { type Static } from 'typebox';
import type { Clock } from '../../model/clock.ts';
import { Id, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';

/** Names of the settings that survive a restart. */
export const SHARING_SETTING = 'sharing';
export const CURSORS_SETTING = 'sharingCursors';

/** With whom positions are shared, and after how long a silence that is out of reach. */
export const SharingConfig = Type.Object(
  {
    /** The name of this gateway among the others. */
    gateway: Id,
    peers: Type.Array(Id, { maxItems: 256, uniqueItems: true }),
    /** Milliseconds. */
    limit: Type.Integer({ minimum: 1000, maximum: 3_600_000 }),
  },
  closed,
);
export type SharingConfig = Static<typeof SharingConfig>;

const Cursor = Type.Object({
  /** Newest passage record of that gateway that is known here. */
  seq: Type.Integer({ minimum: 0 }),
  /** Its place in the history. */
  placed: Type.Integer({ minimum: 0 }),
});
export type Cursor = Static<typeof Cursor>;

const config = parser(SharingConfig);
const cursors = parser(Type.Record(Type.String(), Cursor));

/** Which other gateways are in reach, and what is known of theirs. After a start none is, until it is heard. */
export class Sharing {
  readonly #clock: Clock;
  readonly #heard = new Map<string, number>();
  #config: SharingConfig | undefined;
  #cursors: Readonly<Record<string, Cursor>> = {};

  constructor(clock: Clock, settings: Readonly<Record<string, string>>) {
    this.#clock = clock;
    const stored = read(settings[SHARING_SETTING]);
    if (config.check(stored)) this.#config = stored;
    const known = read(settings[CURSORS_SETTING]);
    if (cursors.check(known)) this.#cursors = known;
  }

  get config(): SharingConfig | undefined {
    return this.#config;
  }

  get cursors(): Readonly<Record<string, Cursor>> {
    return this.#cursors;
  }

  configure(next: SharingConfig): void {
    this.#config = next;
  }

  heard(gateway: string): void {
    this.#heard.set(gateway, this.#clock.monotonic());
  }

  advance(gateway: string, cursor: Cursor): void {
    this.#cursors = { ...this.#cursors, [gateway]: cursor };
  }

  /** The other gateways that have been silent for too long. */
  get missing(): string[] {
    if (this.#config === undefined) return [];
    const since = this.#clock.monotonic() - this.#config.limit;
    return this.#config.peers.filter((peer) => (this.#heard.get(peer) ?? -Infinity) < since);
  }
}

function read(stored: string | undefined): unknown {
  return stored === undefined ? undefined : JSON.parse(stored);
}
