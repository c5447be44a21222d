import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE } from '../../../lib/engine/store/database.ts';
import type { Change, EntityKind } from '../../../lib/model/entity.ts';

/** A stay as the passages leave it. Milliseconds since 1970 UTC. */
export interface StayRow {
  person: string;
  zone?: string;
  since: number;
  until?: number;
  entered?: number | null;
  left?: number | null;
}

/** Puts stays into the database of an engine, as if passages had made them. */
export function insertStays(folder: string, rows: readonly StayRow[]): void {
  const db = new DatabaseSync(join(folder, DATABASE_FILE), { timeout: 5000 });
  const insert = db.prepare(
    'INSERT INTO stay (person, zone, since, until, entered, "left") VALUES (?, ?, ?, ?, ?, ?)',
  );
  db.exec('BEGIN IMMEDIATE');
  for (const { person, zone = 'site', since, until, entered = since, left } of rows) {
    insert.run(
      person,
      zone,
      since,
      until ?? null,
      entered,
      left ?? (left === null ? null : (until ?? null)),
    );
  }
  db.exec('COMMIT');
  db.close();
}

/** What a query says of the database of an engine. */
export function rowsOf(folder: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(join(folder, DATABASE_FILE), { readOnly: true });
  const rows = db.prepare(sql).all();
  db.close();
  return rows.map((row) => ({ ...row }));
}

export const put = (kind: EntityKind, value: Record<string, unknown>): Change => ({
  op: 'put',
  kind,
  value,
});
