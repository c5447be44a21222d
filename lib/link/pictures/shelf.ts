import { rm } from 'node:fs/promises';
import {
  findPicture,
  makeDurable,
  pathOf,
  pictureFiles,
  readIfThere,
  removePicture,
  shelfFolder,
  sizeOf,
  writePicture,
} from '../../pictures/files.ts';
import type { PictureSeal } from '../../pictures/seal.ts';
import { digestOf, type FileOffer } from './files.ts';
import { PartFile } from './part-file.ts';

/** The pictures of one gateway at its server, sealed. Ids are checked before. */
export class PictureShelf {
  readonly #folder: string;
  readonly #gateway: string;
  readonly #seal: PictureSeal;

  /** `data` is the data folder. */
  constructor(data: string, gateway: string, seal: PictureSeal) {
    this.#folder = shelfFolder(data, gateway);
    this.#gateway = gateway;
    this.#seal = seal;
  }

  /** Bytes of all files. */
  async bytes(): Promise<number> {
    let sum = 0;
    for (const file of await pictureFiles(this.#folder)) sum += (await sizeOf(file.path)) ?? 0;
    return sum;
  }

  /** A picture that is here as a whole; undefined if it is not, or cannot be opened any more. */
  async read(id: string): Promise<Buffer | undefined> {
    const file = await findPicture(this.#folder, id);
    const sealed = file === undefined ? undefined : await readIfThere(file);
    return sealed && this.#seal.open(this.#name(id), sealed);
  }

  /** What has come of a picture. */
  part(offer: FileOffer): Promise<PartFile> {
    const bound = `part:${this.#gateway}/${offer.id}/${offer.sha256}`;
    return PartFile.open(pathOf(this.#folder, offer, 'part'), this.#seal, bound);
  }

  /** Makes a picture of its parts, durably, if they are what was meant. */
  async finish(offer: FileOffer, part: PartFile): Promise<boolean> {
    const bytes = await part.bytes();
    if (digestOf(bytes) !== offer.sha256) return false;
    const sealed = await this.#seal.seal(this.#name(offer.id), bytes);
    await makeDurable(await writePicture(this.#folder, offer, sealed));
    await rm(pathOf(this.#folder, offer, 'part'), { force: true });
    return true;
  }

  async remove(id: string): Promise<void> {
    await removePicture(this.#folder, id);
  }

  #name(id: string): string {
    return `picture:${this.#gateway}/${id}`;
  }
}
