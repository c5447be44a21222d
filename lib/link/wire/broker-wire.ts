import type { Aedes } from 'aedes';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { AccessError } from '../../model/errors.ts';
import type { Wire, WireEvents } from './wire.ts';

type Broker = Pick<Aedes, 'publish' | 'subscribe'>;
type Deliver = Parameters<Aedes['subscribe']>[1];

/** The server's own wire to the broker in its process: no connection, no password, all topics. */
export class BrokerWire implements Wire {
  readonly #events = createEmitter<WireEvents>();
  readonly on: Emitter<WireEvents>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #filters = new Set<string>();
  #broker: Broker | undefined;

  get connected(): boolean {
    return this.#broker !== undefined;
  }

  /** A broker has opened. */
  attach(broker: Broker): void {
    this.#broker = broker;
    for (const filter of this.#filters) this.#listen(broker, filter);
    this.#events.emit('up', undefined);
  }

  /** The broker has closed, or could not be opened. */
  detach(reason: string): void {
    this.#broker = undefined;
    this.#events.emit('down', { reason });
  }

  publish(topic: string, text: string, { retain = false } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#broker === undefined) {
        reject(new AccessError('LINK_DOWN', 'the broker is not open'));
        return;
      }
      const packet = { cmd: 'publish', qos: 1, dup: false, retain, topic, payload: text } as const;
      this.#broker.publish(packet, (error) => {
        if (error) reject(new AccessError('LINK_DOWN', error.message, { cause: error }));
        else resolve();
      });
    });
  }

  subscribe(filter: string): void {
    if (this.#filters.has(filter)) return;
    this.#filters.add(filter);
    if (this.#broker !== undefined) this.#listen(this.#broker, filter);
  }

  close(): Promise<void> {
    if (this.connected) this.detach('closed');
    return Promise.resolve();
  }

  #listen(broker: Broker, filter: string): void {
    broker.subscribe(filter, this.#deliver, () => undefined);
  }

  /** A gateway's own messages only: what the broker itself keeps for newcomers does not come this way. */
  readonly #deliver: Deliver = ({ topic, payload }, done) => {
    if (this.connected)
      this.#events.emit('message', { topic, text: payload.toString('utf8'), retained: false });
    done();
  };
}
