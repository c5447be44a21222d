import { fork } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync, backup } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { markAsCopy } from './copy-mark.ts';
import { openForReading, storeError } from './database.ts';
import { fromMessage, type ErrorMessage } from './protocol.ts';
import { siblingModule } from './sibling.ts';

/** Pages copied in one step; the copy is of one instant however long it takes. */
const PAGES_PER_STEP = 2000;

/**
 * Writes a consistent copy of a database that may be in use to a new file, checks it, and leaves it in
 * a form that needs no file beside it. Throws CONFLICT if the file exists.
 */
export async function backupDatabase(source: string, target: string): Promise<{ bytes: number }> {
  reserve(target);
  try {
    await copy(source, target);
    finish(target);
    return { bytes: statSync(target).size };
  } catch (error) {
    rmSync(target, { force: true });
    throw storeError(error, `the backup to ${target} failed`);
  }
}

/**
 * The same in a process of its own: a copy of hundreds of megabytes is read and checked without a pause
 * for the doors, and no second connection of this process stands in the way of the writer.
 */
export function backupInProcess(source: string, target: string): Promise<{ bytes: number }> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(siblingModule(import.meta.url, 'backup-process'));
    const child = fork(script, [source, target], { execArgv: [] });
    child.once('error', (error) => {
      reject(toAccessError(error));
    });
    child.once('exit', (code) => {
      reject(new AccessError('INTERNAL', `the backup ended without a result (exit code ${code})`));
    });
    child.once('message', (result: BackupResult) => {
      if ('bytes' in result) resolve(result);
      else reject(fromMessage(result));
    });
  });
}

export type BackupResult = { bytes: number } | ErrorMessage;

function reserve(target: string): void {
  try {
    closeSync(openSync(target, 'wx', 0o600));
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (exists) throw new AccessError('CONFLICT', `the file ${target} exists already`);
    throw storeError(error, `the backup to ${target} failed`);
  }
}

/** Copies one snapshot, held by a read transaction: a source that changes would start the copy anew. */
async function copy(source: string, target: string): Promise<void> {
  const db = openForReading(source);
  try {
    db.exec('BEGIN; SELECT 1 FROM meta');
    await backup(db, target, { rate: PAGES_PER_STEP });
  } finally {
    db.close();
  }
}

function finish(target: string): void {
  const db = new DatabaseSync(target);
  try {
    db.exec('PRAGMA journal_mode = DELETE');
    const [row] = db.prepare('PRAGMA integrity_check').all();
    if (row?.integrity_check !== 'ok') throw new Error('the copy is damaged');
    markAsCopy(db);
  } finally {
    db.close();
  }
}
