import type { DatabaseSync } from 'node:sqlite';
import type { CredentialType } from '../../../model/credential.ts';
import { optional } from '../../../model/optional.ts';
import type { Permission } from '../../../model/permission.ts';
import { PERSONAL_KINDS, type SyncKind } from '../../../server/wanted/kinds.ts';
import type { Dossier, Rights } from '../../../server/wanted/wanted.ts';
import { permission as permissionCodec } from '../entities/rights.ts';
import type { CredentialRow, PermissionRow, Rows } from '../entities/tables.ts';
import {
  credentialItem,
  groupsOf,
  itemOf,
  personRows,
  photoItem,
  pushTo,
  select,
  stampOf,
  type Item,
} from './items.ts';

const AMONG = 'IN (SELECT value FROM json_each(?1))';

type HeldCredential = CredentialRow & { holder: string; returned: number; photo: number };
type OwnPermissionRow = PermissionRow & { person: string };
type HeldPass = Rows['pass'] & { tag_type: CredentialType };

/** A credential belongs to whoever holds it as a tag; one that nobody holds any more opens for nobody. */
const CREDENTIALS = `
  SELECT c.*, ifnull(p.person, c.person) AS holder,
    p.id IS NULL AND EXISTS (SELECT 1 FROM pass WHERE tag = c.id) AS returned,
    EXISTS (SELECT 1 FROM face_photo WHERE credential = c.id) AS photo
  FROM credential c LEFT JOIN pass p ON p.tag = c.id AND p.status = 'active'
  WHERE c.id IN (SELECT id FROM credential WHERE person ${AMONG}
    UNION SELECT tag FROM pass WHERE status = 'active' AND person ${AMONG})`;

const PASSES = `
  SELECT p.*, c.type AS tag_type FROM pass p JOIN credential c ON c.id = p.tag
  WHERE p.status = 'active' AND p.person ${AMONG}`;

const OWN_PERMISSIONS = `SELECT * FROM permission WHERE person ${AMONG}`;
const EMPLOYMENTS = `SELECT * FROM employment WHERE person ${AMONG}`;
const CONSENTS = `SELECT * FROM consent WHERE person ${AMONG}`;
const DEALS = `SELECT * FROM deal WHERE closed_at IS NULL AND person ${AMONG}`;

/** Everything of these people that gateways may have to hold, or only what is of some kinds. */
export function dossiersOf(
  db: DatabaseSync,
  ids: readonly string[],
  kinds: ReadonlySet<SyncKind> = new Set(PERSONAL_KINDS),
): Dossier<Item>[] {
  const list = JSON.stringify(ids);
  const rowsOf = <Row>(kind: SyncKind, sql: string) =>
    kinds.has(kind) ? select<Row>(db, sql, list) : [];
  const of = <Row extends { person: string }>(kind: SyncKind, sql: string) =>
    grouped(rowsOf<Row>(kind, sql), ({ person }) => person);
  const people = new Map(
    (kinds.has('person') ? personRows(db, ids) : []).map((row) => [row.id, row]),
  );
  const credentials = grouped(
    rowsOf<HeldCredential>('credential', CREDENTIALS),
    ({ holder }) => holder,
  );
  const permissions = of<OwnPermissionRow>('permission', OWN_PERMISSIONS);
  const employments = of<Rows['employment']>('employment', EMPLOYMENTS);
  const consents = of<Rows['consent']>('consent', CONSENTS);
  const deals = of<Rows['deal']>('deal', DEALS);
  const passes = of<HeldPass>('pass', PASSES);
  const hosts = rightsOf(db, [...passes.values()].flat());
  return ids.map((id) => {
    const person = people.get(id);
    return {
      id,
      ...optional('person', person && { item: itemOf('person', person), groups: person.groups }),
      credentials: (credentials.get(id) ?? []).map(heldCredential),
      permissions: (permissions.get(id) ?? []).map(ownPermission),
      passes: (passes.get(id) ?? []).map((row) => heldPass(row, hosts)),
      consents: (consents.get(id) ?? []).map((row) => itemOf('consent', row)),
      employments: (employments.get(id) ?? []).map((row) => itemOf('employment', row)),
      deals: (deals.get(id) ?? []).map((row) => itemOf('deal', row)),
    };
  });
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) pushTo(groups, keyOf(row), row);
  return groups;
}

function heldCredential(row: HeldCredential) {
  const isReturned = row.returned === 1 && (row.status ?? 'active') === 'active';
  const more = { person: row.holder, ...(isReturned && { status: 'returned' as const }) };
  const item = row.photo === 1 ? photoItem(row, more) : credentialItem(row, stampOf(row), more);
  return { item, type: row.type };
}

function ownPermission(row: PermissionRow): { item: Item; permission: Permission } {
  return { item: itemOf('permission', row), permission: permissionCodec.entity(row) };
}

function heldPass(row: HeldPass, hosts: ReadonlyMap<string, Rights>) {
  return {
    item: itemOf('pass', row),
    bare: itemOf('pass', { ...row, host: null }),
    tagType: row.tag_type,
    ...optional('host', row.host === null ? undefined : hosts.get(row.host)),
  };
}

/** The rights of those who are visited. */
function rightsOf(db: DatabaseSync, passes: readonly { host: string | null }[]) {
  const ids = [...new Set(passes.flatMap(({ host }) => (host === null ? [] : [host])))];
  const groups = groupsOf(db, ids);
  const rows = select<OwnPermissionRow>(db, OWN_PERMISSIONS, JSON.stringify(ids));
  const permissions = grouped(rows, ({ person }) => person);
  return new Map(
    ids.map((id): [string, Rights] => [
      id,
      {
        groups: groups.get(id) ?? [],
        permissions: (permissions.get(id) ?? []).map((row) => permissionCodec.entity(row)),
      },
    ]),
  );
}
