import type { DatabaseSync } from 'node:sqlite';
import { AccessError } from '../../model/errors.ts';
import { COLLECTED_TABLES } from '../collected/schema.ts';
import { PICTURE_TABLES } from '../pictures/schema.ts';
import { ATTENDANCE_TABLES } from './attendance-schema.ts';
import { ONLINE_TABLES } from './kept-answers.ts';
import { FACE_TABLES } from './faces/schema.ts';
import { LINK_VIEWS } from './links/views.ts';
import { PARK_TABLES } from './park-schema.ts';
import { PRESENCE_TABLES } from './presence/schema.ts';
import { RELEASE_TABLES } from './release-state.ts';
import { TABLES, VIEWS } from './schema.ts';
import { DECISION_TABLES } from './sync/decisions.ts';
import { SHOWN_TABLES } from './sync/shown.ts';
import { SYNC_TABLES } from './sync/schema.ts';

/** The steps from an empty file to the present schema. A step never changes once it has been released. */
export const MIGRATIONS: readonly string[] = [
  TABLES,
  VIEWS,
  PARK_TABLES,
  PRESENCE_TABLES,
  ATTENDANCE_TABLES,
  RELEASE_TABLES,
  LINK_VIEWS,
  COLLECTED_TABLES,
  ONLINE_TABLES,
  FACE_TABLES,
  SYNC_TABLES,
  DECISION_TABLES + SHOWN_TABLES,
  PICTURE_TABLES,
];

/**
 * Brings a database to the version of the last migration. Each step and its version number are one
 * transaction, so that a power cut leaves exactly the old or exactly the new version (F-25, F-27).
 * Throws STORE_BROKEN for a database of a later version.
 */
export function migrate(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  const version = userVersion(db);
  if (version > migrations.length) {
    throw new AccessError(
      'STORE_BROKEN',
      `the database has version ${version}, this program knows versions up to ${migrations.length}: install the newer program`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(step);
      db.exec(`PRAGMA user_version = ${index + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

function userVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version);
}
