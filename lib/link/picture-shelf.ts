import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { digestOf } from './files.ts';

const PLAIN = /^[\w-]{1,64}$/;
/** A picture, or one of which only a part is here. */
const NAME = /^[\w-]{1,64}\.(jpg|part)$/;

/** The folder of a gateway among those of all: no name leads anywhere else, and no two lead to the same. */
export function shelfName(gateway: string): string {
  if (PLAIN.test(gateway)) return gateway;
  return `=${digestOf(Buffer.from(gateway))}`;
}

/** The pictures of one gateway at its server: `<id>.jpg`, and `<id>.part` until all of it is here. Ids are checked before. */
export class PictureShelf {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes of all pictures and parts. */
  async bytes(): Promise<number> {
    let sum = 0;
    for (const name of await this.#names()) sum += await this.#size(name);
    return sum;
  }

  /** Bytes of a picture that are here while others are missing. */
  partSize(id: string): Promise<number> {
    return this.#size(`${id}.part`);
  }

  /** A picture that is here as a whole; undefined if it is not. */
  async read(id: string): Promise<Buffer | undefined> {
    return readIfThere(this.#file(`${id}.jpg`));
  }

  async append(id: string, bytes: Buffer): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(this.#file(`${id}.part`), 'a', 0o600);
    try {
      await file.appendFile(bytes);
    } finally {
      await file.close();
    }
  }

  async discard(id: string): Promise<void> {
    await rm(this.#file(`${id}.part`), { force: true });
  }

  /** Makes a picture of its parts, durably, if they are what was meant. */
  async finish(id: string, sha256: string): Promise<boolean> {
    const part = this.#file(`${id}.part`);
    const bytes = await readIfThere(part);
    if (bytes === undefined || digestOf(bytes) !== sha256) return false;
    await sync(part);
    await rename(part, this.#file(`${id}.jpg`));
    await sync(this.#folder);
    return true;
  }

  /** Deletes what came before an instant, in milliseconds since 1970 UTC. Other files are left alone. */
  async sweep(before: number): Promise<void> {
    for (const name of await this.#names()) {
      const info = await stat(this.#file(name)).catch(() => undefined);
      if (info !== undefined && info.mtimeMs < before) await rm(this.#file(name), { force: true });
    }
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    return names.filter((name) => NAME.test(name));
  }

  async #size(name: string): Promise<number> {
    const info = await stat(this.#file(name)).catch(() => undefined);
    return info?.size ?? 0;
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function sync(file: string): Promise<void> {
  const handle = await open(file);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
