import type { DatabaseSync } from 'node:sqlite';
import type { ErasedLetter } from '../../../link/sync/receipt.ts';
import { select } from './items.ts';

/** What gateways were told to erase of people, and their receipts (N15). */
export const ERASURE_TABLES = `
CREATE TABLE erasure (
  person TEXT NOT NULL,
  gateway TEXT NOT NULL,
  what TEXT NOT NULL,
  author TEXT NOT NULL,
  since INTEGER NOT NULL,
  -- When the receipt came, and the receipt as JSON; NULL while the gateway has not confirmed.
  done INTEGER,
  receipt TEXT,
  failed TEXT,
  PRIMARY KEY (person, gateway)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_waiting ON erasure (gateway, since) WHERE done IS NULL;
`;

/** Everything of a person, or faces and fingers with their pictures only. */
export type ErasureExtent = 'biometrics' | 'person';

export interface ErasureRow {
  person: string;
  gateway: string;
  what: ErasureExtent;
  author: string;
  since: number;
  done: number | null;
  receipt: string | null;
  failed: string | null;
}

/** Every gateway that has ever reported has to erase, and to confirm it. */
export function orderErasure(
  db: DatabaseSync,
  query: { person: string; what: ErasureExtent; author: string; now: number },
): void {
  db.prepare(
    `INSERT INTO erasure (person, gateway, what, author, since)
     SELECT ?, id, ?, ?, ? FROM fleet_gateway WHERE true
     ON CONFLICT DO UPDATE SET what = excluded.what, author = excluded.author, since = excluded.since,
       done = NULL, receipt = NULL, failed = NULL`,
  ).run(query.person, query.what, query.author, query.now);
}

/** What a gateway has not confirmed, the oldest first. */
export function waitingErasures(
  db: DatabaseSync,
  { gateway, limit }: { gateway: string; limit: number },
): ErasureRow[] {
  return select<ErasureRow>(
    db,
    'SELECT * FROM erasure WHERE gateway = ? AND done IS NULL ORDER BY since LIMIT ?',
    gateway,
    limit,
  );
}

export interface ErasureAnswer {
  gateway: string;
  person: string;
  now: number;
  /** The receipt, or why there is none. */
  erased?: ErasedLetter;
  failed?: string;
}

/** Keeps what a gateway has answered; returns whether it was asked for just that and had not confirmed it before. */
export function saveErasure(db: DatabaseSync, answer: ErasureAnswer): boolean {
  const { gateway, person, now, erased, failed = null } = answer;
  if (erased === undefined) {
    db.prepare(
      'UPDATE erasure SET failed = ? WHERE person = ? AND gateway = ? AND done IS NULL',
    ).run(failed, person, gateway);
    return false;
  }
  // Who was told to erase everything has not done so by erasing the templates.
  const { changes } = db
    .prepare(
      `UPDATE erasure SET done = ?, receipt = ?, failed = NULL
       WHERE person = ? AND gateway = ? AND done IS NULL AND what IN (?, 'biometrics')`,
    )
    .run(now, JSON.stringify(erased), person, gateway, erased.what);
  return changes > 0;
}

/** Erasures with the newest first, of one person or of all. */
export function erasures(
  db: DatabaseSync,
  { person, limit }: { person?: string; limit: number },
): ErasureRow[] {
  return select<ErasureRow>(
    db,
    `SELECT * FROM erasure WHERE ?1 IS NULL OR person = ?1
     ORDER BY done IS NOT NULL, since DESC, person, gateway LIMIT ?2`,
    person ?? null,
    limit,
  );
}

/** Gateways that have not confirmed what was ordered before an instant. */
export function overdueErasures(db: DatabaseSync, { before }: { before: number }) {
  return select<{ gateway: string; items: number; since: number }>(
    db,
    `SELECT gateway, count(*) AS items, min(since) AS since FROM erasure
     WHERE done IS NULL AND since < ? GROUP BY gateway ORDER BY gateway`,
    before,
  );
}
