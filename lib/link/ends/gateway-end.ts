import type { KeyObject } from 'node:crypto';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import type { Clock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import { BEAT_INTERVAL, Beats } from './beats.ts';
import type { Arrival } from './fence.ts';
import { openLetter, sealLetter } from '../trust/letter.ts';
import { openSealed, sealFor } from '../trust/sealed.ts';
import {
  DOWN,
  filterOf,
  parseTopic,
  topicOf,
  type DownChannel,
  type UpChannel,
} from '../wire/topics.ts';
import type { Exchange, Wire, WireMessage } from '../wire/wire.ts';

/** A gateway of a site. */
export interface Address {
  site: string;
  gateway: string;
}

export interface GatewayEndOptions {
  address: Address;
  wire: Wire;
  /** The gateway's own key. */
  key: KeyObject;
  /** The server's keys that count now. */
  serverKeys: () => readonly KeyObject[];
  clock: Pick<Clock, 'monotonic'>;
}

/** What a server sends that is checked by its signature alone. Commands have a fence of their own. */
export type LetterChannel = Exclude<DownChannel, 'commands'>;

type Letters = Record<LetterChannel, { content: unknown }> & {
  commands: Arrival;
  up: undefined;
  down: { reason: string };
  /** Something came that does not bear the server's signature, or was kept by the broker. */
  refused: { channel: DownChannel; reason: 'retained' | 'notSigned' };
};

/** The gateway's end of a link: signs what goes up, and lets through only what the server has signed for it. */
export class GatewayEnd {
  readonly address: Address;
  readonly beats: Beats;
  readonly serverKeys: () => readonly KeyObject[];
  readonly #wire: Wire;
  readonly #key: KeyObject;
  readonly #events = createEmitter<Letters>();
  readonly on: Emitter<Letters>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #ends: (() => void)[];
  #beating: NodeJS.Timeout | undefined;

  constructor({ address, wire, key, serverKeys, clock }: GatewayEndOptions) {
    this.address = address;
    this.serverKeys = serverKeys;
    this.beats = new Beats(clock);
    this.#wire = wire;
    this.#key = key;
    for (const channel of DOWN) wire.subscribe(filterOf(channel, address));
    this.#ends = [
      wire.on('message', (message) => {
        this.#take(message);
      }),
      wire.on('up', () => {
        this.#begin();
      }),
      wire.on('down', (why) => {
        this.#stop();
        this.#events.emit('down', why);
      }),
    ];
    if (wire.connected) this.#begin();
  }

  get connected(): boolean {
    return this.#wire.connected;
  }

  /** Sends a message to the server, signed. Rejects with LINK_DOWN: nothing waits here for better times. */
  send(channel: UpChannel, content: object): Promise<void> {
    return this.#publish(channel, content);
  }

  /** The same for a question, whose answer comes on the channel `answers`. */
  ask(question: object & { id: string }): Promise<void> {
    const responseTopic = topicOf({ ...this.address, channel: 'answers' });
    return this.#publish('checks', question, { correlation: question.id, responseTopic });
  }

  /** A signed message for a way of its own, such as HTTP. */
  write(channel: UpChannel, content: object): string {
    return sealLetter(channel, content, this.#key);
  }

  /** What the server has signed, however it came; undefined for anything else. */
  read(channel: LetterChannel, text: string): unknown {
    return openLetter(channel, text, this.serverKeys());
  }

  /** Hides a text from everybody but the server. Throws LINK_DOWN before the gateway is paired. */
  conceal(text: string, label: string): string {
    const [server] = this.serverKeys();
    if (server === undefined) throw new AccessError('LINK_DOWN', 'the gateway is not paired');
    return sealFor(text, server, label);
  }

  /** What the server has hidden for this gateway; undefined for anything else. */
  reveal(sealed: string, label: string): string | undefined {
    return openSealed(sealed, this.#key, label);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#stop();
  }

  #publish(channel: UpChannel, content: object, exchange?: Exchange): Promise<void> {
    const topic = topicOf({ ...this.address, channel });
    return this.#wire.publish(topic, this.write(channel, content), optional('exchange', exchange));
  }

  #begin(): void {
    this.#stop();
    this.beats.begin();
    this.#beat();
    this.#beating = setInterval(() => {
      this.#beat();
    }, BEAT_INTERVAL);
    this.#events.emit('up', undefined);
  }

  #stop(): void {
    clearInterval(this.#beating);
    this.#beating = undefined;
    this.beats.end();
  }

  #beat(): void {
    // A beat that does not get through is worth nothing a second later: the next one says more.
    this.send('beat', this.beats.next()).catch(() => undefined);
  }

  #take({ topic, text, retained }: WireMessage): void {
    const parts = parseTopic(topic);
    if (parts?.site !== this.address.site || parts.gateway !== this.address.gateway) return;
    const channel = DOWN.find((name) => name === parts.channel);
    if (channel === undefined) return;
    if (channel === 'commands') {
      this.#events.emit('commands', { text, retained });
      return;
    }
    if (retained) {
      this.#events.emit('refused', { channel, reason: 'retained' });
      return;
    }
    const content = this.read(channel, text);
    if (content === undefined) this.#events.emit('refused', { channel, reason: 'notSigned' });
    else this.#events.emit(channel, { content });
  }
}
