import type { KeyObject } from 'node:crypto';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import type { Clock } from '../../model/clock.ts';
import { optional } from '../../model/optional.ts';
import { parser } from '../../model/parse.ts';
import { Beat } from './beats.ts';
import { openLetter, sealLetter } from '../trust/letter.ts';
import { openSealed, sealFor } from '../trust/sealed.ts';
import {
  UP,
  filterOf,
  parseTopic,
  topicOf,
  type DownChannel,
  type UpChannel,
} from '../wire/topics.ts';
import type { Exchange, Wire, WireMessage } from '../wire/wire.ts';

export interface ServerEndOptions {
  site: string;
  wire: Wire;
  /** The server's own key. */
  key: KeyObject;
  /** The key of a gateway that was paired and not revoked since. */
  gatewayKey: (gateway: string) => KeyObject | undefined;
  clock: Pick<Clock, 'monotonic'>;
}

/** A message of a gateway, its signature checked. */
export interface UpLetter {
  gateway: string;
  content: unknown;
}

type Letters = Record<UpChannel, UpLetter> & {
  up: undefined;
  down: { reason: string };
  /** Something came that the gateway of its topic has not signed, or of a device that is fenced. */
  refused: { gateway: string; channel: UpChannel };
};

/** What the server heard of a gateway last. */
export interface Heard {
  beat: Beat;
  /** On the server's monotonic clock. */
  at: number;
}

interface DownAddress {
  gateway: string;
  channel: DownChannel;
}

const beat = parser(Beat);

/** The server's end of a link to all gateways of a site. */
export class ServerEnd {
  readonly site: string;
  readonly #wire: Wire;
  readonly #key: KeyObject;
  readonly #gatewayKey: ServerEndOptions['gatewayKey'];
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #events = createEmitter<Letters>();
  readonly on: Emitter<Letters>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #heard = new Map<string, Heard>();
  readonly #fenced = new Set<string>();
  readonly #ends: (() => void)[];

  constructor({ site, wire, key, gatewayKey, clock }: ServerEndOptions) {
    this.site = site;
    this.#wire = wire;
    this.#key = key;
    this.#gatewayKey = gatewayKey;
    this.#clock = clock;
    for (const channel of UP) wire.subscribe(filterOf(channel, site));
    this.#ends = [
      wire.on('message', (message) => {
        this.#take(message);
      }),
      wire.on('up', () => {
        this.#events.emit('up', undefined);
      }),
      wire.on('down', (why) => {
        this.#heard.clear();
        this.#events.emit('down', why);
      }),
    ];
  }

  get connected(): boolean {
    return this.#wire.connected;
  }

  /** The newest beat of a gateway: what a command to it has to name. Undefined while the gateway is silent. */
  heard(gateway: string): Heard | undefined {
    return this.#heard.get(gateway);
  }

  /**
   * Whether the device that is connected under a gateway's name is listened to. While it is not, its beats and states
   * are still told, but no command can name a moment of it, and all other letters are refused.
   */
  fence(gateway: string, isFenced: boolean): void {
    if (isFenced) {
      this.#fenced.add(gateway);
      this.#heard.delete(gateway);
    } else {
      this.#fenced.delete(gateway);
    }
  }

  /** Sends a message to a gateway, signed. Rejects with LINK_DOWN while there is no broker. */
  send(gateway: string, channel: DownChannel, content: object): Promise<void> {
    return this.#publish({ gateway, channel }, content);
  }

  /** The same for what answers a question. */
  answer(gateway: string, answer: object & { check: string }): Promise<void> {
    return this.#publish({ gateway, channel: 'answers' }, answer, { correlation: answer.check });
  }

  /** A signed message for a way of its own, such as HTTP. */
  write(channel: DownChannel, content: object): string {
    return sealLetter(channel, content, this.#key);
  }

  /** What a gateway has signed, however it came; undefined for anything else, and for a device that is fenced. */
  read(gateway: string, channel: UpChannel, text: string): unknown {
    const isHeard = !this.#fenced.has(gateway) || channel === 'state' || channel === 'beat';
    const key = isHeard ? this.#gatewayKey(gateway) : undefined;
    return key === undefined ? undefined : openLetter(channel, text, [key]);
  }

  /** Hides a text from everybody but one gateway; undefined for one that is not paired. */
  conceal(gateway: string, text: string, label: string): string | undefined {
    const key = this.#gatewayKey(gateway);
    return key === undefined ? undefined : sealFor(text, key, label);
  }

  /** What a gateway has hidden for the server; undefined for anything else. */
  reveal(sealed: string, label: string): string | undefined {
    return openSealed(sealed, this.#key, label);
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #publish(to: DownAddress, content: object, exchange?: Exchange): Promise<void> {
    const topic = topicOf({ site: this.site, ...to });
    return this.#wire.publish(
      topic,
      this.write(to.channel, content),
      optional('exchange', exchange),
    );
  }

  #take({ topic, text, retained }: WireMessage): void {
    const parts = parseTopic(topic);
    if (parts?.site !== this.site || retained) return;
    const { gateway } = parts;
    const channel = UP.find((name) => name === parts.channel);
    if (channel === undefined) return;
    const content = this.read(gateway, channel, text);
    if (content === undefined) {
      this.#events.emit('refused', { gateway, channel });
      return;
    }
    if (channel === 'beat') this.#hear(gateway, content);
    this.#events.emit(channel, { gateway, content });
  }

  /** A beat of the session that is known must be newer; a replayed one could only make commands look older. */
  #hear(gateway: string, content: unknown): void {
    if (this.#fenced.has(gateway) || !beat.check(content)) return;
    const known = this.#heard.get(gateway)?.beat;
    if (known?.session === content.session && content.number <= known.number) return;
    this.#heard.set(gateway, { beat: content, at: this.#clock.monotonic() });
  }
}
