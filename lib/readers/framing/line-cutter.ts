import { broken } from '../reading.ts';
import type { Cutter, Frame } from './framer.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;

/** What ends a line. With `none` only silence does; `any` is each of CR, LF and Tab. */
export const LINE_ENDS = ['any', 'cr', 'lf', 'crlf', 'tab', 'none'] as const;
export type LineEnd = (typeof LINE_ENDS)[number];

const END_BYTES: Readonly<Record<LineEnd, readonly number[]>> = {
  any: [CR, LF, TAB],
  cr: [CR],
  lf: [LF],
  crlf: [LF],
  tab: [TAB],
  none: [],
};

/**
 * Cuts text into lines without their end marks; empty lines are nothing. A line of more than `limit`
 * bytes is broken as a whole: no part of it becomes a line. Text without its end mark when the line falls
 * silent is broken, unless silence is the end mark.
 */
export class LineCutter implements Cutter {
  readonly #end: LineEnd;
  readonly #bytes: Uint8Array;
  #length = 0;
  #previous = -1;

  constructor(end: LineEnd, limit: number) {
    this.#end = end;
    this.#bytes = new Uint8Array(limit);
  }

  get pending(): boolean {
    return this.#length > 0;
  }

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const byte of chunk) {
      if (this.#ends(byte)) frames.push(...this.#take(this.#lineLength()));
      else this.#store(byte);
      this.#previous = byte;
    }
    return frames;
  }

  finish(by: 'silence' | 'message'): Frame[] {
    if (this.#end === 'none' || by === 'message' || this.#length === 0) {
      return this.#take(this.#length);
    }
    this.reset();
    return [broken('incomplete')];
  }

  reset(): void {
    this.#length = 0;
    this.#previous = -1;
  }

  #ends(byte: number): boolean {
    if (!END_BYTES[this.#end].includes(byte)) return false;
    return this.#end !== 'crlf' || this.#previous === CR;
  }

  /** The first byte of a two-byte end mark was stored before it was known as one. */
  #lineLength(): number {
    return this.#end === 'crlf' ? this.#length - 1 : this.#length;
  }

  /** Bytes beyond the limit are counted, not kept. */
  #store(byte: number): void {
    if (this.#length < this.#bytes.length) this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #take(length: number): Frame[] {
    const frame: Frame =
      length > this.#bytes.length ? broken('tooLong') : { bytes: this.#bytes.slice(0, length) };
    this.reset();
    return length > 0 ? [frame] : [];
  }
}
