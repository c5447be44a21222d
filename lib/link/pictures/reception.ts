import type { Engine } from '../../engine/engine.ts';
import {
  digestOf,
  type FileOffer,
  type FilePart,
  type FileRefusal,
  type FilesAnswer,
  type FilesMessage,
} from './files.ts';
import type { PartFile } from './part-file.ts';
import type { PictureShelf } from './shelf.ts';

export interface ReceptionParts {
  gateway: string;
  shelf: PictureShelf;
  engine: Pick<Engine, 'judgePicture'>;
  /** Bytes of this gateway at most. */
  quota: number;
}

/** What one gateway sends: its messages are taken one after the other. */
export class PictureReception {
  readonly #parts: ReceptionParts;
  /** Undefined after a start: parts without an offer count for nothing. */
  #current: { offer: FileOffer; part: PartFile } | undefined;
  /** Bytes of everything on the shelf; undefined if they have to be counted. */
  #bytes: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  /** Takes a message after all that came before; what failed there does not matter. */
  take(message: FilesMessage): Promise<FilesAnswer | undefined> {
    const done = this.#last.then(() =>
      message.kind === 'offer' ? this.#offered(message) : this.#received(message),
    );
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Files may have gone. */
  recount(): void {
    this.#bytes = undefined;
  }

  async #offered(offer: FileOffer): Promise<FilesAnswer> {
    const { shelf, quota } = this.#parts;
    this.#current = undefined;
    const refused = await this.#judge(offer);
    if (refused !== undefined) return refused;
    const stored = await shelf.read(offer.id);
    if (stored !== undefined) {
      return digestOf(stored) === offer.sha256 ? storedAnswer(offer) : refusal(offer, 'taken');
    }
    const part = await shelf.part(offer);
    this.#bytes ??= await shelf.bytes();
    if (this.#bytes + Math.max(0, offer.size - part.size) > quota) return refusal(offer, 'quota');
    this.#current = { offer, part };
    return this.#progress(offer, part);
  }

  /** A part that is not the next one changes nothing: the answer says which one is. */
  async #received(message: FilePart): Promise<FilesAnswer | undefined> {
    const { offer, part } = this.#current ?? {};
    if (part === undefined || offer?.id !== message.id || offer.sha256 !== message.sha256) {
      return undefined;
    }
    if (message.offset !== part.size) return wanted(offer, part);
    const bytes = Buffer.from(message.data, 'base64');
    if (part.size + bytes.length > offer.size) return this.#beginAnew(offer, part, 'size');
    await part.append(bytes);
    if (this.#bytes !== undefined) this.#bytes += bytes.length;
    return this.#progress(offer, part);
  }

  /** It is whole, or more is wanted. */
  async #progress(offer: FileOffer, part: PartFile): Promise<FilesAnswer> {
    if (part.size < offer.size) return wanted(offer, part);
    const isWhole = part.size === offer.size && (await this.#parts.shelf.finish(offer, part));
    if (!isWhole) return this.#beginAnew(offer, part, 'digest');
    this.#current = undefined;
    // The person may have been erased meanwhile, and with them all pictures that were whole by then.
    return (await this.#judge(offer)) ?? storedAnswer(offer);
  }

  /** What a gateway may not send is not kept; undefined for what is wanted. */
  async #judge(offer: FileOffer): Promise<FilesAnswer | undefined> {
    const { engine, gateway, shelf } = this.#parts;
    const { verdict } = await engine.judgePicture({ gateway, id: offer.id });
    if (verdict === 'wanted') return undefined;
    await shelf.remove(offer.id);
    return refusal(offer, verdict);
  }

  /** What came is of no use. */
  async #beginAnew(offer: FileOffer, part: PartFile, reason: FileRefusal): Promise<FilesAnswer> {
    this.#current = undefined;
    await part.discard();
    this.recount();
    return refusal(offer, reason);
  }
}

function wanted({ id, sha256 }: FileOffer, { size }: PartFile): FilesAnswer {
  return { kind: 'fileWanted', id, sha256, offset: size };
}

function storedAnswer({ id, sha256 }: FileOffer): FilesAnswer {
  return { kind: 'fileStored', id, sha256 };
}

export function refusal({ id, sha256 }: FileOffer, reason: FileRefusal): FilesAnswer {
  return { kind: 'fileRefused', id, sha256, reason };
}
