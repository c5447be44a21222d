import { concatBytes } from '../bytes.ts';
import { broken } from '../reading.ts';
import type { Broken, BrokenReason, Hint } from '../reading.ts';
import type { Cutter, Frame } from './framer.ts';

/**
 * What stands at the start of some bytes: a whole frame of `length` bytes; the beginning of one, with
 * `more` to come; or something `broken` that would have had `extent` bytes.
 */
export type Scan =
  { length: number } | { broken: BrokenReason; extent: number; hint?: Hint } | 'more';

/**
 * Looks at the start of at least one byte. What it says other than `more` must not depend on bytes that
 * have not come yet, and it must come to an answer within `MAX_FRAME` bytes.
 */
export type Scanner = (bytes: Uint8Array) => Scan;

/** Longest frame of any scanner, in bytes. */
export const MAX_FRAME = 512;
const SLICE = 4096 - MAX_FRAME;

/** Where the last trouble ended if there was none. */
const NO_TROUBLE = -1;

/**
 * Finds frames that carry their own length or marks. After damage it moves on by one byte, so that the
 * next good frame is found wherever it begins (F-18). Never holds more than 4 KiB.
 */
export class ScanCutter implements Cutter {
  readonly #scan: Scanner;
  #held: Uint8Array = new Uint8Array(0);
  /** Bytes of the stream before those held. */
  #offset = 0;
  /** Stream offset up to which damage is already counted. */
  #troubleEnd = NO_TROUBLE;

  constructor(scan: Scanner) {
    this.#scan = scan;
  }

  get pending(): boolean {
    return this.#held.length > 0;
  }

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (let start = 0; start < chunk.length; start += SLICE) {
      this.#held = concatBytes(this.#held, chunk.subarray(start, start + SLICE));
      this.#consume(frames, false);
    }
    return frames;
  }

  finish(): Frame[] {
    const frames: Frame[] = [];
    this.#consume(frames, true);
    this.#troubleEnd = NO_TROUBLE;
    return frames;
  }

  reset(): void {
    this.#held = new Uint8Array(0);
    this.#troubleEnd = NO_TROUBLE;
  }

  #consume(frames: Frame[], final: boolean): void {
    let used = 0;
    while (used < this.#held.length) {
      const rest = this.#held.subarray(used);
      let found = this.#scan(rest);
      if (found === 'more') {
        if (!final) break;
        found = { broken: 'incomplete', extent: rest.length };
      }
      if ('length' in found) {
        frames.push({ bytes: rest.slice(0, found.length) });
        this.#troubleEnd = NO_TROUBLE;
        used += found.length;
      } else {
        if (this.#isNewTrouble(found, this.#offset + used)) frames.push(brokenFrame(found));
        used += 1;
      }
    }
    this.#held = this.#held.slice(used);
    this.#offset += used;
  }

  /** Damage inside a frame that is already counted as broken, and noise after noise, count once. */
  #isNewTrouble(found: { broken: BrokenReason; extent: number }, at: number): boolean {
    const isNew = found.broken === 'noise' ? at > this.#troubleEnd : at >= this.#troubleEnd;
    this.#troubleEnd = Math.max(this.#troubleEnd, at + found.extent);
    return isNew;
  }
}

function brokenFrame(found: { broken: BrokenReason; hint?: Hint }): { broken: Broken } {
  return broken(found.broken, found.hint === undefined ? {} : { hint: found.hint });
}
