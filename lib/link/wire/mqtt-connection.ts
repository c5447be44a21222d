import { MqttClient, type IClientOptions, type IClientPublishOptions } from 'mqtt';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import { openSocket, type MqttAccount } from './mqtt-account.ts';
import { MAX_PACKET } from './packet-guard.ts';
import type { PublishOptions, WireEvents } from './wire.ts';

/** Seconds that an MQTT 5 broker may keep a message for a slow receiver: a second fence against old commands. */
const EXPIRY = 30;

/** Milliseconds that a goodbye may take. */
const GOODBYE = 500;

/** What is left behind at the broker for when the connection breaks. */
export interface Will {
  topic: string;
  text: string;
}

export interface MqttConnectionOptions {
  account: MqttAccount;
  will?: Will;
  /** Asked for as soon as the broker has answered. */
  filters: ReadonlySet<string>;
  /** Seconds. A connection on which nothing is answered for one and a half of it is broken. */
  keepAlive: number;
}

/**
 * One connection to a broker, from its attempt to its end. It is never used again, so that nothing of it can reach a
 * later one: no queue, no stored message, no second subscription.
 */
export class MqttConnection {
  readonly #client: MqttClient;
  readonly #options: MqttConnectionOptions;
  readonly #events = createEmitter<WireEvents>();
  readonly on: Emitter<WireEvents>['on'] = (event, listener) => this.#events.on(event, listener);
  /** Messages that the broker has not taken yet. */
  readonly #sending = new Set<(reason: string) => void>();
  #state: 'opening' | 'subscribing' | 'up' | 'ended' = 'opening';

  constructor(options: MqttConnectionOptions) {
    this.#options = options;
    const client = new MqttClient(() => openSocket(options.account), clientOptions(options));
    this.#client = client;
    // mqtt.js keeps errors without a code of their own to itself.
    client.stream.on('error', (error: Error) => {
      this.end(error.message);
    });
    client.on('error', ({ message }) => {
      this.end(message);
    });
    client.on('disconnect', ({ reasonCode }) => {
      this.end(`the broker has ended the connection (${String(reasonCode)})`);
    });
    client.on('close', () => {
      this.end('the connection is gone');
    });
    client.on('connect', () => {
      this.#begin();
    });
    client.on('message', (topic, payload, { retain }) => {
      if (this.#state === 'ended') return;
      this.#events.emit('message', { topic, text: payload.toString('utf8'), retained: retain });
    });
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  publish(topic: string, text: string, options: PublishOptions): Promise<void> {
    if (!this.isUp) return Promise.reject(linkDown('there is no connection'));
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(deadline);
        this.#sending.delete(fail);
        reject(linkDown(reason));
      };
      const deadline = setTimeout(() => {
        this.end('the broker does not answer');
      }, this.#options.keepAlive * 1000);
      this.#sending.add(fail);
      this.#client.publish(topic, text, this.#publishOptions(options), (error) => {
        if (error) {
          fail(error.message);
          return;
        }
        clearTimeout(deadline);
        this.#sending.delete(fail);
        resolve();
      });
    });
  }

  /** For what is asked for later; the filters of the options are asked for in any case. */
  subscribe(filter: string): void {
    const isAnswered = this.#state === 'subscribing' || this.#state === 'up';
    if (isAnswered) this.#subscribe([filter], () => undefined);
  }

  /** Ends it at once. Whatever the broker has not taken by now is rejected. */
  end(reason: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#client.end(true);
    for (const fail of this.#sending) fail(reason);
    this.#events.emit('down', { reason });
  }

  /** Says goodbye to the broker, so that the will is not sent, and ends. */
  async leave(): Promise<void> {
    if (this.#state !== 'up') return;
    this.#state = 'ended';
    await new Promise<void>((resolve) => {
      const impatience = setTimeout(() => {
        this.#client.stream.destroy();
        resolve();
      }, GOODBYE);
      this.#client.end(false, () => {
        clearTimeout(impatience);
        resolve();
      });
    });
  }

  #begin(): void {
    this.#state = 'subscribing';
    this.#subscribe([...this.#options.filters], () => {
      this.#state = 'up';
      this.#events.emit('up', undefined);
    });
  }

  #subscribe(filters: string[], then: () => void): void {
    if (filters.length === 0) {
      then();
      return;
    }
    this.#client.subscribe(filters, { qos: 1 }, (error, granted) => {
      const refused = granted?.find(({ qos }) => qos >= 128);
      if (this.#state === 'ended') return;
      if (refused !== undefined) this.end(`the broker refuses ${refused.topic}`);
      else if (error) this.end(error.message);
      else then();
    });
  }

  #publishOptions({ retain = false, exchange }: PublishOptions): IClientPublishOptions {
    if (retain || this.#options.account.version === 4) return { qos: 1, retain };
    const properties = {
      messageExpiryInterval: EXPIRY,
      ...(exchange && { correlationData: Buffer.from(exchange.correlation) }),
      ...optional('responseTopic', exchange?.responseTopic),
    };
    return { qos: 1, retain, properties };
  }
}

function clientOptions({ account, will, keepAlive }: MqttConnectionOptions): IClientOptions {
  const { clientId, user, password, version } = account;
  return {
    clientId,
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: true,
    keepalive: keepAlive,
    connectTimeout: keepAlive * 1000,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(version === 5 && {
      properties: { sessionExpiryInterval: 0, maximumPacketSize: MAX_PACKET },
    }),
    ...(will !== undefined && {
      will: { topic: will.topic, payload: Buffer.from(will.text), qos: 1, retain: true },
    }),
  };
}

function linkDown(reason: string): AccessError {
  return new AccessError('LINK_DOWN', reason);
}
