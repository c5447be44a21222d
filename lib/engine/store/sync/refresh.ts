import type { DatabaseSync } from 'node:sqlite';
import type { FrameKind } from '../../../server/wanted/kinds.ts';
import { isSharedRight, wantedOf } from '../../../server/wanted/wanted.ts';
import { dossiersOf } from './dossiers.ts';
import { frameItem, gatewaysOf, wholeFrame, type Frame, type Gateway } from './frame.ts';
import { select, type Item } from './items.ts';
import { Ledger } from './ledger.ts';

/** People who are looked at in one transaction: live records wait for it. */
const PORTION = 250;

interface Dirty {
  kind: 'person' | 'permission' | FrameKind;
  id: string;
}

/**
 * Works out anew what gateways shall hold, one portion at a time: first what has changed, then the people whom a
 * gateway with other access points has not been compared with yet. Returns whether any of that is left.
 */
export function refresh(db: DatabaseSync, now: number): { more: boolean; reviewing: boolean } {
  const dirty = select<Dirty>(
    db,
    `SELECT kind, id FROM fleet_dirty ORDER BY kind = 'person', kind, id LIMIT ${PORTION}`,
  );
  const ledger = new Ledger(db, now);
  if (dirty.length > 0) refreshChanged(db, ledger, dirty);
  else reviewNext(db, ledger);
  const any = (sql: string): boolean => db.prepare(sql).get() !== undefined;
  return {
    more: any('SELECT 1 FROM fleet_dirty LIMIT 1'),
    reviewing: any('SELECT 1 FROM fleet_gateway WHERE reviewed IS NOT NULL LIMIT 1'),
  };
}

function refreshChanged(db: DatabaseSync, ledger: Ledger, dirty: readonly Dirty[]): void {
  const gateways = gatewaysOf(db);
  for (const { kind, id } of dirty) {
    if (kind === 'person') continue;
    const frame = frameItem(db, kind, id);
    for (const gateway of gateways) ledger.frameItem(gateway.id, kind, id, ofScope(frame, gateway));
  }
  const people = dirty.filter(({ kind }) => kind === 'person').map(({ id }) => id);
  refreshPeople(db, ledger, gateways, withVisitors(db, people));
  const done = db.prepare('DELETE FROM fleet_dirty WHERE kind = ? AND id = ?');
  for (const { kind, id } of dirty) done.run(kind, id);
}

function refreshPeople(
  db: DatabaseSync,
  ledger: Ledger,
  gateways: readonly Gateway[],
  people: readonly string[],
): void {
  if (people.length === 0) return;
  const dossiers = dossiersOf(db, people);
  for (const { id, scope } of gateways) {
    const wanted = new Map(dossiers.map((dossier) => [dossier.id, wantedOf(dossier, scope)]));
    ledger.people(id, wanted);
  }
}

/** Whether a host's name may travel with a pass depends on the host's own rights. */
function withVisitors(db: DatabaseSync, people: readonly string[]): string[] {
  const visitors = select<{ person: string }>(
    db,
    `SELECT person FROM pass WHERE status = 'active' AND host IN (SELECT value FROM json_each(?))`,
    JSON.stringify(people),
  );
  return [...new Set([...people, ...visitors.map(({ person }) => person)])];
}

/** The next people for a gateway whose access points have changed. */
function reviewNext(db: DatabaseSync, ledger: Ledger): void {
  const [row] = select<{ id: string; reviewed: string }>(
    db,
    'SELECT id, reviewed FROM fleet_gateway WHERE reviewed IS NOT NULL ORDER BY id LIMIT 1',
  );
  const gateway = row && gatewaysOf(db).find(({ id }) => id === row.id);
  if (row === undefined || gateway === undefined) return;
  if (row.reviewed === '') ledger.frame(gateway.id, ofScope(wholeFrame(db), gateway));
  const people = select<{ id: string }>(
    db,
    `SELECT id FROM person WHERE id > ? ORDER BY id LIMIT ${PORTION}`,
    row.reviewed,
  ).map(({ id }) => id);
  refreshPeople(db, ledger, [gateway], people);
  db.prepare('UPDATE fleet_gateway SET reviewed = ? WHERE id = ?').run(
    people.length < PORTION ? null : (people.at(-1) ?? null),
    gateway.id,
  );
}

function ofScope({ items, shared }: Frame, { scope }: Gateway): Item[] {
  if (scope.accessPoints.size === 0) return [];
  const rights = shared.filter(({ permission }) => isSharedRight(permission, scope));
  return [...items, ...rights.map(({ item }) => item)];
}
