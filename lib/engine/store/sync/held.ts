import type { DatabaseSync } from 'node:sqlite';
import type { Ended } from '../../../link/sync/receipt.ts';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { tableOf, type CredentialRow, type Rows } from '../entities/tables.ts';
import type { Entry, HeldQuery } from './fleet.ts';
import {
  credentialItem,
  itemOf,
  personRows,
  photoItem,
  select,
  stampOf,
  type Item,
} from './items.ts';

/** What has come to its end counts for no decision, and stays as the gateway's own history. */
const LIVING: Readonly<Partial<Record<SyncKind, string>>> = {
  pass: `AND t.status = 'active'`,
  deal: 'AND t.closed_at IS NULL',
};

/** What a gateway holds, by id, with digests of what is really in its tables. */
export function heldPage(
  db: DatabaseSync,
  { kind, after, limit, lookups = new Map(), withoutFaces = false }: HeldQuery,
): Entry[] {
  const told = withoutFaces && kind === 'credential' ? `AND t.type <> 'face'` : LIVING[kind];
  const rows = select<Rows[SyncKind]>(
    db,
    `SELECT t.* FROM "${tableOf(kind)}" t WHERE t.id > ? ${told ?? ''} ORDER BY t.id LIMIT ?`,
    after,
    limit,
  );
  return itemsOf(db, kind, rows, lookups).map(({ id, digest }) => [id, digest]);
}

/** Which of these have ended by the exit of their holder, as this gateway has seen it. */
export function endedHere(
  db: DatabaseSync,
  { passes, deals }: { passes: readonly string[]; deals: readonly string[] },
): Ended[] {
  const among = 'id IN (SELECT value FROM json_each(?))';
  return [
    ...select<Ended>(
      db,
      `SELECT 'pass' AS kind, id, ended_at AS at FROM pass
       WHERE status = 'inactive' AND "end" = 'exit' AND ended_at IS NOT NULL AND ${among}`,
      JSON.stringify(passes),
    ),
    ...select<Ended>(
      db,
      `SELECT 'deal' AS kind, id, closed_at AS at FROM deal WHERE closed_at IS NOT NULL AND ${among}`,
      JSON.stringify(deals),
    ),
  ];
}

function itemsOf(
  db: DatabaseSync,
  kind: SyncKind,
  rows: readonly Rows[SyncKind][],
  lookups: ReadonlyMap<string, string>,
): Item[] {
  const ids = rows.map(({ id }) => id);
  switch (kind) {
    case 'person':
      return personRows(db, ids).map((row) => itemOf('person', row));
    case 'credential':
      return credentialItems(db, withLookups(rows as readonly CredentialRow[], lookups));
    default:
      return rows.map((row) => itemOf(kind, row as never));
  }
}

function withLookups(rows: readonly CredentialRow[], lookups: ReadonlyMap<string, string>) {
  return rows.map((row) => ({ ...row, lookup: lookups.get(row.id) ?? row.lookup }));
}

/** Secrets that are still as they came bear the server's stamp; any others are told by one of their own. */
function credentialItems(db: DatabaseSync, rows: readonly CredentialRow[]): Item[] {
  const known = select<{ credential: string; stamp: string; local: string }>(
    db,
    'SELECT * FROM synced_secret WHERE credential IN (SELECT value FROM json_each(?))',
    JSON.stringify(rows.map(({ id }) => id)),
  );
  const stamps = new Map(known.map((row) => [row.credential, row]));
  const photos = new Set(
    select<{ credential: string }>(
      db,
      'SELECT credential FROM face_photo WHERE credential IN (SELECT value FROM json_each(?))',
      JSON.stringify(rows.map(({ id }) => id)),
    ).map(({ credential }) => credential),
  );
  return rows.map((row) => {
    if (photos.has(row.id)) return photoItem(row);
    const local = stampOf(row);
    const origin = stamps.get(row.id);
    return credentialItem(row, origin?.local === local ? origin?.stamp : local);
  });
}
