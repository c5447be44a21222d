import { randomBytes } from 'node:crypto';
import type { Engine } from '../engine/engine.ts';
import type { OutgoingStream, Recorded } from '../engine/outgoing/outgoing.ts';
import type { Clock } from '../model/clock.ts';
import { parser } from '../model/parse.ts';
import type { EventEntry } from '../model/record.ts';
import { faultAlarm } from './log-faults.ts';
import type { OutboxOptions } from './outbox.ts';
import {
  BATCH_BYTES,
  RecordsAnswer,
  type Position,
  type Question,
  type RecordsMessage,
  type Stored,
} from './records.ts';
import { resume } from './resume.ts';
import { StreamUpload } from './stream-upload.ts';

export interface UploaderOptions extends OutboxOptions {
  /** How often the gateway says what it holds, in milliseconds. */
  announceEvery: number;
}

export const UPLOADER_OPTIONS: UploaderOptions = {
  batch: 100,
  window: 3,
  patience: 5000,
  longest: 300_000,
  announceEvery: 30_000,
};

/** An alarm about what a server says is not raised more often than this, in milliseconds. */
const ALARM_EVERY = 60_000;
/** After an error of the engine, in milliseconds. */
const RETRY = 1000;

export type UploadPhase = 'offline' | 'announcing' | 'uploading';

export interface UploaderParts {
  engine: Pick<
    Engine,
    'outgoingStreams' | 'outgoingBatch' | 'renewIdentity' | 'acknowledge' | 'recordEvent' | 'on'
  >;
  /** Takes a message on its way; may reject if there is no way. */
  send: (message: RecordsMessage) => Promise<void>;
  clock: Pick<Clock, 'monotonic' | 'now'>;
  options: UploaderOptions;
  /** The phase, the length or what is acknowledged is another. */
  onChange: () => void;
  /** The engine could not do what was asked of it; it is tried again. */
  onError: (error: unknown) => void;
}

/**
 * Passes the log of a gateway on to a server: in batches, at least once, and so that nothing is dropped before the
 * server has committed it (R-047 to R-050, N4).
 */
export class Uploader {
  readonly #parts: UploaderParts;
  readonly #instance = randomBytes(16).toString('base64url');
  readonly #stopListening: () => void;
  #streams: StreamUpload[] = [];
  #phase: UploadPhase = 'offline';
  #session = '';
  #number = 0;
  #attempts = 0;
  #acknowledgedAt: number | undefined;
  #alarmedAt = -Infinity;
  #announcing: NodeJS.Timeout | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #pumping = false;
  #pumpAgain = false;
  readonly #acknowledging = new Set<StreamUpload>();

