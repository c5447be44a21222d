import { once } from 'node:events';
import net, { type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { Aedes, type Client } from 'aedes';
import { BrokerWire } from './broker-wire.ts';
import { guestOf, mayHear, maySend, userOf, type Guest } from './broker-rules.ts';
import type { Address } from '../ends/gateway-end.ts';
import { GuardedSocket } from './packet-guard.ts';

export interface BrokerOptions {
  /** Address to listen on, for example `127.0.0.1` or `0.0.0.0`. */
  host: string;
  /** 0 for any free one. */
  port: number;
  /** PEM texts; without them the connections are not encrypted. */
  tls?: { cert: string; key: string };
  /** Whether this is the password of a gateway that was paired and not revoked. */
  isPassword: (gateway: Address, password: string) => boolean;
  /** Whether a new gateway of this name may ask to be paired now. */
  isExpected: (gateway: Address) => boolean;
}

/** Most connections at the same time, and milliseconds that a stranger may take to say who he is. */
const MOST_CONNECTIONS = 2000;
const PATIENCE = 5000;
/** Milliseconds that a guest may leave unread what is sent to him. */
const UNREAD = 10_000;
/** Longest keep-alive of a guest, in seconds. */
const KEEP_ALIVE = 60;
/** Milliseconds until opening is tried again. */
const RETRY = 2000;

/**
 * The broker in the server's own process: MQTT 3.1.1, each guest under its own name and in its own topics only. It
 * keeps nothing for those who are not there.
 */
export class EmbeddedBroker {
  /** For the server in the same process. */
  readonly wire = new BrokerWire();
  readonly #options: BrokerOptions;
  readonly #guests = new Map<string, Client>();
  /** Also of those who have not said who they are. */
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | undefined;
  #server: Server | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** The port that it listens on; undefined while it does not. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Opens it, and tries again for as long as that fails: the wire says when it is open and why it is not. */
  async open(): Promise<void> {
    try {
      await this.#listen();
    } catch (reason) {
      this.wire.detach(reason instanceof Error ? reason.message : String(reason));
      if (this.#closed) return;
      this.#retry = setTimeout(() => void this.open(), RETRY);
    }
  }

  /** Ends the connection of a gateway at once: it was revoked. */
  drop(gateway: Address): void {
    this.#guests.get(userOf({ ...gateway, kind: 'paired' }))?.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.wire.close();
    const server = this.#server;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      if (this.#aedes === undefined) resolve();
      else this.#aedes.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async #listen(): Promise<void> {
    const aedes = (this.#aedes ??= await this.#createAedes());
    const take = (socket: Socket): void => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      aedes.handle(new GuardedSocket(socket));
    };
    const { tls: secrets, host, port } = this.#options;
    const server = secrets === undefined ? net.createServer(take) : tls.createServer(secrets, take);
    server.maxConnections = MOST_CONNECTIONS;
    server.listen(port, host);
    await once(server, 'listening');
    server.on('error', () => undefined);
    if (this.#closed) {
      server.close();
      return;
    }
    this.#server = server;
    this.wire.attach(aedes);
  }

  async #createAedes(): Promise<Aedes> {
    const aedes = await Aedes.createBroker({
      connectTimeout: PATIENCE,
      drainTimeout: UNREAD,
      // No limit: with one, guests who do not read would stop the messages of all others.
      concurrency: 0,
      keepaliveLimit: KEEP_ALIVE,
      maxTopicLevels: 8,
      preConnect: (_client, { clean }, done) => {
        // A session that outlives its connection collects commands for later.
        if (clean === true) done(null, true);
        else done(new Error('only clean sessions'), false);
      },
      authenticate: (client, user, password, done) => {
        done(null, this.#admits(client, user, password));
      },
      authorizePublish: (client, { topic, retain }, done) => {
        const guest = client === null ? undefined : guestOf(client.id);
        const may = guest !== undefined && maySend(guest, topic, retain);
        done(may ? null : new Error(`not allowed to publish to ${topic}`));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const guest = guestOf(client.id);
        const may = guest !== undefined && mayHear(guest, subscription.topic);
        done(null, may ? subscription : null);
      },
    });
    aedes.on('clientDisconnect', (client) => {
      if (this.#guests.get(client.id) === client) this.#guests.delete(client.id);
    });
    return aedes;
  }

  /** The client id has to be the user's name, so that nobody ends the connection of another. */
  #admits(client: Client, user: string | undefined, password: Buffer | undefined): boolean {
    if (user === undefined || user !== client.id) return false;
    const guest = guestOf(user);
    if (guest === undefined || !this.#knows(guest, password?.toString('utf8') ?? '')) return false;
    this.#guests.set(user, client);
    return true;
  }

  #knows(guest: Guest, password: string): boolean {
    const { isExpected, isPassword } = this.#options;
    return guest.kind === 'pairing' ? isExpected(guest) : isPassword(guest, password);
  }
}
