import { randomBytes, type KeyObject } from 'node:crypto';
import { optional } from '../../model/optional.ts';
import type { Address } from '../ends/gateway-end.ts';
import type { GatewayState } from './gateway-state.ts';
import { sealLetter } from '../trust/letter.ts';
import type { Will } from '../wire/mqtt-connection.ts';
import { topicOf } from '../wire/topics.ts';
import type { Wire } from '../wire/wire.ts';

export interface PresenceOptions {
  address: Address;
  key: KeyObject;
  /** Of the software. */
  version: string;
}

/** Says at the broker that a gateway is there, and leaves behind what is to be said when it is gone. */
export class GatewayPresence {
  readonly #options: PresenceOptions;
  readonly #instance = randomBytes(16).toString('base64url');
  #connection = 0;
  #drift: number | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** The will of the next connection, signed in advance. */
  readonly will = (): Will => {
    this.#connection += 1;
    return this.#statement(false);
  };

  /** Announces the gateway on each connection. Follow the wire before anybody else: the server wants to know first who speaks. */
  follow(wire: Wire): () => void {
    return wire.on('up', () => {
      void this.#say(wire, true);
    });
  }

  /** Says goodbye: with an orderly end the broker does not send the will. */
  async leave(wire: Wire): Promise<void> {
    if (wire.connected) await this.#say(wire, false);
  }

  /** The server's clock is so many milliseconds ahead of ours. */
  async tellDrift(wire: Wire, milliseconds: number): Promise<void> {
    this.#drift = Math.round(milliseconds);
    await this.#say(wire, true);
  }

  /** Whoever misses it hears it on the next connection. */
  async #say(wire: Wire, online: boolean): Promise<void> {
    const { topic, text } = this.#statement(online);
    await wire.publish(topic, text, { retain: true }).catch(() => undefined);
  }

  #statement(online: boolean): Will {
    const { address, key, version } = this.#options;
    const state: GatewayState = {
      online,
      instance: this.#instance,
      connection: this.#connection,
      version,
      ...optional('drift', this.#drift),
    };
    const topic = topicOf({ ...address, channel: 'state' });
    return { topic, text: sealLetter('state', state, key) };
  }
}
