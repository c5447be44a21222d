import type { Engine } from '../../engine/engine.ts';
import type { OutgoingBatch, OutgoingStream } from '../../engine/outgoing/outgoing.ts';
import type { Stream } from '../../model/record.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import type { Range } from './ranges.ts';
import type { Stored } from './records.ts';

/** Batches whose hash is remembered until they are acknowledged. */
const REMEMBERED = 256;

/** `late`: of a batch that nobody waits for any more. `impossible`: of records that this gateway does not have. */
export type Verdict = 'stored' | 'late' | 'impossible';

/** One stream on its way to the server: its outbox, and which batches were sent with which end. */
export class StreamUpload {
  readonly stream: Stream;
  readonly #outbox: Outbox;
  #held: OutgoingStream;
  /** Hash of the last record of each batch that was sent, by its numbers. */
  readonly #hashes = new Map<string, string>();
  #acknowledging = false;

  constructor(held: OutgoingStream, options: OutboxOptions) {
    this.stream = held.stream;
    this.#held = held;
    this.#outbox = new Outbox(options, held.acknowledged);
    this.#outbox.holds(held);
  }

  /** What the stream held when it was looked at last. */
  get held(): OutgoingStream {
    return this.#held;
  }

  get length(): number {
    return this.#outbox.length;
  }

  get acknowledged(): number {
    return this.#outbox.acknowledged;
  }

  get due(): number | undefined {
    return this.#outbox.due;
  }

  /** Takes over what the stream holds now. */
  look(held: OutgoingStream): void {
    this.#held = held;
    this.#outbox.holds(held);
  }

  /** A record was committed. */
  grew(last: number): void {
    this.#held = { ...this.#held, last: Math.max(last, this.#held.last) };
    this.#outbox.holds(this.#held);
  }

  connected(acknowledged: number): void {
    this.#outbox.connected(acknowledged);
  }

  next(now: number): Range | undefined {
    return this.#outbox.next(now);
  }

  /** Lets the engine trim what the server has; one call at a time. */
  async acknowledge(engine: Pick<Engine, 'acknowledge'>): Promise<void> {
    if (this.#acknowledging) return;
    this.#acknowledging = true;
    try {
      while (this.acknowledged > this.#held.acknowledged) {
        const seq = this.acknowledged;
        await engine.acknowledge({ stream: this.stream, seq });
        this.#held = { ...this.#held, acknowledged: Math.max(seq, this.#held.acknowledged) };
      }
    } finally {
      this.#acknowledging = false;
    }
  }

  /** What was read for a range, which may be less than was asked for. */
  sending(range: Range, { from, records }: OutgoingBatch): void {
    const to = from + records.length - 1;
    this.#outbox.shorten(range, to);
    this.#hashes.delete(keyOf({ from, to })); // A repeated one is young again.
    this.#hashes.set(keyOf({ from, to }), records.at(-1)?.hash ?? '');
    const oldest = this.#hashes.keys().next().value;
    if (this.#hashes.size > REMEMBERED && oldest !== undefined) this.#hashes.delete(oldest);
  }

  take({ id, from, to, hash }: Stored): Verdict {
    if (!this.#held.identities.some((identity) => identity.id === id)) return 'impossible';
    const sent = this.#hashes.get(keyOf({ from, to }));
    if (sent === undefined) return to <= this.#held.last ? 'late' : 'impossible';
    if (sent !== hash) return 'impossible';
    return this.#outbox.take({ from, to }) ? 'stored' : 'impossible';
  }
}

function keyOf({ from, to }: Range): string {
  return `${from}-${to}`;
}
