import type { DatabaseSync } from 'node:sqlite';
import type { Permission } from '../../../model/permission.ts';
import { FRAME_KINDS, type FrameKind } from '../../../server/wanted/kinds.ts';
import { scopeOf, type Scope } from '../../../server/wanted/scope.ts';
import type { Report } from '../../../link/sync/report.ts';
import type { FaceMode } from '../../faces/requests.ts';
import { permission as permissionCodec } from '../entities/rights.ts';
import { tableOf, type PermissionRow, type Rows } from '../entities/tables.ts';
import { itemOf, select, type Item } from './items.ts';

/** A gateway that the server serves. */
export interface Gateway {
  id: string;
  scope: Scope;
}

/** What is about nobody in particular. */
export interface Frame {
  items: Item[];
  /** Permissions of groups and of everybody. */
  shared: { item: Item; permission: Permission }[];
}

const SHARED = 'SELECT * FROM permission WHERE person IS NULL';

/** All gateways with what they are there for, by the access points that they have reported. */
export function gatewaysOf(db: DatabaseSync): Gateway[] {
  const permissions = select<PermissionRow>(db, SHARED).map((row) => permissionCodec.entity(row));
  const breakGlass = select<{ id: string }>(db, 'SELECT id FROM "group" WHERE break_glass = 1');
  const rights = { permissions, breakGlass: breakGlass.map(({ id }) => id) };
  const isSharing = sharesFaces(db);
  const rows = select<{ id: string; report: string }>(
    db,
    'SELECT id, report FROM fleet_gateway ORDER BY id',
  );
  return rows.map(({ id, report }) => {
    const { accessPoints, ownFaces = false } = JSON.parse(report) as Report;
    return { id, scope: scopeOf(accessPoints, rights, isSharing && !ownFaces) };
  });
}

/** Whether the faces that are kept here may be sent to anybody. */
function sharesFaces(db: DatabaseSync): boolean {
  const [row] = select<{ mode: FaceMode }>(
    db,
    `SELECT value ->> '$.mode' AS mode FROM setting WHERE key = 'faces'`,
  );
  const mode = row?.mode ?? 'stored';
  return mode === 'stored' || mode === 'carried';
}

/** The whole frame. */
export function wholeFrame(db: DatabaseSync): Frame {
  return {
    items: FRAME_KINDS.flatMap((kind) =>
      select<Rows[FrameKind]>(db, `SELECT * FROM "${tableOf(kind)}"`).map((row) =>
        itemOf(kind, row),
      ),
    ),
    shared: select<PermissionRow>(db, SHARED).map(sharedRight),
  };
}

/** One item of the frame; nothing if it does not exist or is somebody's own. */
export function frameItem(db: DatabaseSync, kind: FrameKind | 'permission', id: string): Frame {
  if (kind === 'permission') {
    const rows = select<PermissionRow>(db, `${SHARED} AND id = ?`, id);
    return { items: [], shared: rows.map(sharedRight) };
  }
  const rows = select<Rows[FrameKind]>(db, `SELECT * FROM "${tableOf(kind)}" WHERE id = ?`, id);
  return { items: rows.map((row) => itemOf(kind, row)), shared: [] };
}

function sharedRight(row: PermissionRow): { item: Item; permission: Permission } {
  return { item: itemOf('permission', row), permission: permissionCodec.entity(row) };
}
