import type { Engine } from '../../engine/engine.ts';
import type { OutgoingStream, Recorded } from '../../engine/outgoing/outgoing.ts';
import type { Clock } from '../../model/clock.ts';
import { parser } from '../../model/parse.ts';
import type { EventEntry } from '../../model/record.ts';
import { Announcer, type AnnouncerOptions } from './announcer.ts';
import { faultAlarm } from './faults.ts';
import type { OutboxOptions } from './outbox.ts';
import { Pump } from './pump.ts';
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

export type UploaderOptions = OutboxOptions & AnnouncerOptions;

export const UPLOADER_OPTIONS: UploaderOptions = {
  batch: 100,
  window: 3,
  patience: 5000,
  longest: 30_000,
  announceEvery: 30_000,
};

/** An alarm about what a server says is not raised more often than this, in milliseconds. */
const ALARM_EVERY = 60_000;

/** `announcing`: the server has not said yet where it stands. */
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

const answers = parser(RecordsAnswer);

/**
 * Passes the log of a gateway on to a server: in batches, at least once, and so that nothing is dropped before the
 * server has committed it (R-047 to R-050, N4).
 */
export class Uploader {
  readonly #parts: UploaderParts;
  readonly #announcer: Announcer;
  readonly #pump: Pump;
  readonly #stopListening: () => void;
  #streams: StreamUpload[] = [];
  #phase: UploadPhase = 'offline';
  /** The run of the server's collector that has answered last. */
  #session = '';
  #acknowledgedAt: number | undefined;
  #alarmedAt = -Infinity;

  constructor(parts: UploaderParts) {
    this.#parts = parts;
    this.#announcer = new Announcer({
      ...parts,
      send: (announcement) => {
        this.#send(announcement);
      },
      onHeld: (held) => {
        this.#hold(held);
      },
    });
    this.#pump = new Pump(() => this.#sendAll(), parts.onError);
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

  /** Learns what waits. The engine has to be up. */
  async look(): Promise<void> {
    this.#hold(await this.#parts.engine.outgoingStreams({}));
    this.#parts.onChange();
  }

  /** There is a way to the server now, or the engine is there again. */
  connect(): void {
    this.#become('announcing');
    this.#announcer.begin();
  }

  /** The way is gone, and what was on it. */
  disconnect(): void {
    this.#become('offline');
    this.#announcer.end();
    this.#pump.stop();
  }

  /** Takes what the server sends. Rejects with INPUT_INVALID for what it cannot have sent. */
  async receive(content: unknown): Promise<void> {
    const answer = answers.parse(content, 'answer');
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

  #become(phase: UploadPhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#parts.onChange();
  }

  #hold(held: readonly OutgoingStream[]): void {
    if (this.#streams.length === 0) {
      this.#streams = held.map((each) => new StreamUpload(each, this.#parts.options));
    }
    for (const stream of this.#streams) {
      const now = held.find((each) => each.stream === stream.stream);
      if (now !== undefined) stream.look(now);
    }
  }

  #recorded(last: Recorded): void {
    for (const stream of this.#streams) stream.grew(last[stream.stream]);
    this.#parts.onChange();
    this.#pump.run();
  }

  /** A server that has just started, maybe from a backup, wants to know where this gateway stands (F-28). */
  #asked({ session }: Question): void {
    if (session !== this.#session) this.connect();
  }

  /** The server has said where it stands: from there on it gets what it does not have. */
  async #resume(position: Position): Promise<void> {
    if (!this.#announcer.takes(position)) return;
    const isNew = this.#phase !== 'uploading' || position.session !== this.#session;
    this.#session = position.session;
    for (const fault of position.faults) this.#alarm(faultAlarm(fault));
    let renew = false;
    for (const stream of this.#streams) {
      const found = await resume(this.#parts.engine, stream.held, position.streams);
      renew ||= found.renew;
      const acknowledged = Math.max(found.acknowledged, stream.held.first - 1);
      if (isNew || acknowledged < stream.acknowledged) stream.connected(acknowledged);
      this.#acknowledge(stream);
    }
    if (renew) await this.#renew();
    else if (this.#phase !== 'offline') this.#become('uploading');
    this.#pump.run();
  }

  async #renew(): Promise<void> {
    await this.#parts.engine.renewIdentity({});
    if (this.#phase !== 'offline') this.connect();
  }

  #take(stored: Stored): void {
    for (const fault of stored.faults) this.#alarm(faultAlarm(fault));
    const stream = this.#streams.find((each) => each.stream === stored.stream);
    const verdict = stream?.take(stored);
    if (verdict === 'impossible') this.#refuse(stored);
    if (verdict !== 'stored' || stream === undefined) return;
    this.#acknowledgedAt = this.#parts.clock.now();
    this.#acknowledge(stream);
    this.#parts.onChange();
    this.#pump.run();
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

  /** Lets the engine trim what the server has. */
  #acknowledge(stream: StreamUpload): void {
    stream.acknowledge(this.#parts.engine).then(this.#parts.onChange, this.#parts.onError);
  }

  /** Sends whatever may be sent now; returns after how long something may have to be sent again. */
  async #sendAll(): Promise<number | undefined> {
    if (!this.#mayUpload()) return undefined;
    for (let isMore = true; isMore;) {
      isMore = false;
      for (const stream of this.#streams) isMore = (await this.#sendNext(stream)) || isMore;
    }
    const due = Math.min(...this.#streams.map((stream) => stream.due ?? Infinity));
    return due < Infinity && this.#mayUpload()
      ? Math.max(0, due - this.#parts.clock.monotonic())
      : undefined;
  }

  #mayUpload(): boolean {
    return this.#phase === 'uploading';
  }

  /** Returns whether there was something to send. */
  async #sendNext(stream: StreamUpload): Promise<boolean> {
    if (!this.#mayUpload()) return false;
    const range = stream.next(this.#parts.clock.monotonic());
    if (range === undefined) return false;
    const query = { stream: stream.stream, ...range, bytes: BATCH_BYTES };
    const batch = await this.#parts.engine.outgoingBatch(query);
    if (batch !== undefined) {
      stream.sending(range, batch);
      this.#send({ kind: 'batch', ...batch });
    }
    // The quota has overwritten what should have been sent: the server has to know that it will not come.
    if (batch?.from !== range.from) this.#announcer.begin();
    return true;
  }

  #send(message: RecordsMessage): void {
    // What does not get through is sent again when it was not acknowledged in time.
    this.#parts.send(message).catch(() => undefined);
  }
}
