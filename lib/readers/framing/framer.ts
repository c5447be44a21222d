import type { Broken } from '../reading.ts';

/** A whole frame with its markers, or word of one that was damaged. */
export type Frame = { bytes: Uint8Array } | { broken: Broken };

/** Cuts a byte stream into frames, whatever its chunks. Knows nothing of time. */
export interface Cutter {
  push(chunk: Uint8Array): Frame[];
  /** Nothing more belongs to what has come: the line fell silent, or the message was a whole one. */
  finish(by: 'silence' | 'message'): Frame[];
  /** Something has begun that is not whole yet. */
  readonly pending: boolean;
  reset(): void;
}

/** A cutter that ends a frame when the line is silent. Times are monotonic milliseconds. */
export interface Framer {
  push(chunk: Uint8Array, now: number): Frame[];
  /** Tells that it is `now`: what was begun is given up or, for frames without an end mark, handed out. */
  idle(now: number): Frame[];
  /** What came so far was a whole message. */
  finish(): Frame[];
  /** When `idle` should be called next; undefined while nothing is pending. */
  readonly deadline: number | undefined;
  /** Forgets what was begun, as after the port was opened again: nothing old may become a read. */
  reset(): void;
}

/** Adds the idle time, in milliseconds, to a cutter. */
export function createFramer(cutter: Cutter, idleTime: number): Framer {
  let deadline: number | undefined;

  function idle(now: number): Frame[] {
    if (deadline === undefined || now < deadline) return [];
    deadline = undefined;
    return cutter.finish('silence');
  }

  return {
    idle,
    push(chunk, now) {
      const frames = [...idle(now), ...cutter.push(chunk)];
      deadline = cutter.pending ? now + idleTime : undefined;
      return frames;
    },
    finish() {
      deadline = undefined;
      return cutter.finish('message');
    },
    get deadline() {
      return deadline;
    },
    reset() {
      deadline = undefined;
      cutter.reset();
    },
  };
}
