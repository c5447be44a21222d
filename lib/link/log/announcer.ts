import { randomBytes } from 'node:crypto';
import type { OutgoingEngine, OutgoingStream } from '../../engine/outgoing/outgoing.ts';
import type { Announcement, Position } from './records.ts';

export interface AnnouncerOptions {
  /** How often the gateway says what it holds, in milliseconds. */
  announceEvery: number;
  /** How long an answer may take, in milliseconds; each time in a row it may take twice as long. */
  patience: number;
  /** The longest time between two tries, in milliseconds. */
  longest: number;
}

interface Parts {
  engine: Pick<OutgoingEngine, 'outgoingStreams'>;
  options: AnnouncerOptions;
  send: (announcement: Announcement) => void;
  /** Told what the streams hold, before that is sent. */
  onHeld: (held: readonly OutgoingStream[]) => void;
  onError: (error: unknown) => void;
}

/** Says what a gateway holds: until the server answers, and from time to time after that (N13). */
export class Announcer {
  readonly #parts: Parts;
  readonly #instance = randomBytes(16).toString('base64url');
  #number = 0;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOn = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Says it now, whatever was said before. */
  begin(): void {
    this.#isOn = true;
    this.#attempts = 0;
    this.#say();
  }

  end(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  /** Whether a position answers what was said last; if so, there is some time until it is said again. */
  takes({ instance, number }: Position): boolean {
    const isAnswer = this.#isOn && instance === this.#instance && number === this.#number;
    if (!isAnswer) return false;
    this.#attempts = 0;
    this.#sayAfter(this.#parts.options.announceEvery);
    return true;
  }

  #say(): void {
    const { patience, longest } = this.#parts.options;
    this.#sayAfter(Math.min(patience * 2 ** this.#attempts, longest));
    this.#attempts += 1;
    this.#send().catch(this.#parts.onError);
  }

  #sayAfter(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#say();
    }, delay);
  }

  async #send(): Promise<void> {
    const held = await this.#parts.engine.outgoingStreams({});
    if (!this.#isOn) return;
    this.#parts.onHeld(held);
    this.#number += 1;
    const streams = held.map(({ stream, identities, first, last, head }) => {
      return { stream, identities, first, last, head };
    });
    const said = { instance: this.#instance, number: this.#number, streams };
    this.#parts.send({ kind: 'announcement', ...said });
  }
}
