import { statSync } from 'node:fs';

/** Size from which the WAL counts as out of hand, in bytes: some reader keeps it from being reused. */
export const WAL_ALARM = 64 * 1024 * 1024;

/**
 * Watches the write-ahead log by its directory entry alone: a descriptor of our own would drop SQLite's
 * locks. Another program that believed itself the last one may have unlinked the WAL, and the engine
 * would go on writing into a file without a name (F-34).
 */
export class WalGuard {
  readonly #file: string;
  readonly #inode: bigint | undefined;

  /** Takes the WAL that is there now for the one that is in use. */
  constructor(database: string) {
    this.#file = `${database}-wal`;
    this.#inode = this.#entry()?.ino;
  }

  /** Whether the directory still names the WAL that the engine writes. */
  get intact(): boolean {
    return this.#inode !== undefined && this.#entry()?.ino === this.#inode;
  }

  /** Bytes. */
  get size(): number {
    return Number(this.#entry()?.size ?? 0);
  }

  #entry() {
    return statSync(this.#file, { throwIfNoEntry: false, bigint: true });
  }
}
