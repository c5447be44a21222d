import type { Clock } from '../../model/clock.ts';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { parser } from '../../model/parse.ts';
import { Beat } from '../ends/beats.ts';
import { GatewayState, HELLO_EVERY, type Hello } from './gateway-state.ts';
import { Instances } from './instances.ts';
import type { ServerEnd } from '../ends/server-end.ts';

/** What the server knows of a gateway's connection. */
export interface GatewaySight {
  gateway: string;
  online: boolean;
  /** Wall time of the last beat or state, milliseconds since 1970 UTC by the server. */
  lastContact: number;
  version?: string;
  /** Milliseconds by which the server's clock is ahead of the gateway's. */
  drift?: number;
  /** A second device uses this gateway's identity, and is the one that is connected. */
  duplicate: boolean;
}

interface WatchEvents {
  /** A gateway has come or gone, or says something new of itself. */
  change: GatewaySight;
  /** Two devices use one identity. */
  duplicate: { gateway: string };
}

export interface WatchOptions {
  end: ServerEnd;
  clock: Clock;
  /** Whether the server trusts its own clock now. */
  isClockTrusted: () => boolean;
}

/** A gateway that was silent for so long, in milliseconds, is gone. */
const SILENCE = 15_000;
const LOOK_EVERY = 2500;

interface Seen extends GatewaySight {
  instances: Instances;
  connection: number;
  /** When the last beat came, on the monotonic clock. */
  beatAt: number;
}

const gatewayState = parser(GatewayState);
const beatParser = parser(Beat);

/** Keeps an eye on all gateways of a site: answers their beats, and knows who is there and whether twice. */
export class GatewayWatch {
  readonly #options: WatchOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #events = createEmitter<WatchEvents>();
  readonly on: Emitter<WatchEvents>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #ends: (() => void)[];
  readonly #look: NodeJS.Timeout;

  constructor(options: WatchOptions) {
    this.#options = options;
    const { end } = options;
    this.#ends = [
      end.on('state', ({ gateway, content }) => {
        if (gatewayState.check(content)) this.#takeState(gateway, content);
      }),
      end.on('beat', ({ gateway, content }) => {
        if (beatParser.check(content)) this.#takeBeat(gateway, content);
      }),
    ];
    this.#look = setInterval(() => {
      this.#missTheSilent();
    }, LOOK_EVERY);
  }

  /** In the order in which they were seen first since the server has started. */
  get list(): GatewaySight[] {
    return [...this.#seen.values()].map(sightOf);
  }

  /** A gateway was paired anew or revoked: what is known of it belongs to the past. */
  forget(gateway: string): void {
    this.#seen.delete(gateway);
    this.#options.end.fence(gateway, false);
  }

  close(): void {
    clearInterval(this.#look);
    for (const end of this.#ends) end();
  }

  #takeState(gateway: string, state: GatewayState): void {
    const seen = this.#see(gateway);
    if (state.online) {
      this.#arrive(seen, state);
    } else {
      // A will that comes late, after the gateway is back, says nothing.
      const isCurrent = seen.instances.current === state.instance;
      if (!isCurrent || seen.connection !== state.connection) return;
      seen.online = false;
    }
    Object.assign(seen, { version: state.version });
    if (state.drift !== undefined) seen.drift = state.drift;
    this.#events.emit('change', sightOf(seen));
  }

  #arrive(seen: Seen, { instance, connection }: GatewayState): void {
    const isNews = seen.instances.arrive(instance);
    seen.connection = connection;
    seen.online = true;
    seen.duplicate = seen.instances.isCopy;
    this.#options.end.fence(seen.gateway, seen.duplicate);
    if (isNews) this.#events.emit('duplicate', { gateway: seen.gateway });
  }

  #takeBeat(gateway: string, beat: Beat): void {
    const seen = this.#see(gateway);
    if (!seen.online) {
      seen.online = true;
      this.#events.emit('change', sightOf(seen));
    }
    if (beat.number % HELLO_EVERY === 1) this.#greet(seen, beat);
  }

  #greet({ gateway, duplicate }: Seen, beat: Beat): void {
    const { end, clock, isClockTrusted } = this.#options;
    const hello: Hello = {
      beat,
      at: clock.now(),
      trusted: isClockTrusted(),
      standing: duplicate ? 'duplicate' : 'welcome',
    };
    // The next one says it again.
    end.send(gateway, 'hello', hello).catch(() => undefined);
  }

  #see(gateway: string): Seen {
    const { clock } = this.#options;
    const seen = this.#seen.get(gateway) ?? stranger(gateway);
    this.#seen.set(gateway, seen);
    seen.lastContact = clock.now();
    seen.beatAt = clock.monotonic();
    return seen;
  }

  #missTheSilent(): void {
    const limit = this.#options.clock.monotonic() - SILENCE;
    for (const seen of this.#seen.values()) {
      if (!seen.online || seen.beatAt > limit) continue;
      seen.online = false;
      this.#events.emit('change', sightOf(seen));
    }
  }
}

function stranger(gateway: string): Seen {
  const instances = new Instances();
  const sight = { gateway, online: false, lastContact: 0, duplicate: false };
  return { ...sight, instances, connection: 0, beatAt: 0 };
}

function sightOf({ gateway, online, lastContact, version, drift, duplicate }: Seen): GatewaySight {
  return {
    gateway,
    online,
    lastContact,
    duplicate,
    ...(version === undefined ? {} : { version }),
    ...(drift === undefined ? {} : { drift }),
  };
}
