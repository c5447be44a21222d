import { statSync } from 'node:fs';

/** Size from which the WAL counts as out of hand, in bytes: some reader keeps it from being reused. */
export const WAL_ALARM = 64 * 1024 * 1024;

/**
 * Watches the files of an open database by their directory entries alone: a descriptor of our own would
 * drop SQLite's locks. Another program may put other files in their place, and the engine would go on
 * writing into files without a name (F-34).
 */
export class FileGuard {
  readonly #database: string;
  readonly #wal: string;
  readonly #databaseInode: number | undefined;
  readonly #walInode: number | undefined;

  /** Takes the files that are there now for those that are in use. */
  constructor(database: string) {
    this.#database = database;
    this.#wal = `${database}-wal`;
    this.#databaseInode = entry(this.#database)?.ino;
    this.#walInode = entry(this.#wal)?.ino;
  }

  /** Whether the directory still names the database that is in use. */
  get databaseIntact(): boolean {
    return entry(this.#database)?.ino === this.#databaseInode;
  }

  /** Whether the directory still names the write-ahead log that is in use. */
  get walIntact(): boolean {
    return this.#walInode !== undefined && entry(this.#wal)?.ino === this.#walInode;
  }

  /** Bytes. */
  get walSize(): number {
    return entry(this.#wal)?.size ?? 0;
  }
}

function entry(file: string) {
  return statSync(file, { throwIfNoEntry: false });
}
