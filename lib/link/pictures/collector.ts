import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import { AccessError } from '../../model/errors.ts';
import { collectedFolder, idOfReference, sweepPictures } from '../../pictures/files.ts';
import { PictureSeal } from '../../pictures/seal.ts';
import { filesMessages, type FilesAnswer } from './files.ts';
import { PictureReception, refusal } from './reception.ts';
import { PictureShelf } from './shelf.ts';

export interface PictureCollectorParts {
  /** The data folder of the server. */
  folder: string;
  engine: Pick<Engine, 'pictureKey' | 'judgePicture'>;
  /** Bytes of one gateway at most; 0 takes none. */
  quota: number;
}

/** Takes the pictures of many gateways, and acknowledges one when it is on the disk as a whole. */
export class PictureCollector {
  readonly #parts: PictureCollectorParts;
  readonly #seal: PictureSeal;
  readonly #receptions = new Map<string, PictureReception>();

  constructor(parts: PictureCollectorParts) {
    this.#parts = parts;
    this.#seal = new PictureSeal(parts.engine);
  }

  /**
   * Takes a message of a gateway and resolves with the answer, if there is one. Rejects with INPUT_INVALID for a message
   * that is not one, or with what the disk or the engine says: then nothing is acknowledged, and it comes again.
   */
  async take(gateway: string, content: unknown): Promise<FilesAnswer | undefined> {
    const message = filesMessages.parse(content, 'message');
    if (this.#parts.quota > 0) return this.#reception(gateway).take(message);
    return message.kind === 'offer' ? refusal(message, 'unwanted') : undefined;
  }

  /** The picture to which a record refers by its `snapshot`. Rejects with NOT_FOUND if it is not here. */
  async read(gateway: string, snapshot: string): Promise<Buffer> {
    const id = idOfReference(snapshot);
    const picture = id === undefined ? undefined : await this.#shelf(gateway).read(id);
    if (picture !== undefined) return picture;
    throw new AccessError('NOT_FOUND', 'there is no such picture');
  }

  /** Deletes what its days have run out for; `now` in milliseconds since 1970 UTC. */
  async sweep(now: number): Promise<void> {
    const folder = collectedFolder(this.#parts.folder);
    const shelves = await readdir(folder).catch(() => [] as string[]);
    for (const shelf of shelves) await sweepPictures(path.join(folder, shelf), now);
    for (const reception of this.#receptions.values()) reception.recount();
  }

  #reception(gateway: string): PictureReception {
    const known = this.#receptions.get(gateway);
    if (known !== undefined) return known;
    const parts = { ...this.#parts, gateway, shelf: this.#shelf(gateway) };
    const reception = new PictureReception(parts);
    this.#receptions.set(gateway, reception);
    return reception;
  }

  #shelf(gateway: string): PictureShelf {
    return new PictureShelf(this.#parts.folder, gateway, this.#seal);
  }
}
