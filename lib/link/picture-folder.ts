import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const PICTURE = /^([\w-]{1,64})\.jpg$/;

/** A picture that waits. */
export interface WaitingPicture {
  /** The attempt that it belongs to. */
  id: string;
  /** Bytes. */
  size: number;
  /** When it was taken, milliseconds since 1970 UTC. */
  at: number;
}

/** Beside a picture that need not be sent any more: the server has it, or will never take it. */
export function settledMark(id: string): string {
  return `${id}.settled`;
}

/** The pictures that a gateway keeps beside its log, and which of them still have to travel. */
export class PictureFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What waits, oldest first; nothing if there is no such folder. */
  async waiting(): Promise<WaitingPicture[]> {
    const names = new Set(await readdir(this.#folder).catch(() => [] as string[]));
    const ids = [...names].flatMap((name) => PICTURE.exec(name)?.[1] ?? []);
    const open = ids.filter((id) => !names.has(settledMark(id)));
    const found: WaitingPicture[] = [];
    for (const id of open) {
      const info = await stat(this.#picture(id)).catch(() => undefined);
      if (info?.isFile() === true) found.push({ id, size: info.size, at: info.mtimeMs });
    }
    return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  /** The bytes of a picture; undefined if it is gone. */
  read(id: string): Promise<Buffer | undefined> {
    return readFile(this.#picture(id)).catch(() => undefined);
  }

  /** It need not be sent any more. If a power cut takes this away, the server says so again. */
  async settle(id: string): Promise<void> {
    await writeFile(path.join(this.#folder, settledMark(id)), '', { mode: 0o600 });
  }

  async drop(id: string): Promise<void> {
    await rm(this.#picture(id), { force: true });
  }

  #picture(id: string): string {
    return path.join(this.#folder, `${id}.jpg`);
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
