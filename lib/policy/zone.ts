import { AccessError } from '../model/errors.ts';
import { DAY } from './local-time.ts';

/** Offsets are looked up in pieces of about a year, each built when it is first asked for. */
const PIECE = 366 * DAY;
/** Two changes of one zone were never less than three days apart. */
const STEP = DAY;
/** Far more than any zone was ever set back, so that what came before a piece does not matter in it. */
const MARGIN = 2 * DAY;

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** A stretch of time with one offset from UTC. Instants and offsets are in milliseconds. */
export interface Segment {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
  /** The last local reading before the segment began. */
  readonly before: number;
  /** One less than the first local reading after the segment ends. */
  readonly after: number;
}

/**
 * An IANA time zone as a table of its changes of offset, built from one kept Intl formatter. Nothing in
 * here reads the zone of the process.
 */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #pieces = new Map<number, readonly Segment[]>();
  #last: Segment = { from: Infinity, until: -Infinity, offset: 0, before: 0, after: 0 };

  /** Throws CONFIG_INVALID if the zone is unknown to this Node. */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        timeZoneName: 'longOffset',
      });
    } catch (reason) {
      throw new AccessError('CONFIG_INVALID', `${name} is not a known time zone`, {
        cause: reason,
      });
    }
  }

  /** The segment that holds an instant, in milliseconds since 1970 UTC. */
  segmentAt(instant: number): Segment {
    const last = this.#last;
    if (instant >= last.from && instant < last.until) return last;
    return (this.#last = this.#search(instant));
  }

  /**
   * The instant of a local time. A reading that the clock skips means the instant after the gap. Of a
   * reading that the clock shows twice, a start means the first and an end the last, so that a period is
   * never shorter than the clock on the wall says.
   */
  toInstant(local: number, edge: 'start' | 'end'): number {
    if (!Number.isFinite(local)) return local;
    return edge === 'start' ? this.#firstAt(local) : this.#lastAt(local);
  }

  #firstAt(local: number): number {
    let segment = this.segmentAt(local - DAY);
    while (local - segment.offset >= segment.until) segment = this.segmentAt(segment.until);
    return Math.max(segment.from, local - segment.offset);
  }

  #lastAt(local: number): number {
    let segment = this.segmentAt(local + DAY);
    while (local - segment.offset < segment.from) segment = this.segmentAt(segment.from - 1);
    return Math.min(segment.until, local - segment.offset);
  }

  #search(instant: number): Segment {
    const number = Math.floor(instant / PIECE);
    let piece = this.#pieces.get(number);
    if (piece === undefined) {
      piece = this.#build(number * PIECE, (number + 1) * PIECE);
      this.#pieces.set(number, piece);
    }
    for (const segment of piece) if (instant < segment.until) return segment;
    throw new AccessError('INTERNAL', `No offset is known for the instant ${instant}`);
  }

  #build(from: number, until: number): Segment[] {
    const segments: Segment[] = [];
    for (const segment of this.#scan(from - MARGIN, until + MARGIN)) {
      if (segment.until <= from || segment.from >= until) continue;
      segments.push({
        ...segment,
        from: Math.max(segment.from, from),
        until: Math.min(segment.until, until),
      });
    }
    return segments;
  }

  #scan(from: number, until: number): Segment[] {
    const segments: Segment[] = [];
    let start = from;
    let offset = this.#offsetAt(from);
    let previous = offset;
    for (let instant = from; instant < until; instant += STEP) {
      const next = this.#offsetAt(instant + STEP);
      if (next === offset) continue;
      const change = this.#changeIn(instant, instant + STEP, offset);
      segments.push(segmentOf(start, change, previous, offset, next));
      [start, previous, offset] = [change, offset, next];
    }
    segments.push(segmentOf(start, until, previous, offset, offset));
    return segments;
  }

  /** The first instant after `from` at which the offset is no longer `offset`. */
  #changeIn(from: number, until: number, offset: number): number {
    let before = from;
    let after = until;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#offsetAt(middle) === offset) before = middle;
      else after = middle;
    }
    return after;
  }

  #offsetAt(instant: number): number {
    const [, sign, hours, minutes, seconds] = OFFSET.exec(this.#format.format(instant)) ?? [];
    if (sign === undefined) return 0;
    const size = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0);
    return (sign === '-' ? -size : size) * 1000;
  }
}

function segmentOf(
  from: number,
  until: number,
  previous: number,
  offset: number,
  next: number,
): Segment {
  return { from, until, offset, before: from + previous - 1, after: until + next - 1 };
}
