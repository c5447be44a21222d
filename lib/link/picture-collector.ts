import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AccessError } from '../model/errors.ts';
import { parser } from '../model/parse.ts';
import {
  FileId,
  digestOf,
  filesMessages,
  type FileOffer,
  type FilePart,
  type FileRefusal,
  type FilesAnswer,
} from './files.ts';
import { PictureShelf, shelfName } from './picture-shelf.ts';

const DAY = 86_400_000;

export interface PictureCollectorOptions {
  /** Holds a folder for each gateway. */
  folder: string;
  /** Bytes of one gateway at most. */
  quota: number;
  /** How long a picture is kept after it came. */
  days: number;
}

/** What one gateway sends. Its messages are taken one after the other. */
interface Reception {
  shelf: PictureShelf;
  /** What is being received; undefined after a start, so that parts without an offer count for nothing. */
  offer?: FileOffer;
  /** Bytes of everything on the shelf; undefined if they have to be counted. */
  bytes?: number;
  last: Promise<unknown>;
}

const ids = parser(FileId);

/** Takes the pictures of many gateways, and acknowledges one when it is on the disk as a whole. */
export class PictureCollector {
  readonly #options: PictureCollectorOptions;
  readonly #receptions = new Map<string, Reception>();

  constructor(options: PictureCollectorOptions) {
    this.#options = options;
  }

  /**
   * Takes a message of a gateway and resolves with the answer, if there is one. Rejects with INPUT_INVALID for a message
   * that is not one, or with what the disk says: then nothing is acknowledged, and it comes again.
   */
  take(gateway: string, content: unknown): Promise<FilesAnswer | undefined> {
    const reception = this.#reception(gateway);
    return inTurn(reception, () => {
      const message = filesMessages.parse(content, 'message');
      return message.kind === 'offer'
        ? this.#offered(reception, message)
        : received(reception, message);
    });
  }

  /** A picture. Rejects with INPUT_INVALID for an id that is none, and with NOT_FOUND if it is not here. */
  async read(gateway: string, id: unknown): Promise<Buffer> {
    const picture = await this.#shelf(gateway).read(ids.parse(id, 'id'));
    if (picture !== undefined) return picture;
    throw new AccessError('NOT_FOUND', 'there is no such picture');
  }

  /** Deletes what is older than the days allow; `now` in milliseconds since 1970 UTC. */
  async sweep(now: number): Promise<void> {
    const names = await readdir(this.#options.folder).catch(() => [] as string[]);
    const before = now - this.#options.days * DAY;
    for (const name of names) {
      await new PictureShelf(path.join(this.#options.folder, name)).sweep(before);
    }
    for (const reception of this.#receptions.values()) delete reception.bytes;
  }

  #reception(gateway: string): Reception {
    const known = this.#receptions.get(gateway);
    if (known !== undefined) return known;
    const reception = { shelf: this.#shelf(gateway), last: Promise.resolve() };
    this.#receptions.set(gateway, reception);
    return reception;
  }

  #shelf(gateway: string): PictureShelf {
    return new PictureShelf(path.join(this.#options.folder, shelfName(gateway)));
  }

  async #offered(reception: Reception, offer: FileOffer): Promise<FilesAnswer> {
    const { shelf } = reception;
    const { id, sha256, size } = offer;
    delete reception.offer;
    const stored = await shelf.read(id);
    if (stored !== undefined) {
      return digestOf(stored) === sha256 ? storedAnswer(offer) : refusal(offer, 'taken');
    }
    reception.bytes ??= await shelf.bytes();
    const here = await shelf.partSize(id);
    if (reception.bytes + Math.max(0, size - here) > this.#options.quota) {
      return refusal(offer, 'quota');
    }
    reception.offer = offer;
    return progress(reception, offer, here);
  }
}

/** A part that is not the next one changes nothing: the answer says which one is. */
async function received(
  reception: Reception,
  { id, sha256, offset, data }: FilePart,
): Promise<FilesAnswer | undefined> {
  const { offer, shelf } = reception;
  if (offer?.id !== id || offer.sha256 !== sha256) return undefined;
  const here = await shelf.partSize(id);
  if (offset !== here) return wanted(offer, here);
  const bytes = Buffer.from(data, 'base64');
  if (here + bytes.length > offer.size) return refuse(reception, offer, 'size');
  await shelf.append(id, bytes);
  if (reception.bytes !== undefined) reception.bytes += bytes.length;
  return progress(reception, offer, here + bytes.length);
}

/** With `here` bytes it is whole, or more is wanted. */
async function progress(
  reception: Reception,
  offer: FileOffer,
  here: number,
): Promise<FilesAnswer> {
  if (here < offer.size) return wanted(offer, here);
  if (here > offer.size || !(await reception.shelf.finish(offer.id, offer.sha256))) {
    return refuse(reception, offer, 'digest');
  }
  delete reception.offer;
  return storedAnswer(offer);
}

/** What came is of no use: it begins anew. */
async function refuse(
  reception: Reception,
  offer: FileOffer,
  reason: FileRefusal,
): Promise<FilesAnswer> {
  delete reception.offer;
  if (reception.bytes !== undefined) reception.bytes -= await reception.shelf.partSize(offer.id);
  await reception.shelf.discard(offer.id);
  return refusal(offer, reason);
}

function wanted({ id, sha256 }: FileOffer, offset: number): FilesAnswer {
  return { kind: 'fileWanted', id, sha256, offset };
}

function storedAnswer({ id, sha256 }: FileOffer): FilesAnswer {
  return { kind: 'fileStored', id, sha256 };
}

function refusal({ id, sha256 }: FileOffer, reason: FileRefusal): FilesAnswer {
  return { kind: 'fileRefused', id, sha256, reason };
}

/** Does something after everything that was begun before; what failed there does not matter. */
function inTurn<T>(reception: Reception, work: () => Promise<T>): Promise<T> {
  const done = reception.last.then(work);
  reception.last = done.catch(() => undefined);
  return done;
}
