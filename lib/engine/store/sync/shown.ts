import type { DatabaseSync } from 'node:sqlite';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { DIFFERENCES, OPEN } from './decisions.ts';
import { select } from './items.ts';

const REVIEW = `WHEN NEW.key = 'faces' BEGIN UPDATE fleet_gateway SET reviewed = ''; END;`;

/**
 * What gateways have shown of items that differ, so that somebody can decide; it is forgotten with the decisions. When
 * this site keeps its faces in another way, it is worked out anew who gets them.
 */
export const SHOWN_TABLES = `
CREATE TABLE fleet_shown (
  gateway TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  -- The digest of what was shown, as in fleet_item, and JSON; NULL if it could not be shown.
  applied TEXT NOT NULL,
  value TEXT,
  PRIMARY KEY (gateway, kind, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER fleet_faces_insert AFTER INSERT ON setting ${REVIEW}
CREATE TRIGGER fleet_faces_update AFTER UPDATE ON setting ${REVIEW}
`;

interface Item {
  kind: SyncKind;
  id: string;
}

/** What the gateway has to show of the next items that somebody has to decide. */
export function toShow(
  db: DatabaseSync,
  { gateway, limit }: { gateway: string; limit: number },
): Item[] {
  return select<Item>(
    db,
    `SELECT kind, id FROM (
       SELECT i.kind, i.id, i.applied FROM ${DIFFERENCES} AND ${OPEN} ORDER BY i.kind, i.id LIMIT ?2) i
     WHERE applied IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fleet_shown s
       WHERE s.gateway = ?1 AND s.kind = i.kind AND s.id = i.id AND s.applied = i.applied)`,
    gateway,
    limit,
  );
}

export interface ShownQuery {
  gateway: string;
  /** JSON; absent for what the gateway holds no more, or cannot show. */
  items: readonly (Item & { value?: string })[];
}

/** Keeps what a gateway has shown, of what differs. */
export function saveShown(db: DatabaseSync, { gateway, items }: ShownQuery): void {
  const save = db.prepare(
    `INSERT OR REPLACE INTO fleet_shown (gateway, kind, id, applied, value)
     SELECT gateway, kind, id, applied, ?1 FROM fleet_item
     WHERE gateway = ?2 AND kind = ?3 AND id = ?4 AND wanted IS NOT applied AND applied IS NOT NULL`,
  );
  for (const { kind, id, value } of items) save.run(value ?? null, gateway, kind, id);
}
