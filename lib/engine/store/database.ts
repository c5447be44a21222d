import { DatabaseSync } from 'node:sqlite';
import { AccessError, isAccessError } from '../../model/errors.ts';

/** Name of the database inside the data folder. */
export const DATABASE_FILE = 'gateway.db';

/** Size to which SQLite cuts the WAL back after a checkpoint, in bytes. */
const WAL_LIMIT = 16 * 1024 * 1024;
/** How long a statement waits for another process that holds a lock, in milliseconds. */
const LOCK_TIMEOUT = 2000;

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Opens the database for the one writer: WAL and FULL, so that a committed transaction survives a power
 * cut. Nothing else may open the file through `fs` inside this process: closing such a descriptor drops
 * SQLite's locks.
 */
export function openForWriting(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: LOCK_TIMEOUT });
  try {
    db.exec(
      `PRAGMA journal_mode = WAL;
       PRAGMA synchronous = FULL;
       PRAGMA journal_size_limit = ${WAL_LIMIT};
       PRAGMA cell_size_check = ON;`,
    );
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function openForReading(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: LOCK_TIMEOUT });
}

/** Runs `work` in one transaction; an error undoes everything and is thrown on. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    undo(db);
    throw error;
  }
}

/** Ends a failed transaction; SQLite has already done so after some I/O errors. */
export function undo(db: DatabaseSync): void {
  if (db.isTransaction) db.exec('ROLLBACK');
}

export function isDiskFull(error: unknown): boolean {
  return primaryCode(error) === SQLITE_FULL;
}

/** Another process holds the lock; the connection itself is sound. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

export function isDatabaseError(error: unknown): boolean {
  return primaryCode(error) > 0;
}

/** A fault of the disk or of the file, after which the connection must not be trusted any more. */
export function isBroken(error: unknown): boolean {
  return isDatabaseError(error) && !isDiskFull(error) && !isBusy(error);
}

/** An AccessError for whatever the database threw: STORE_FULL for a full disk, else STORE_BROKEN. */
export function storeError(error: unknown, what: string): AccessError {
  if (isAccessError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = isDiskFull(error) ? 'STORE_FULL' : 'STORE_BROKEN';
  return new AccessError(code, `${what}: ${reason}`, { cause: error });
}

/** Result code of SQLite without its extension, 0 if the error is not SQLite's. */
function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}
