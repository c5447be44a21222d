import type { Clock } from '../../model/clock.ts';
import { createEmitter, type Emitter } from '../../model/emitter.ts';
import { parser } from '../../model/parse.ts';
import { BEAT_INTERVAL } from '../ends/beats.ts';
import type { ClockSample } from './drift-watch.ts';
import type { GatewayEnd } from '../ends/gateway-end.ts';
import { HELLO_EVERY, Hello } from './gateway-state.ts';

interface WatchEvents {
  /** The server has answered a beat. */
  hello: { hello: Hello; sample: ClockSample };
  /** Nobody answers any more. */
  silent: undefined;
}

export interface ServerWatchOptions {
  end: GatewayEnd;
  clock: Clock;
}

/** Milliseconds without an answer after which nobody is there: a broker that still stands is not a server. */
const SILENCE = 2.5 * HELLO_EVERY * BEAT_INTERVAL;

const helloParser = parser(Hello);

/** Knows whether the server is there, and how its clock differs. */
export class ServerWatch {
  readonly #options: ServerWatchOptions;
  readonly #events = createEmitter<WatchEvents>();
  readonly on: Emitter<WatchEvents>['on'] = (event, listener) => this.#events.on(event, listener);
  readonly #ends: (() => void)[];
  #patience: NodeJS.Timeout | undefined;
  #isThere = false;

  constructor(options: ServerWatchOptions) {
    this.#options = options;
    this.#ends = [
      options.end.on('hello', ({ content }) => {
        if (helloParser.check(content)) this.#take(content);
      }),
      options.end.on('down', () => {
        this.#miss();
      }),
    ];
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  close(): void {
    clearTimeout(this.#patience);
    for (const end of this.#ends) end();
  }

  /** What answers no beat of this connection is old, whoever has signed it. */
  #take(hello: Hello): void {
    const { end, clock } = this.#options;
    const age = end.beats.age(hello.beat);
    if (age === undefined) return;
    this.#isThere = true;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#miss();
    }, SILENCE);
    const uncertainty = age / 2;
    const sample = { offset: hello.at + uncertainty - clock.now(), uncertainty };
    this.#events.emit('hello', { hello, sample });
  }

  #miss(): void {
    clearTimeout(this.#patience);
    if (!this.#isThere) return;
    this.#isThere = false;
    this.#events.emit('silent', undefined);
  }
}
