import type { Clock } from '../model/clock.ts';
import type { EventEntry } from '../model/record.ts';
import { MAX_FILE, digestOf, filesAnswers, type FileRefusal, type FilesMessage } from './files.ts';
import { PictureFolder, beyondQuota, type WaitingPicture } from './picture-folder.ts';
import { Pump } from './pump.ts';
import { Transfer, type Step, type TransferOptions } from './transfer.ts';

/** How often a folder is looked at for new pictures, in milliseconds. */
const LOOK_EVERY = 30_000;
/** A picture that arrives as something else so often is given up, so that it does not block those behind it. */
const TRIES = 3;
/** An alarm about what a server says is not raised more often than this, in milliseconds. */
const ALARM_EVERY = 60_000;

export interface PictureUploaderParts {
  /** Where the pictures are. */
  folder: string;
  /** Bytes that may wait. Beyond, the oldest are dropped. */
  quota: number;
  engine: { recordEvent(event: EventEntry): Promise<unknown> };
  /** Takes a message on its way; may reject if there is no way. */
  send: (message: FilesMessage) => Promise<void>;
  /** Whether nothing that is more urgent waits: records go first. */
  isFree: () => boolean;
  clock: Pick<Clock, 'monotonic'>;
  options: TransferOptions;
  /** What waits or was dropped is another. */
  onChange: () => void;
  onError: (error: unknown) => void;
}

/** What is on its way. */
interface Travelling {
  id: string;
  sha256: string;
  bytes: Buffer;
  transfer: Transfer;
  /** How often it arrived as something else. */
  failures: number;
}

/** Passes the pictures of a gateway on to a server: oldest first, one at a time, and only when no record waits. */
export class PictureUploader {
  readonly #parts: PictureUploaderParts;
  readonly #folder: PictureFolder;
  readonly #pump: Pump;
  #waiting: WaitingPicture[] = [];
  #lookAt = -Infinity;
  #travelling: Travelling | undefined;
  #isConnected = false;
  #dropped = 0;
  #alarmedAt = -Infinity;

  constructor(parts: PictureUploaderParts) {
    this.#parts = parts;
    this.#folder = new PictureFolder(parts.folder);
    this.#pump = new Pump(() => this.#work(), parts.onError);
    this.#pump.run();
  }

