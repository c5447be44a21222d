import type { DatabaseSync } from 'node:sqlite';
import { SYNC_KINDS, type SyncKind } from '../../../server/wanted/kinds.ts';
import { select } from './items.ts';

/** On the way to another master: which side of a difference counts. */
export const KEEPS = ['server', 'gateway'] as const;
export type Keep = (typeof KEEPS)[number];

/** What was decided of differences between a server and its gateways; it outlives restarts of both. */
export const DECISION_TABLES = `
CREATE TABLE fleet_decision (
  gateway TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  -- How the item differed when it was decided: digests as in fleet_item.
  wanted TEXT,
  applied TEXT,
  keep TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- Whether nothing is left to be taken over from the gateway, or why that was not possible.
  taken INTEGER NOT NULL,
  failed TEXT,
  PRIMARY KEY (gateway, kind, id)
) STRICT, WITHOUT ROWID;
`;

/**
 * A decision holds as long as the item differs in the same way. What was taken over from the gateway is the server's
 * own since: there the gateway's side alone must be the same.
 */
export const DIFFERENCES = `
  fleet_item i LEFT JOIN fleet_decision d ON d.gateway = i.gateway AND d.kind = i.kind AND d.id = i.id
    AND d.applied IS i.applied AND (d.taken = 1 OR d.wanted IS i.wanted)
  WHERE i.gateway = ?1 AND i.wanted IS NOT i.applied`;
export const OPEN = '(d.keep IS NULL OR d.failed IS NOT NULL)';
const TO_TAKE = `d.keep = 'gateway' AND d.taken = 0 AND d.failed IS NULL`;

/** How far the way to another master is at one gateway. */
export interface MoveState {
  differences: number;
  /** Nobody has decided them, or what was decided could not be done. */
  undecided: number;
  /** Still to be taken over from the gateway, and to be sent to it. */
  toTake: number;
  toSend: number;
}

export function moveState(db: DatabaseSync, { gateway }: { gateway: string }): MoveState {
  const [state] = select<MoveState>(
    db,
    `SELECT count(*) AS differences, ifnull(sum(${OPEN}), 0) AS undecided,
       ifnull(sum(${TO_TAKE}), 0) AS toTake, ifnull(sum(d.keep = 'server'), 0) AS toSend
     FROM ${DIFFERENCES}`,
    gateway,
  );
  return state ?? { differences: 0, undecided: 0, toTake: 0, toSend: 0 };
}

export interface DifferenceRow {
  kind: SyncKind;
  id: string;
  wanted: string | null;
  applied: string | null;
  keep: Keep | null;
  author: string | null;
  failed: string | null;
  /** What the gateway has shown of it, as JSON. */
  shown: string | null;
}

export interface DifferencesQuery {
  gateway: string;
  /** Only those behind this one, by kind and id. */
  after: { kind: string; id: string };
  limit: number;
  /** Only those that somebody has to decide. */
  open: boolean;
}

export function differences(db: DatabaseSync, query: DifferencesQuery): DifferenceRow[] {
  const { gateway, after, limit, open } = query;
  return select<DifferenceRow>(
    db,
    `SELECT i.kind, i.id, i.wanted, i.applied, d.keep, d.author,
       ifnull(d.failed, i.failed) AS failed,
       (SELECT value FROM fleet_shown s WHERE s.gateway = i.gateway AND s.kind = i.kind AND s.id = i.id
          AND s.applied = i.applied) AS shown
     FROM ${DIFFERENCES} AND (i.kind, i.id) > (?2, ?3) ${open ? `AND ${OPEN}` : ''}
     ORDER BY i.kind, i.id LIMIT ?4`,
    gateway,
    after.kind,
    after.id,
    limit,
  );
}

interface Item {
  kind: SyncKind;
  id: string;
}

export interface DecideQuery {
  gateway: string;
  author: string;
  at: number;
  keep: Keep;
  /** All that are open, if absent. */
  items?: readonly Item[];
  /** Whether what is at the server only may be kept as the gateway has it: absent there. */
  mayLack: boolean;
}

/** Keeps decisions; returns those that were taken. */
export function decide(db: DatabaseSync, query: DecideQuery): Item[] {
  const { gateway, author, at, keep, items, mayLack } = query;
  const among =
    items === undefined ? OPEN : `(i.kind || ' ' || i.id) IN (SELECT value FROM json_each(?5))`;
  return db
    .prepare(
      `INSERT INTO fleet_decision (gateway, kind, id, wanted, applied, keep, author, at, taken)
       SELECT i.gateway, i.kind, i.id, i.wanted, i.applied, ?2, ?3, ?4, ?2 = 'gateway' AND i.applied IS NULL
       FROM ${DIFFERENCES} AND ${among} AND json_valid(?5)
         AND (?2 = 'server' OR i.applied IS NOT NULL OR ?6)
       ON CONFLICT DO UPDATE SET wanted = excluded.wanted, applied = excluded.applied, keep = excluded.keep,
         author = excluded.author, at = excluded.at, taken = excluded.taken, failed = NULL
       RETURNING kind, id`,
    )
    .all(gateway, keep, author, at, namesOf(items ?? []), Number(mayLack)) as unknown as Item[];
}

export interface ToTakeQuery {
  gateway: string;
  limit: number;
  /** Only these, if given. */
  among?: readonly Item[];
}

/** What is to be taken over from the gateway next, what others refer to first. */
export function toTake(db: DatabaseSync, { gateway, limit, among }: ToTakeQuery): Item[] {
  const isAmong = `(i.kind || ' ' || i.id) IN (SELECT value FROM json_each(?4))`;
  return select<Item>(
    db,
    `SELECT i.kind, i.id FROM ${DIFFERENCES} AND ${TO_TAKE} AND (?4 IS NULL OR ${isAmong})
     ORDER BY (SELECT key FROM json_each(?2) WHERE value = i.kind), i.id LIMIT ?3`,
    gateway,
    JSON.stringify(SYNC_KINDS),
    limit,
    among === undefined ? null : namesOf(among),
  );
}

export interface TakenQuery {
  gateway: string;
  items: readonly (Item & { failed?: string })[];
}

/** Keeps what was taken over from the gateway, and what could not be. */
export function saveTaken(db: DatabaseSync, { gateway, items }: TakenQuery): void {
  const save = db.prepare(
    `UPDATE fleet_decision SET taken = ?1 IS NULL, failed = ?1 WHERE gateway = ?2 AND kind = ?3 AND id = ?4
       AND keep = 'gateway'`,
  );
  for (const { kind, id, failed } of items) save.run(failed ?? null, gateway, kind, id);
}

/**
 * The comparison for a way to another master begins: it tells only what differs, so everything counts as equal until
 * then, and nothing is under way any more.
 */
export function beginMove(db: DatabaseSync, { gateway }: { gateway: string }): void {
  db.prepare('DELETE FROM fleet_item WHERE gateway = ? AND wanted IS NULL').run(gateway);
  db.prepare(
    `UPDATE fleet_item SET applied = wanted, number = NULL, sent = NULL, failed = NULL, tried = NULL
     WHERE gateway = ? AND (wanted IS NOT applied OR number IS NOT NULL)`,
  ).run(gateway);
}

/** The way is over. */
export function endMove(db: DatabaseSync, { gateway }: { gateway: string }): void {
  db.prepare('DELETE FROM fleet_decision WHERE gateway = ?').run(gateway);
  db.prepare('DELETE FROM fleet_shown WHERE gateway = ?').run(gateway);
}

function namesOf(items: readonly Item[]): string {
  return JSON.stringify(items.map(({ kind, id }) => `${kind} ${id}`));
}