  constructor(parts: UploaderParts) {
    this.#parts = parts;
    this.#stopListening = parts.engine.on('recorded', (last) => {
      this.#recorded(last);
    });
  }

  get phase(): UploadPhase {
    return this.#phase;
  }

  /** Records that wait, in all streams. */
  get length(): number {
    return this.#streams.reduce((sum, { length }) => sum + length, 0);
  }

  /** When the server acknowledged something last, milliseconds since 1970 UTC. */
  get acknowledgedAt(): number | undefined {
    return this.#acknowledgedAt;
  }

  /** Learns what waits. The engine has to be up; to be called again after each of its starts. */
  async look(): Promise<void> {
    this.#hold(await this.#parts.engine.outgoingStreams({}));
    this.#parts.onChange();
  }

  /** There is a way to the server now. */
  connect(): void {
    this.#become('announcing');
    this.#attempts = 0;
    this.#announce();
  }

  /** The way is gone, and what was on it. */
  disconnect(): void {
    this.#become('offline');
    clearTimeout(this.#announcing);
    clearTimeout(this.#waiting);
  }

  /** Takes what the server sends. Throws INPUT_INVALID for what it cannot have sent. */
  async receive(content: unknown): Promise<void> {
    const answer = answers.parse(content, 'acknowledgement');
    if (this.#phase === 'offline') return;
    if (answer.kind === 'position') await this.#resume(answer);
    else if (answer.kind === 'question') this.#asked(answer);
    else if (answer.session === this.#session) this.#take(answer);
    else if (this.#phase === 'uploading') this.connect();
  }

  close(): void {
    this.#stopListening();
    this.disconnect();
  }

  /** A server that has just started, maybe from a backup, wants to know where this gateway stands (F-28). */
  #asked({ session }: Question): void {
    if (session !== this.#session) this.connect();
  }

  #become(phase: UploadPhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#parts.onChange();
  }

  #hold(held: readonly OutgoingStream[]): void {
    if (this.#streams.length === 0) {
      this.#streams = held.map((each) => new StreamUpload(each, this.#parts.options));
      return;
    }
    for (const stream of this.#streams) {
      const now = held.find((each) => each.stream === stream.stream);
      if (now !== undefined) stream.look(now);
    }
  }

  #recorded(last: Recorded): void {
    for (const stream of this.#streams) stream.grew(last[stream.stream]);
    this.#parts.onChange();
    this.#pump();
  }

  /** Says what is here, and says it again until the server answers, and from time to time after that. */
  #announce(): void {
    clearTimeout(this.#announcing);
    const { announceEvery, patience, longest } = this.#parts.options;
    const retry = Math.min(patience * 2 ** this.#attempts, longest);
    this.#attempts += 1;
    this.#announcing = setTimeout(
      () => {
        this.#announce();
      },
      this.#phase === 'uploading' ? announceEvery : retry,
    );
    this.#sendAnnouncement().catch(this.#parts.onError);
  }

  async #sendAnnouncement(): Promise<void> {
    const held = await this.#parts.engine.outgoingStreams({});
    if (this.#phase === 'offline') return;
    this.#hold(held);
    this.#number += 1;
    const streams = held.map(({ stream, identities, first, last, head }) => {
      return { stream, identities, first, last, head };
    });
    this.#send({ kind: 'announcement', instance: this.#instance, number: this.#number, streams });
  }

  /** The server has said where it stands: from there on it gets what it does not have. */
  async #resume({ session, instance, number, streams, faults }: Position): Promise<void> {
    if (instance !== this.#instance || number !== this.#number) return;
    const isNew = this.#phase !== 'uploading' || session !== this.#session;
    this.#attempts = 0;
    for (const fault of faults) this.#alarm(faultAlarm(fault));
    let renew = false;
    for (const stream of this.#streams) {
      const found = await resume(this.#parts.engine, stream.held, streams);
      renew ||= found.renew;
      const acknowledged = Math.max(found.acknowledged, stream.held.first - 1);
      if (isNew || acknowledged < stream.acknowledged) stream.connected(acknowledged);
      this.#acknowledge(stream);
    }
    if (number !== this.#number) return;
    this.#session = session;
    if (renew) {
      await this.#parts.engine.renewIdentity({});
      this.connect();
      return;
    }
    if (this.#phase !== 'offline') this.#become('uploading');
    this.#pump();
  }

  #take(stored: Stored): void {
    const stream = this.#streams.find((each) => each.stream === stored.stream);
    const verdict = stream?.take(stored);
    for (const fault of stored.faults) this.#alarm(faultAlarm(fault));
    if (verdict === 'impossible') this.#refuse(stored);
    if (verdict !== 'stored' || stream === undefined) return;
    this.#acknowledgedAt = this.#parts.clock.now();
    this.#acknowledge(stream);
    this.#parts.onChange();
    this.#pump();
  }

  #refuse({ stream, id, from, to }: Stored): void {
    const now = this.#parts.clock.monotonic();
    if (now < this.#alarmedAt + ALARM_EVERY) return;
    this.#alarmedAt = now;
    const details = { stream, id, from, to };
    this.#alarm({ category: 'alarm', code: 'acknowledgementImpossible', details });
  }

  #alarm(event: EventEntry): void {
    this.#parts.engine.recordEvent(event).catch(this.#parts.onError);
  }

  /** Lets the engine trim what the server has; one call at a time for each stream. */
  #acknowledge(stream: StreamUpload): void {
    const { acknowledged: seq, held } = stream;
    if (seq <= held.acknowledged || this.#acknowledging.has(stream)) return;
    this.#acknowledging.add(stream);
    this.#parts.engine
      .acknowledge({ stream: stream.stream, seq })
      .then(() => {
        stream.look({ ...stream.held, acknowledged: seq });
        this.#acknowledging.delete(stream);
        this.#parts.onChange();
        this.#acknowledge(stream);
      })
      .catch((error: unknown) => {
        this.#acknowledging.delete(stream);
        this.#parts.onError(error);
      });
  }

  /** Sends whatever may be sent now. */
  #pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    this.#sendAll()
      .catch((error: unknown) => {
        this.#parts.onError(error);
        this.#pumpAfter(RETRY);
      })
      .finally(() => {
        this.#pumping = false;
      });
  }

  async #sendAll(): Promise<void> {
    while (this.#pumpAgain) {
      this.#pumpAgain = false;
      for (const stream of this.#streams) {
        if (this.#phase === 'uploading' && (await this.#sendNext(stream))) this.#pumpAgain = true;
      }
    }
    const due = Math.min(...this.#streams.map((stream) => stream.due ?? Infinity));
    if (due < Infinity) this.#pumpAfter(Math.max(0, due - this.#parts.clock.monotonic()));
  }

  #pumpAfter(delay: number): void {
    clearTimeout(this.#waiting);
    if (this.#phase === 'offline') return;
    this.#waiting = setTimeout(() => {
      this.#pump();
    }, delay);
  }

  /** Returns whether there was something to send. */
  async #sendNext(stream: StreamUpload): Promise<boolean> {
    const range = stream.next(this.#parts.clock.monotonic());
    if (range === undefined) return false;
    const query = { stream: stream.stream, ...range, bytes: BATCH_BYTES };
    const batch = await this.#parts.engine.outgoingBatch(query);
    if (batch !== undefined) {
      stream.sending(range, batch);
      this.#send({ kind: 'batch', ...batch } as RecordsMessage);
    }
    if (batch?.from !== range.from) await this.#overwritten();
    return true;
  }

  /** The quota has overwritten what should have been sent: the server has to know that it will not come. */
  async #overwritten(): Promise<void> {
    this.#hold(await this.#parts.engine.outgoingStreams({}));
    this.#announce();
  }

  #send(message: RecordsMessage): void {
    // What does not get through is sent again when it was not acknowledged in time.
    this.#parts.send(message).catch(() => undefined);
  }
}

const answers = parser(RecordsAnswer);
