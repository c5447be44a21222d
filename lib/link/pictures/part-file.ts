import { constants } from 'node:fs';
import { mkdir, open, rm, truncate } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere } from '../../pictures/files.ts';
import type { PictureSeal } from '../../pictures/seal.ts';

const LENGTH_BYTES = 4;

/**
 * The beginning of a file that is on its way: pieces one after the other, each sealed, behind its length in four bytes.
 * What a power cut has left of the last one does not count.
 */
export class PartFile {
  readonly #file: string;
  readonly #seal: PictureSeal;
  readonly #bound: string;
  #size = 0;
  #end = 0;

  /** `bound` says of what it is the beginning. */
  private constructor(file: string, seal: PictureSeal, bound: string) {
    this.#file = file;
    this.#seal = seal;
    this.#bound = bound;
  }

  /** Goes on with what is there, if it is the beginning of the same. */
  static async open(file: string, seal: PictureSeal, bound: string): Promise<PartFile> {
    const part = new PartFile(file, seal, bound);
    const there = await readIfThere(file);
    if (there === undefined) return part;
    await part.#read(there);
    await truncate(file, part.#end);
    return part;
  }

  /** Bytes that are here. */
  get size(): number {
    return this.#size;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const sealed = await this.#seal.seal(this.#piece(), bytes);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32BE(sealed.length);
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const handle = await open(this.#file, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      await handle.write(Buffer.concat([length, sealed]), 0, null, this.#end);
    } finally {
      await handle.close();
    }
    this.#size += bytes.length;
    this.#end += LENGTH_BYTES + sealed.length;
  }

  /** All that is here, read anew from the disk. */
  async bytes(): Promise<Buffer> {
    return this.#read((await readIfThere(this.#file)) ?? Buffer.alloc(0));
  }

  async discard(): Promise<void> {
    await rm(this.#file, { force: true });
    this.#size = 0;
    this.#end = 0;
  }

  async #read(file: Buffer): Promise<Buffer> {
    const pieces: Buffer[] = [];
    this.#size = 0;
    this.#end = 0;
    while (this.#end + LENGTH_BYTES <= file.length) {
      const start = this.#end + LENGTH_BYTES;
      const end = start + file.readUInt32BE(this.#end);
      const piece = await this.#seal.open(this.#piece(), file.subarray(start, end));
      if (piece === undefined) break;
      pieces.push(piece);
      this.#size += piece.length;
      this.#end = end;
    }
    return Buffer.concat(pieces);
  }

  /** What the next piece is: in another place it does not open. */
  #piece(): string {
    return `${this.#bound}/${this.#size}`;
  }
}
