import type { DatabaseSync } from 'node:sqlite';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { LAST_REVOCATION, placeOf } from '../../../server/wanted/order.ts';
import { policyVersion } from './batches.ts';
import { endMove } from './decisions.ts';
import { select } from './items.ts';

export interface ReportQuery {
  gateway: string;
  /** JSON. */
  report: string;
  /** Whether other access points follow from it. */
  review: boolean;
  /** Whether it is on its way to another master; decisions about that are over otherwise. */
  isMoving: boolean;
  /** What the gateway says to have received last. */
  number: number;
  version: number;
  at: number;
  drift: number;
}

/** Keeps what a gateway says of itself. */
export function saveReport(db: DatabaseSync, query: ReportQuery): void {
  const { gateway, report, review, number, version, at, drift } = query;
  db.prepare(
    `INSERT INTO fleet_gateway (id, report, contact, drift, received, version)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT DO UPDATE SET report = ?2, contact = ?3, drift = ?4, received = ?5, version = ?6,
       reviewed = iif(?7, '', reviewed)`,
  ).run(gateway, report, at, drift, number, version, Number(review));
  if (!query.isMoving) endMove(db, { gateway });
}

export interface ReceiptQuery {
  gateway: string;
  /** The batch that this is about, and the last one that was taken over. */
  number: number;
  received: number;
  version: number;
  failed: readonly { kind: SyncKind; id: string; reason: string }[];
}

/** Keeps what became of a batch; a receipt that comes twice or too late changes nothing. */
export function saveReceipt(db: DatabaseSync, query: ReceiptQuery): void {
  const { gateway, number, received, version, failed } = query;
  const fail = db.prepare(
    `UPDATE fleet_item INDEXED BY fleet_item_sent SET failed = ?, number = NULL, sent = NULL
     WHERE gateway = ? AND number = ? AND kind = ? AND id = ?`,
  );
  for (const { kind, id, reason } of failed) fail.run(reason, gateway, number, kind, id);
  db.prepare(
    `DELETE FROM fleet_item INDEXED BY fleet_item_sent
     WHERE gateway = ? AND number = ? AND wanted IS NULL AND sent = ''`,
  ).run(gateway, number);
  db.prepare(
    `UPDATE fleet_item INDEXED BY fleet_item_sent SET applied = nullif(sent, ''), number = NULL, sent = NULL, failed = NULL,
       tried = NULL WHERE gateway = ? AND number = ?`,
  ).run(gateway, number);
  db.prepare(
    `UPDATE fleet_gateway SET received = max(received, ?), version = max(version, ?) WHERE id = ?`,
  ).run(received, version, gateway);
}

/** Id and digest of something that is held or shall be. */
export type Entry = readonly [id: string, digest: string];

export interface PageQuery {
  kind: SyncKind;
  /** Ids after this one. */
  after: string;
  limit: number;
}

export interface HeldQuery extends PageQuery {
  /** Digests of credentials to be told instead of the stored ones, by id. */
  lookups?: ReadonlyMap<string, string>;
  /** Faces are told to nobody. */
  withoutFaces?: boolean;
}

/** What a gateway shall hold, by id. */
export function wantedPage(
  db: DatabaseSync,
  { gateway, kind, after, limit }: PageQuery & { gateway: string },
): Entry[] {
  return select<{ id: string; wanted: string }>(
    db,
    `SELECT id, wanted FROM fleet_item WHERE gateway = ? AND kind = ? AND id > ? AND wanted IS NOT NULL
     ORDER BY id LIMIT ?`,
    gateway,
    kind,
    after,
    limit,
  ).map(({ id, wanted }) => [id, wanted]);
}

export interface CorrectQuery {
  gateway: string;
  kind: SyncKind;
  /** What the gateway really holds; no digest where it holds nothing. */
  held: readonly (readonly [id: string, digest?: string])[];
  now: number;
}

/**
 * Keeps what a gateway really holds; what differs from what it shall hold is sent by itself. What was known already
 * changes nothing: an item that the gateway refuses is not offered at once again.
 */
export function correct(db: DatabaseSync, { gateway, kind, held, now }: CorrectQuery): void {
  const renew = placeOf({ kind, what: 'renew' });
  const statement = db.prepare(
    `INSERT INTO fleet_item (gateway, kind, id, applied, place, since) VALUES (?1, ?2, ?3, ?4, ?5, ?7)
     ON CONFLICT DO UPDATE SET applied = ?4, since = ?7, failed = NULL, tried = NULL,
       place = iif(?4 IS NULL OR wanted IS NULL, place, ?6)
     WHERE number IS NULL AND applied IS NOT ?4`,
  );
  const drop = placeOf({ kind, what: 'drop' });
  for (const [id, digest] of held) {
    statement.run(gateway, kind, id, digest ?? null, drop, renew, now);
  }
}

/** Gateways at which something that was taken away is still in force, since before an instant. */
export function overdue(db: DatabaseSync, { before }: { before: number }) {
  return select<{ gateway: string; items: number; since: number }>(
    db,
    `SELECT gateway, count(*) AS items, min(since) AS since
     FROM fleet_item INDEXED BY fleet_item_pending
     WHERE wanted IS NOT applied AND applied IS NOT NULL AND place <= ${LAST_REVOCATION} AND since < ?
       AND gateway NOT IN (SELECT id FROM fleet_gateway WHERE report ->> '$.move' IS NOT NULL)
     GROUP BY gateway ORDER BY gateway`,
    before,
  );
}

/** What a gateway has said last, and the last batch that it has received; undefined for one that never reported. */
export function lastReport(
  db: DatabaseSync,
  { gateway }: { gateway: string },
): { report: string; received: number } | undefined {
  const [row] = select<{ report: string; received: number }>(
    db,
    'SELECT report, received FROM fleet_gateway WHERE id = ?',
    gateway,
  );
  return row;
}

/** A gateway as the server knows it. */
export interface GatewayRow {
  id: string;
  report: string;
  contact: number;
  drift: number;
  number: number;
  received: number;
  version: number;
  pending: number;
  failed: number;
}

export function gatewayRows(db: DatabaseSync): { version: number; gateways: GatewayRow[] } {
  const gateways = select<GatewayRow>(
    db,
    `SELECT id, report, contact, drift, number, received, version,
       (SELECT count(*) FROM fleet_item INDEXED BY fleet_item_pending
         WHERE gateway = g.id AND wanted IS NOT applied) AS pending,
       (SELECT count(*) FROM fleet_item INDEXED BY fleet_item_pending
         WHERE gateway = g.id AND wanted IS NOT applied AND failed IS NOT NULL) AS failed
     FROM fleet_gateway g ORDER BY id`,
  );
  return { version: policyVersion(db), gateways };
}

export interface ItemRow {
  kind: SyncKind;
  id: string;
  wanted: string | null;
  applied: string | null;
  number: number | null;
  failed: string | null;
  since: number;
}

/** What is not yet as it shall be at a gateway. */
export function openItems(db: DatabaseSync, query: { gateway: string; limit: number }): ItemRow[] {
  return select<ItemRow>(
    db,
    `SELECT kind, id, wanted, applied, number, failed, since
     FROM fleet_item INDEXED BY fleet_item_pending
     WHERE gateway = ? AND wanted IS NOT applied ORDER BY place LIMIT ?`,
    query.gateway,
    query.limit,
  );
}
