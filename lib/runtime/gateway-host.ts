import path from 'node:path';
import type { KeyObject } from 'node:crypto';
import { DriftWatch, type ClockSample } from '../link/presence/drift-watch.ts';
import { GatewayEnd, type Address } from '../link/ends/gateway-end.ts';
import { GatewayPresence } from '../link/presence/gateway-presence.ts';
import type { Hello } from '../link/presence/gateway-state.ts';
import { loadIdentity } from '../link/trust/identity.ts';
import { join } from '../link/trust/join.ts';
import { KnownServer } from '../link/trust/known-server.ts';
import { MqttWire } from '../link/wire/mqtt-wire.ts';
import { ServerWatch } from '../link/presence/server-watch.ts';
import { systemClock, type Clock } from '../model/clock.ts';
import { toAccessError } from '../model/errors.ts';
import type { EventEntry } from '../model/record.ts';
import { gatewayAccount, type BrokerAccess } from './link-account.ts';
import { LinkStates } from './link-states.ts';
import type { LinkApi, LinkState } from './link.ts';
import type { SiteApi } from './site.ts';

export interface GatewayHostOptions {
  site: SiteApi;
  /** The gateway's name, unique in its site. */
  gateway: string;
  broker: BrokerAccess;
  /** Of the software. */
  version: string;
  warn: (problem: string) => void;
  clock?: Clock;
}

/** Milliseconds that a pairing may take, and that a device keeps away which the server takes for a copy. */
const PAIRING_LIMIT = 20_000;
const EXILE = 60_000;
/** The server's word ends a doubt about our clock only if both agree as well as this, in milliseconds. */
const AGREEMENT = 10_000;

/** A gateway's end of a link, kept alive: keys, connection, standing and clock. */
export class GatewayHost implements LinkApi {
  readonly role = 'gateway';
  readonly site: SiteApi;
  readonly gateway: GatewayEnd;
  readonly #options: GatewayHostOptions;
  readonly #address: Address;
  readonly #key: KeyObject;
  readonly #known: KnownServer;
  readonly #wire: MqttWire;
  readonly #presence: GatewayPresence;
  readonly #server: ServerWatch;
  readonly #drift = new DriftWatch();
  readonly #states = new LinkStates({ name: 'offline', reason: 'starting' });
  #isCopy = false;

  constructor(options: GatewayHostOptions) {
    const { site, gateway, version, clock = systemClock } = options;
    this.#options = options;
    this.site = site;
    this.#address = { site: site.settings.id, gateway };
    const folder = path.join(site.folder, 'link');
    this.#key = loadIdentity(path.join(folder, 'gateway.key'));
    this.#known = new KnownServer(path.join(folder, 'server.json'), this.#address);
    this.#presence = new GatewayPresence({ address: this.#address, key: this.#key, version });
    this.#wire = this.#createWire();
    this.gateway = new GatewayEnd({
      address: this.#address,
      wire: this.#wire,
      key: this.#key,
      serverKeys: () => this.#known.keys,
      clock,
    });
    this.#server = new ServerWatch({ end: this.gateway, clock });
    this.#follow();
    this.#connect();
  }

  get state(): LinkState {
    return this.#states.state;
  }

  onState(listener: (state: LinkState) => void): () => void {
    return this.#states.onState(listener);
  }

  /** Has this gateway taken in by the server whose administrator has given this one-time code. */
  async pair(code: string, author: string): Promise<void> {
    const wire = new MqttWire({ account: () => this.#account('pairing', 'pairing') });
    try {
      const signal = AbortSignal.timeout(PAIRING_LIMIT);
      const joining = join({ wire, address: this.#address, key: this.#key, code, signal });
      wire.connect();
      await this.#known.learn({ ...this.#address, ...(await joining) });
    } finally {
      await wire.close();
    }
    this.#record({ category: 'administration', code: 'serverPaired', author });
    this.#connect();
  }

  async close(): Promise<void> {
    this.gateway.close();
    this.#server.close();
    await this.#presence.leave(this.#wire);
    await this.#wire.close();
  }

  #createWire(): MqttWire {
    const wire = new MqttWire({
      account: () => {
        const { keys, password = '' } = this.#known;
        return keys.length === 0 ? undefined : this.#account('paired', password);
      },
      will: this.#presence.will,
    });
    this.#presence.follow(wire);
    return wire;
  }

  #account(kind: 'paired' | 'pairing', password: string): ReturnType<typeof gatewayAccount> {
    return gatewayAccount(this.#options.broker, this.#address, { kind, password });
  }

  #connect(): void {
    if (this.#known.keys.length === 0) {
      this.#states.set({ name: 'unpaired', reason: 'this gateway is not paired with a server' });
      return;
    }
    this.#wire.connect();
  }

  #follow(): void {
    this.#wire.on('down', ({ reason }) => {
      if (!this.#isCopy) this.#states.set({ name: 'offline', reason });
    });
    this.#server.on('hello', ({ hello, sample }) => {
      this.#takeStanding(hello);
      if (hello.trusted) this.#takeTime(sample);
    });
    this.#server.on('silent', () => {
      if (!this.#isCopy)
        this.#states.set({ name: 'offline', reason: 'the server does not answer' });
    });
  }

  #takeStanding({ standing }: Hello): void {
    const wasCopy = this.#isCopy;
    this.#isCopy = standing === 'duplicate';
    if (!this.#isCopy) {
      this.#states.set({ name: 'online' });
      return;
    }
    const reason = 'another device was here before under this name and identity';
    this.#states.set({ name: 'refused', reason });
    if (!wasCopy) this.#record({ category: 'alarm', code: 'duplicateGateway' });
    // Two devices that take the connection from each other leave it to neither.
    this.#wire.rest(reason, EXILE);
  }

  #takeTime(sample: ClockSample): void {
    const { site } = this;
    const isClose = Math.abs(sample.offset) + sample.uncertainty <= AGREEMENT;
    if (isClose && site.health?.clock === 'untrusted') {
      site.engine.confirmClock({ author: 'server' }).catch(this.#failed);
    }
    const event = this.#drift.take(sample);
    if (event === undefined) return;
    this.#record(event);
    void this.#presence.tellDrift(this.#wire, sample.offset);
  }

  #record(event: EventEntry): void {
    this.site.engine.recordEvent(event).catch(this.#failed);
  }

  readonly #failed = (reason: unknown): void => {
    this.#options.warn(toAccessError(reason).message);
  };
}
