import { stat, writeFile } from 'node:fs/promises';
import {
  pathOf,
  pictureFiles,
  readIfThere,
  removePicture,
  sizeOf,
  writePicture,
  settledIds,
  type PictureKey,
} from '../../pictures/files.ts';
import type { PictureSeal } from '../../pictures/seal.ts';

/** A picture that waits. */
export interface WaitingPicture extends PictureKey {
  /** Bytes on the disk. */
  size: number;
  /** When it was taken, milliseconds since 1970 UTC. */
  at: number;
}

/** The pictures that a gateway keeps beside its log, sealed, and which of them still have to travel. */
export class PictureFolder {
  readonly #folder: string;
  readonly #seal: PictureSeal;

  constructor(folder: string, seal: PictureSeal) {
    this.#folder = folder;
    this.#seal = seal;
  }

  async keep(key: PictureKey, picture: Uint8Array): Promise<void> {
    await writePicture(this.#folder, key, await this.#seal.seal(nameOf(key.id), picture));
  }

  /** What waits, oldest first. */
  async waiting(): Promise<WaitingPicture[]> {
    const files = await pictureFiles(this.#folder);
    const settled = settledIds(files);
    const found: WaitingPicture[] = [];
    for (const { id, days, kind, path } of files) {
      if (kind !== 'picture' || settled.has(id)) continue;
      const info = await stat(path).catch(() => undefined);
      if (info !== undefined) found.push({ id, days, size: info.size, at: info.mtimeMs });
    }
    return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  async has(key: PictureKey): Promise<boolean> {
    return (await sizeOf(pathOf(this.#folder, key, 'picture'))) !== undefined;
  }

  /** The bytes of a picture; undefined if it is gone or cannot be opened. */
  async read(key: PictureKey): Promise<Buffer | undefined> {
    const sealed = await readIfThere(pathOf(this.#folder, key, 'picture'));
    return sealed && this.#seal.open(nameOf(key.id), sealed);
  }

  /** It need not be sent any more. If a power cut takes this away, the server says so again. */
  async settle(key: PictureKey): Promise<void> {
    if (!(await this.has(key))) return;
    await writeFile(pathOf(this.#folder, key, 'settled'), '', { mode: 0o600 });
  }

  async drop(id: string): Promise<void> {
    await removePicture(this.#folder, id);
  }
}

/** Which of the waiting pictures, oldest first, have to go so that the rest is not above `quota` bytes. */
export function beyondQuota(waiting: readonly WaitingPicture[], quota: number): WaitingPicture[] {
  let bytes = waiting.reduce((sum, { size }) => sum + size, 0);
  const beyond: WaitingPicture[] = [];
  for (const picture of waiting) {
    if (bytes <= quota) break;
    beyond.push(picture);
    bytes -= picture.size;
  }
  return beyond;
}

function nameOf(id: string): string {
  return `snapshot:${id}`;
}
