import { learn, type Candidate, type Sample } from '../../lib/readers/learn/learn.ts';

/** Silence after which what arrived is one whole message, in milliseconds. */
const QUIET = 150;
/** Learning ends by itself after this long, in milliseconds. */
const LIMIT = 60_000;

/**
 * The learn mode of one reader: while it is on, what the reader sends is kept as a sample instead of being
 * read. Samples of several cards, each with its printed number, narrow the answer down.
 */
export class Learning {
  readonly #samples: Sample[] = [];
  readonly #changed: (active: boolean) => void;
  #bytes: Uint8Array[] = [];
  #raw: string | object | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;

  /** `changed` hears when the learn mode begins and ends. */
  constructor(changed: (active: boolean) => void) {
    this.#changed = changed;
  }

  get active(): boolean {
    return this.#limit !== undefined;
  }

  /** Whether a card has been read since the last answer. */
  get hasCard(): boolean {
    return this.#raw !== undefined;
  }

  start(): void {
    clearTimeout(this.#limit);
    this.#raw = undefined;
    this.#limit = setTimeout(() => {
      this.stop();
    }, LIMIT);
    this.#changed(true);
  }

  stop(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#quiet);
    this.#limit = undefined;
    this.#bytes = [];
    this.#raw = undefined;
    this.#samples.length = 0;
    this.#changed(false);
  }

  /** Takes what the reader sent: parts of a stream are joined until the line is quiet. */
  push(input: unknown): void {
    if (typeof input === 'string') this.#collect(Buffer.from(input));
    else if (input instanceof Uint8Array) this.#collect(input);
    else if (typeof input === 'object' && input !== null) this.#raw = input;
  }

  /** All ways to read the cards so far that give their printed numbers, the likeliest first. */
  answer(printed: string): Candidate[] {
    if (this.#raw !== undefined) this.#samples.push({ raw: this.#raw, printed });
    this.#raw = undefined;
    return learn(this.#samples);
  }

  #collect(bytes: Uint8Array): void {
    this.#bytes.push(bytes);
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      this.#raw = Buffer.concat(this.#bytes);
      this.#bytes = [];
    }, QUIET);
  }
}
