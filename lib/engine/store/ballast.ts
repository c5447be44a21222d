import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BALLAST_BYTES = 16 * 1024 * 1024;
/** The ballast is laid down only where this much is free beside it. */
const ROOM_BESIDE = BALLAST_BYTES / 2;

/**
 * A file that does nothing but take space, so that a full disk still has room for the last records and
 * for the alarm (F-09).
 */
export class Ballast {
  readonly #folder: string;
  readonly #file: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, 'ballast.bin');
  }

  get present(): boolean {
    return statSync(this.#file, { throwIfNoEntry: false })?.size === BALLAST_BYTES;
  }

  /** Lays the ballast down if it is missing and the disk has room. */
  ensure(): void {
    if (this.present) return;
    const { bavail, bsize } = statfsSync(this.#folder);
    if (bavail * bsize < BALLAST_BYTES + ROOM_BESIDE) return;
    try {
      this.#write();
    } catch {
      this.release();
    }
  }

  /** Gives the space back; false if there was none to give. */
  release(): boolean {
    const present = statSync(this.#file, { throwIfNoEntry: false }) !== undefined;
    rmSync(this.#file, { force: true });
    return present;
  }

  /** Random bytes, for zeros would take no space where the file system compresses. */
  #write(): void {
    const block = randomFillSync(Buffer.alloc(1024 * 1024));
    const descriptor = openSync(this.#file, 'w', 0o600);
    try {
      for (let written = 0; written < BALLAST_BYTES;) {
        written += writeSync(descriptor, block);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}
