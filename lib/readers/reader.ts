import Type, { type Static } from 'typebox';
import type { CredentialType } from '../model/credential.ts';
import { AccessError } from '../model/errors.ts';
import { closed } from '../model/fields.ts';
import { checkedConfig } from './config.ts';
import type { Source } from './forms/form.ts';
import { openForm } from './forms/index.ts';
import type { ReaderForm } from './forms/index.ts';
import { createFramer } from './framing/framer.ts';
import type { Frame, Framer } from './framing/framer.ts';
import { broken } from './reading.ts';
import type { Broken, Decoded, Reading } from './reading.ts';
import { RepeatFilter } from './repeat-filter.ts';

const ReaderOptions = Type.Object(
  {
    /** The settings of its kind; checked when the form is opened. */
    form: Type.Unknown(),
    /** `whole`: each input is one whole message (default `stream`: any part of a byte stream). */
    delivery: Type.Optional(Type.Enum(['stream', 'whole'])),
    /** A frame that is not whole after this many milliseconds of silence is given up; default 100. */
    idleTime: Type.Optional(Type.Integer({ minimum: 10, maximum: 10_000 })),
    /** For this many milliseconds the same credential is not read again; default 2000, 0 switches it off. */
    repeatWindow: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
  },
  closed,
);

export interface ReaderConfig extends Omit<Static<typeof ReaderOptions>, 'form'> {
  form: ReaderForm;
}

/** What came out of one input. */
export interface ReaderOutput {
  readings: Reading[];
  broken: Broken[];
}

/** Counts since the reader was created. */
export interface ReaderTally {
  readings: number;
  /** Reads that the repeat filter held back. */
  repeats: number;
  broken: number;
  lastBroken?: Broken;
}

/** More than any reader says at once, in bytes: a longer input is dropped as a whole. */
const MAX_INPUT = 131_072;

const optionsOf = checkedConfig(ReaderOptions, 'reader');
const encoder = new TextEncoder();

/** Opens a reader. Throws `CONFIG_INVALID` naming the setting that is wrong. */
export function createReader(config: unknown): Reader {
  const { form, delivery, idleTime, repeatWindow } = optionsOf(config);
  return new Reader(openForm(form), {
    whole: delivery === 'whole',
    idleTime: idleTime ?? 100,
    repeatWindow: repeatWindow ?? 2000,
  });
}

/**
 * One reader of any form: what it sends goes in, credentials come out. Holds no timer: whoever owns it calls
 * `idle` at `deadline`. All times are monotonic milliseconds.
 */
export class Reader {
  readonly #source: Source;
  readonly #framer: Framer;
  readonly #filter: RepeatFilter;
  readonly #whole: boolean;
  readonly #tally: ReaderTally = { readings: 0, repeats: 0, broken: 0 };

  constructor(
    source: Source,
    { whole, idleTime, repeatWindow }: { whole: boolean; idleTime: number; repeatWindow: number },
  ) {
    this.#source = source;
    this.#framer = createFramer(source.cutter, idleTime);
    this.#filter = new RepeatFilter(repeatWindow);
    this.#whole = whole;
  }

  /** The credential types that may come out. */
  get yields(): readonly CredentialType[] {
    return this.#source.yields;
  }

  get tally(): Readonly<ReaderTally> {
    return this.#tally;
  }

  /** When `idle` should be called; undefined while nothing is pending. */
  get deadline(): number | undefined {
    const ends = [this.#framer.deadline, this.#source.entry?.deadline];
    const pending = ends.filter((end) => end !== undefined);
    return pending.length === 0 ? undefined : Math.min(...pending);
  }

  /**
   * Takes bytes, text (as UTF-8) or, where the form knows them, objects. What cannot be read is in `broken`.
   * Throws `INPUT_INVALID` for an input of a kind that the form does not take.
   */
  push(input: unknown, now: number): ReaderOutput {
    if (typeof input === 'string') return this.#pushBytes(encoder.encode(input), now);
    if (input instanceof Uint8Array) return this.#pushBytes(input, now);
    const source = this.#source;
    if (typeof input === 'object' && input !== null && source.decodeObject) {
      return this.#collect(source.decodeObject(input, now), now);
    }
    throw new AccessError('INPUT_INVALID', `this reader takes no input of type ${typeof input}`);
  }

  /** Tells that it is `now`: unfinished frames and entries are given up, frames that end by silence come out. */
  idle(now: number): ReaderOutput {
    this.#source.entry?.idle(now);
    return this.#collect(this.#decode(this.#framer.idle(now), now), now);
  }

  /** Forgets everything unfinished, as after the port was opened again (F-17). The counts stay. */
  reset(): void {
    this.#framer.reset();
    this.#source.entry?.reset();
  }

  #pushBytes(bytes: Uint8Array, now: number): ReaderOutput {
    return this.#collect(this.#decode(this.#framesOf(bytes, now), now), now);
  }

  #framesOf(bytes: Uint8Array, now: number): Frame[] {
    if (bytes.length > MAX_INPUT) {
      this.reset();
      return [broken('tooLong')];
    }
    const frames = this.#framer.push(bytes, now);
    return this.#whole ? [...frames, ...this.#framer.finish()] : frames;
  }

  #decode(frames: readonly Frame[], now: number): Decoded[] {
    return frames.flatMap((frame) => {
      if ('bytes' in frame) return this.#source.decode(frame.bytes, now);
      this.#source.entry?.spoil(now);
      return [frame];
    });
  }

  #collect(decoded: readonly Decoded[], now: number): ReaderOutput {
    const output: ReaderOutput = { readings: [], broken: [] };
    for (const item of decoded) {
      if ('broken' in item) this.#countBroken(item.broken, output);
      else this.#countReading(item.reading, now, output);
    }
    return output;
  }

  #countBroken(fault: Broken, output: ReaderOutput): void {
    this.#tally.broken += 1;
    this.#tally.lastBroken = fault;
    output.broken.push(fault);
  }

  #countReading(reading: Reading, now: number, output: ReaderOutput): void {
    if (!this.#isNew(reading, now)) {
      this.#tally.repeats += 1;
      return;
    }
    this.#tally.readings += 1;
    output.readings.push(reading);
  }

  /** A PIN is typed, not reported again and again: its digits are not kept to compare them. */
  #isNew(reading: Reading, now: number): boolean {
    if (reading.type === 'pin') return true;
    const key = JSON.stringify([reading.reader ?? '', reading.type, reading.value]);
    return this.#filter.passes(key, now);
  }
}
