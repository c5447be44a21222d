import type { Engine } from '../../engine/engine.ts';
import type { Clock } from '../../model/clock.ts';
import type { PictureKey } from '../../pictures/files.ts';
import { PictureSeal } from '../../pictures/seal.ts';
import { MAX_FILE, digestOf, filesAnswers, type FileRefusal, type FilesMessage } from './files.ts';
import { PictureFolder, beyondQuota, type WaitingPicture } from './folder.ts';
import { Pump } from '../log/pump.ts';
import { Transfer, type Step, type TransferOptions } from './transfer.ts';

/** A picture that was refused so often is given up, so that it does not block those behind it. */
const TRIES = 3;
/** An alarm about what a server says is not raised more often than this, in milliseconds. */
const ALARM_EVERY = 60_000;

export interface PictureUploaderOptions extends TransferOptions {
  /** How often the folder is looked at for new pictures, in milliseconds. */
  lookEvery: number;
}

export interface PictureUploaderParts {
  /** Where the pictures are. */
  folder: string;
  /** Bytes that may wait. Beyond, the oldest are dropped. */
  quota: number;
  engine: Pick<Engine, 'pictureKey' | 'recordEvent'>;
  /** Takes a message on its way; may reject if there is no way. */
  send: (message: FilesMessage) => Promise<void>;
  /** Whether nothing that is more urgent waits: records go first. */
  isFree: () => boolean;
  clock: Pick<Clock, 'monotonic'>;
  options: PictureUploaderOptions;
  /** What waits or was dropped is another. */
  onChange: () => void;
  onError: (error: unknown) => void;
}

/** What is on its way. */
interface Travelling extends PictureKey {
  sha256: string;
  bytes: Buffer;
  transfer: Transfer;
}

/** Why a picture does not travel: what the server says, or that it cannot be read here. */
type Obstacle = FileRefusal | 'broken';

/** Passes the pictures of a gateway on to a server: oldest first, one at a time, and only when no record waits. */
export class PictureUploader {
  readonly #parts: PictureUploaderParts;
  readonly #folder: PictureFolder;
  readonly #pump: Pump;
  #waiting: WaitingPicture[] = [];
  #lookAt = -Infinity;
  #travelling: Travelling | undefined;
  /** How often pictures were refused that may be taken another time. */
  readonly #refusals = new Map<string, number>();
  #isConnected = false;
  #dropped = 0;
  #alarmedAt = -Infinity;

  constructor(parts: PictureUploaderParts) {
    this.#parts = parts;
    this.#folder = new PictureFolder(parts.folder, new PictureSeal(parts.engine));
    this.#pump = new Pump(() => this.#work(), parts.onError);
    this.#pump.run();
  }

  /** Pictures that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Pictures that were given up or dropped unsent since the start. */
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
    else if (answer.kind === 'fileWanted') this.#wanted(travelling, answer.offset);
    else if (answer.kind === 'fileStored') await this.#settle(travelling);
    else await this.#refused(travelling, answer.reason);
    this.run();
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
    const travelling = await this.#next();
    if (travelling === undefined) return look;
    this.#sendAll(travelling);
    return Math.min(look, Math.max(0, travelling.transfer.due - clock.monotonic()));
  }

  async #look(): Promise<void> {
    const { quota, clock, options } = this.#parts;
    const waiting = await this.#folder.waiting();
    const beyond = beyondQuota(waiting, quota);
    for (const { id } of beyond) await this.#folder.drop(id);
    this.#waiting = waiting.slice(beyond.length);
    this.#lookAt = clock.monotonic() + options.lookEvery;
    this.#lost(beyond.length, 'picturesDropped', { count: beyond.length });
    this.#parts.onChange();
  }

  /** What is on its way, as long as it is still here, or the oldest that waits. */
  async #next(): Promise<Travelling | undefined> {
    const travelling = this.#travelling;
    if (travelling !== undefined && (await this.#folder.has(travelling))) return travelling;
    if (travelling !== undefined) this.#forget(travelling.id); // Erased, or its time is over.
    this.#travelling = await this.#take();
    return this.#travelling;
  }

  async #take(): Promise<Travelling | undefined> {
    for (let oldest = this.#waiting[0]; oldest !== undefined; oldest = this.#waiting[0]) {
      const bytes = await this.#folder.read(oldest);
      if (bytes !== undefined && bytes.length > 0 && bytes.length <= MAX_FILE) {
        const transfer = new Transfer(bytes.length, this.#parts.options);
        return { ...oldest, sha256: digestOf(bytes), bytes, transfer };
      }
      if (await this.#folder.has(oldest)) await this.#giveUp(oldest, bytes ? 'size' : 'broken');
      else this.#forget(oldest.id);
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
  }

  async #refused(travelling: Travelling, reason: FileRefusal): Promise<void> {
    const { id, transfer } = travelling;
    if (reason === 'quota') transfer.refused(this.#parts.clock.monotonic());
    else if (reason === 'erased') await this.#erase(travelling);
    else if (reason === 'unwanted') await this.#settle(travelling);
    else if (reason === 'unknown') await this.#postpone(travelling);
    else if (reason === 'taken' || this.#isOften(id)) await this.#giveUp(travelling, reason);
    else transfer.cut();
  }

  #isOften(id: string): boolean {
    const refusals = (this.#refusals.get(id) ?? 0) + 1;
    this.#refusals.set(id, refusals);
    return refusals >= TRIES;
  }

  /** The next look brings it back. Where nobody has decided about an attempt, there is no record for its picture. */
  async #postpone(picture: PictureKey): Promise<void> {
    if (this.#isOften(picture.id)) await this.#settle(picture);
    else this.#forget(picture.id);
  }

  async #settle(picture: PictureKey): Promise<void> {
    await this.#folder.settle(picture);
    this.#over(picture.id);
  }

  async #erase({ id }: PictureKey): Promise<void> {
    await this.#folder.drop(id);
    this.#over(id);
  }

  /** It stays here until its days are over, and does not travel. */
  async #giveUp(picture: PictureKey, reason: Obstacle): Promise<void> {
    await this.#settle(picture);
    this.#lost(1, 'pictureRefused', { picture: picture.id, reason });
  }

  #over(id: string): void {
    this.#refusals.delete(id);
    this.#forget(id);
  }

  #forget(id: string): void {
    if (this.#travelling?.id === id) this.#travelling = undefined;
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

function messageOf({ id, sha256, bytes, days }: Travelling, step: Step): FilesMessage {
  if (step.kind === 'offer') {
    return { kind: 'offer', id, sha256, size: bytes.length, type: 'image/jpeg', days };
  }
  const { offset, end } = step;
  const data = bytes.subarray(offset, end).toString('base64');
  return { kind: 'part', id, sha256, offset, data };
}