  /** Pictures that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Pictures that were dropped unsent since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  connect(): void {
    this.#isConnected = true;
    this.run();
  }

  disconnect(): void {
    this.#isConnected = false;
    this.#travelling?.transfer.cut();
  }

  /** To be called when it may have become free. */
  run(): void {
    if (this.#isConnected && this.#parts.isFree()) this.#pump.run();
  }

  /** Takes what the server sends. Rejects with INPUT_INVALID for what it cannot have sent. */
  async receive(content: unknown): Promise<void> {
    const answer = filesAnswers.parse(content, 'answer');
    const travelling = this.#travelling;
    if (!this.#isConnected || answer.id !== travelling?.id) return;
    if (answer.sha256 !== travelling.sha256) this.#impossible(answer.id);
    else if (answer.kind === 'fileStored') await this.#settle(travelling);
    else if (answer.kind === 'fileRefused') await this.#refused(travelling, answer.reason);
    else this.#wanted(travelling, answer.offset);
  }

  close(): void {
    this.disconnect();
    this.#pump.stop();
  }

  /** Returns after how many milliseconds it has to be looked again. */
  async #work(): Promise<number | undefined> {
    const { clock, isFree } = this.#parts;
    if (clock.monotonic() >= this.#lookAt) await this.#look();
    const look = Math.max(0, this.#lookAt - clock.monotonic());
    if (!this.#isConnected || !isFree()) return look;
    this.#travelling ??= await this.#take();
    if (this.#travelling === undefined) return look;
    this.#sendAll(this.#travelling);
    return Math.min(look, Math.max(0, this.#travelling.transfer.due - clock.monotonic()));
  }

  async #look(): Promise<void> {
    const waiting = await this.#folder.waiting();
    const beyond = beyondQuota(waiting, this.#parts.quota);
    for (const { id } of beyond) {
      if (id === this.#travelling?.id) this.#travelling = undefined;
      await this.#folder.drop(id);
    }
    this.#waiting = waiting.slice(beyond.length);
    this.#lookAt = this.#parts.clock.monotonic() + LOOK_EVERY;
    this.#lost(beyond.length, 'picturesDropped', { count: beyond.length });
    this.#parts.onChange();
  }

  /** The oldest that can be sent; what cannot, ever, is settled. */
  async #take(): Promise<Travelling | undefined> {
    for (let oldest = this.#waiting[0]; oldest !== undefined; oldest = this.#waiting[0]) {
      const { id } = oldest;
      const bytes = await this.#folder.read(id);
      if (bytes !== undefined && bytes.length > 0 && bytes.length <= MAX_FILE) {
        const transfer = new Transfer(bytes.length, this.#parts.options);
        return { id, sha256: digestOf(bytes), bytes, transfer, failures: 0 };
      }
      if (bytes === undefined) this.#forget(id);
      else await this.#giveUp(id, 'size');
    }
    return undefined;
  }

  #sendAll(travelling: Travelling): void {
    const { clock, send, isFree } = this.#parts;
    while (isFree()) {
      const step = travelling.transfer.next(clock.monotonic());
      if (step === undefined) return;
      // What does not get through is offered again when nothing was answered in time.
      send(messageOf(travelling, step)).catch(() => undefined);
    }
  }

  #wanted({ id, transfer }: Travelling, offset: number): void {
    if (!transfer.wanted(offset, this.#parts.clock.monotonic())) this.#impossible(id);
    this.run();
  }

  async #settle({ id }: Travelling): Promise<void> {
    this.#travelling = undefined;
    await this.#folder.settle(id);
    this.#forget(id);
    this.run();
  }

  async #refused(travelling: Travelling, reason: FileRefusal): Promise<void> {
    const { id, transfer } = travelling;
    const isBroken = reason === 'digest' || reason === 'size';
    if (isBroken) travelling.failures += 1;
    if (reason === 'taken' || travelling.failures >= TRIES) {
      this.#travelling = undefined;
      await this.#giveUp(id, reason);
    } else if (isBroken) transfer.cut();
    else transfer.refused(this.#parts.clock.monotonic());
    this.run();
  }

  /** It stays here until its retention is over, and does not travel. */
  async #giveUp(id: string, reason: FileRefusal): Promise<void> {
    await this.#folder.settle(id);
    this.#forget(id);
    this.#lost(1, 'pictureRefused', { id, reason });
  }

  #forget(id: string): void {
    this.#waiting = this.#waiting.filter((picture) => picture.id !== id);
    this.#parts.onChange();
  }

  #lost(count: number, code: string, details: Record<string, string | number>): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#alarm(code, { ...details, total: this.#dropped });
  }

  #impossible(id: string): void {
    const now = this.#parts.clock.monotonic();
    if (now < this.#alarmedAt + ALARM_EVERY) return;
    this.#alarmedAt = now;
    this.#alarm('acknowledgementImpossible', { picture: id });
  }

  #alarm(code: string, details: Record<string, string | number>): void {
    const { engine, onError } = this.#parts;
    engine.recordEvent({ category: 'alarm', code, details }).catch(onError);
  }
}

function messageOf({ id, sha256, bytes }: Travelling, step: Step): FilesMessage {
  if (step.kind === 'offer') {
    return { kind: 'offer', id, sha256, size: bytes.length, type: 'image/jpeg' };
  }
  const { offset, end } = step;
  const data = bytes.subarray(offset, end).toString('base64');
  return { kind: 'part', id, sha256, offset, data };
}
