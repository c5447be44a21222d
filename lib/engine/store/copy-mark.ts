import type { DatabaseSync } from 'node:sqlite';

/** Key in `meta` of a database that was copied by a backup and has not been in service since. */
export const COPY_MARK = 'copy';

/** Marks a copy, so that it will not go on with the numbers of the original. */
export function markAsCopy(db: DatabaseSync): void {
  db.prepare('INSERT INTO meta (key, value) VALUES (?, 1) ON CONFLICT DO NOTHING').run(COPY_MARK);
}

export function isCopy(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM meta WHERE key = ?').get(COPY_MARK) !== undefined;
}
