import { Backoff } from '../../devices/backoff.ts';
import { systemClock } from '../../model/clock.ts';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { MqttAccount } from './mqtt-account.ts';
import { MqttConnection, type Will } from './mqtt-connection.ts';
import type { PublishOptions, Wire, WireEvents } from './wire.ts';

export interface MqttWireOptions {
  /** Asked before each attempt; as long as there is none, nothing is tried until `connect` is called. */
  account: () => MqttAccount | undefined;
  /** What the broker is to say when the next connection breaks. Asked before each attempt. */
  will?: () => Will;
  /** Seconds, default 10: a connection that has become deaf is noticed within one and a half of it (F-05). */
  keepAlive?: number;
  /** Milliseconds between two attempts: the first, and the most. */
  retry?: { first: number; most: number };
}

const RETRY = { first: 500, most: 30_000 };
/** Milliseconds that a connection has to last to count as one: devices of the same name take it from each other. */
const LASTING = 10_000;

/** A wire to an MQTT broker, which comes back by itself with growing, spread waits. */
export class MqttWire implements Wire {
  readonly #options: MqttWireOptions;
  readonly #events = createEmitter<WireEvents>();
  readonly on: Emitter<WireEvents>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #filters = new Set<string>();
  readonly #backoff: Backoff;
  #connection: MqttConnection | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #closed = false;

  /** Nothing is tried before `connect` is called, so that everybody can subscribe first. */
  constructor(options: MqttWireOptions) {
    this.#options = options;
    const { first, most } = options.retry ?? RETRY;
    this.#backoff = new Backoff(first, most);
  }

  get connected(): boolean {
    return this.#connection?.isUp === true;
  }

  /** Tries at once; an older connection is ended. Call it again when the account has changed. */
  connect(): void {
    if (this.#closed) return;
    clearTimeout(this.#waiting);
    this.#connection?.end('connecting anew');
    clearTimeout(this.#waiting);
    this.#open();
  }

  /** Ends the connection, and tries again after so many milliseconds. */
  rest(reason: string, milliseconds: number): void {
    if (this.#closed) return;
    this.#connection?.end(reason);
    this.#openIn(milliseconds);
  }

  async publish(topic: string, text: string, options: PublishOptions = {}): Promise<void> {
    if (this.#connection === undefined) throw new AccessError('LINK_DOWN', 'not connected');
    await this.#connection.publish(topic, text, options);
  }

  subscribe(filter: string): void {
    this.#filters.add(filter);
    this.#connection?.subscribe(filter);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#waiting);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.leave();
    connection?.end('closed');
  }

  #open(): void {
    const account = this.#options.account();
    if (account === undefined) return;
    const connection = new MqttConnection({
      account,
      ...optional('will', this.#options.will?.()),
      filters: this.#filters,
      keepAlive: this.#options.keepAlive ?? 10,
    });
    this.#connection = connection;
    this.#follow(connection);
  }

  #openIn(milliseconds: number): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.#open();
    }, milliseconds);
  }

  #follow(connection: MqttConnection): void {
    let since = Infinity;
    connection.on('up', () => {
      since = systemClock.monotonic();
      this.#events.emit('up', undefined);
    });
    connection.on('message', (message) => {
      this.#events.emit('message', message);
    });
    connection.on('down', (why) => {
      if (systemClock.monotonic() - since > LASTING) this.#backoff.reset();
      this.#lose(connection, why);
    });
  }

  #lose(connection: MqttConnection, why: { reason: string }): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#openIn(this.#backoff.next());
    this.#events.emit('down', why);
  }
}
