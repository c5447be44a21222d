import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AccessError } from '../../model/errors.ts';
import { isBusy, storeError } from './database.ts';

const LOCK_FILE = 'engine.lock';

/**
 * Makes this engine the only owner of a data folder, and creates the folder if need be. The lock is one
 * of the operating system's on a file of its own: it ends with the process however that ends, and readers
 * of `gateway.db` do not feel it. Returns the function that gives it back.
 * Throws ENGINE_LOCKED if another engine has the folder, STORE_BROKEN if it cannot be written.
 */
export function takeOwnership(folder: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    lock = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (isBusy(error)) {
      throw new AccessError('ENGINE_LOCKED', `another engine is running on the folder ${folder}`);
    }
    throw storeError(error, `the folder ${folder} cannot be used`);
  }
  const held = lock;
  return () => {
    held.close();
  };
}
