import path from 'node:path';
import { EmbeddedBroker, type BrokerOptions } from '../link/wire/broker.ts';
import { GatewayWatch, type GatewaySight } from '../link/presence/gateway-watch.ts';
import { loadIdentity, publicText } from '../link/trust/identity.ts';
import { MqttWire } from '../link/wire/mqtt-wire.ts';
import { PairingDesk } from '../link/trust/pairing-desk.ts';
import { CODE_LIFE } from '../link/trust/pairing.ts';
import { openReception } from '../link/ends/reception.ts';
import { Roster } from '../link/trust/roster.ts';
import { ServerEnd } from '../link/ends/server-end.ts';
import type { Wire } from '../link/wire/wire.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import { Id } from '../model/fields.ts';
import { parser } from '../model/parse.ts';
import type { EventEntry } from '../model/record.ts';
import { serverAccount, type BrokerAccess } from './link-account.ts';
import { LinkStates } from './link-states.ts';
import type { LinkApi, LinkState } from './link.ts';
import type { SiteApi } from './site.ts';

export type ServerBroker =
  { embedded: Pick<BrokerOptions, 'host' | 'port' | 'tls'> } | { external: BrokerAccess };

export interface ServerHostOptions {
  site: SiteApi;
  broker: ServerBroker;
  warn: (problem: string) => void;
  clock?: Clock;
}

/** A gateway as the administrator sees it. */
export interface ListedGateway extends Partial<GatewaySight> {
  gateway: string;
  /** Milliseconds since 1970 UTC. */
  pairedAt: number;
  online: boolean;
}

const idParser = parser(Id);

/** The server's end of a link, kept alive: broker or connection, the gateways that were taken in, and who is there. */
export class ServerHost implements LinkApi {
  readonly role = 'server';
  readonly site: SiteApi;
  readonly server: ServerEnd;
  readonly watch: GatewayWatch;
  readonly #options: ServerHostOptions;
  readonly #roster: Roster;
  readonly #desk: PairingDesk;
  readonly #broker: EmbeddedBroker | undefined;
  readonly #wire: Wire;
  readonly #closeReception: () => void;
  readonly #states = new LinkStates({ name: 'offline', reason: 'starting' });

  constructor(options: ServerHostOptions) {
    const { site, clock = systemClock } = options;
    this.#options = options;
    this.site = site;
    const folder = path.join(site.folder, 'link');
    const key = loadIdentity(path.join(folder, 'server.key'));
    this.#roster = new Roster(path.join(folder, 'gateways.json'));
    this.#desk = new PairingDesk(clock, publicText(key));
    const { wire, broker, open } = this.#createWire();
    this.#wire = wire;
    this.#broker = broker;
    const gatewayKey = (gateway: string): ReturnType<Roster['key']> => this.#roster.key(gateway);
    this.server = new ServerEnd({ site: site.settings.id, wire, key, gatewayKey, clock });
    const isClockTrusted = (): boolean => site.health?.clock === 'trusted';
    this.watch = new GatewayWatch({ end: this.server, clock, isClockTrusted });
    this.#closeReception = this.#openReception();
    this.#follow();
    open();
  }

  get state(): LinkState {
    return this.#states.state;
  }

  /** The port of the embedded broker while it is open. */
  get port(): number | undefined {
    return this.#broker?.port;
  }

  onState(listener: (state: LinkState) => void): () => void {
    return this.#states.onState(listener);
  }

  /**
   * A one-time code with which a gateway of this name is taken in, and its life in milliseconds. `given` is a code that
   * the gateway was told already.
   */
  invite(gateway: string, author: string, given?: string): { code: string; life: number } {
    const name = idParser.parse(gateway, 'gateway');
    const code = this.#desk.invite(this.site.settings.id, name, given);
    this.#record('gatewayInvited', name, author);
    return { code, life: CODE_LIFE };
  }

  /** Nothing that the gateway signs counts any more, from now on. Throws NOT_FOUND for a stranger. */
  async revoke(gateway: string, author: string): Promise<void> {
    if (this.#roster.key(gateway) === undefined) {
      throw new AccessError('NOT_FOUND', `no gateway "${gateway}" is paired`);
    }
    const removed = this.#roster.remove(gateway);
    this.#broker?.drop({ site: this.site.settings.id, gateway });
    this.watch.forget(gateway);
    await removed;
    this.#record('gatewayRevoked', gateway, author);
  }

  get gateways(): ListedGateway[] {
    const seen = new Map(this.watch.list.map((sight) => [sight.gateway, sight]));
    return this.#roster.list.map((member) => ({
      online: false,
      ...seen.get(member.gateway),
      ...member,
    }));
  }

  async close(): Promise<void> {
    this.#closeReception();
    this.watch.close();
    this.server.close();
    await this.#wire.close();
    await this.#broker?.close();
  }

  #createWire(): { wire: Wire; broker?: EmbeddedBroker; open: () => void } {
    const { broker: chosen, site } = this.#options;
    if ('embedded' in chosen) {
      const broker = new EmbeddedBroker({
        ...chosen.embedded,
        isPassword: (of, password) =>
          of.site === site.settings.id && this.#roster.isPassword(of.gateway, password),
        isExpected: (gateway) => this.#desk.expects(gateway),
      });
      return { wire: broker.wire, broker, open: () => void broker.open() };
    }
    const account = serverAccount(chosen.external, site.settings.id);
    const wire = new MqttWire({ account: () => account });
    return {
      wire,
      open: () => {
        wire.connect();
      },
    };
  }

  #openReception(): () => void {
    return openReception({
      site: this.site.settings.id,
      wire: this.#wire,
      desk: this.#desk,
      roster: this.#roster,
      onDecided: (gateway, refusal) => {
        if (refusal === undefined) {
          this.watch.forget(gateway);
          this.#record('gatewayPaired', gateway);
        } else if (refusal === 'wrongCode') {
          // The others can be had without end, and would fill the log.
          this.#write({ category: 'alarm', code: 'pairingRefused', details: { gateway } });
        }
      },
    });
  }

  #follow(): void {
    this.#wire.on('up', () => {
      this.#states.set({ name: 'online' });
    });
    this.#wire.on('down', ({ reason }) => {
      this.#states.set({ name: 'offline', reason });
    });
    this.watch.on('duplicate', ({ gateway }) => {
      this.#write({ category: 'alarm', code: 'duplicateGateway', details: { gateway } });
    });
  }

  #record(code: string, gateway: string, author?: string): void {
    const by = author === undefined ? {} : { author };
    this.#write({ category: 'administration', code, ...by, details: { gateway } });
  }

  #write(event: EventEntry): void {
    this.site.engine.recordEvent(event).catch((reason: unknown) => {
      this.#options.warn(toAccessError(reason).message);
    });
  }
}
