import type { DatabaseSync } from 'node:sqlite';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { present } from '../entities/codec.ts';
import type { CredentialRow } from '../entities/tables.ts';
import { dossiersOf } from './dossiers.ts';
import { frameItem } from './frame.ts';
import { select, type Item } from './items.ts';

/**
 * An item that a gateway refused is offered again after so many milliseconds; after an hour if it was for the model of a
 * face, which seldom changes.
 */
const RETRY_AFTER = 5000;
const RETRY_MODEL = 3_600_000;
const KEPT_BY_SERVER = `AND EXISTS (SELECT 1 FROM fleet_decision d
  WHERE d.gateway = fleet_item.gateway AND d.kind = fleet_item.kind AND d.id = fleet_item.id
    AND d.keep = 'server' AND d.wanted IS fleet_item.wanted AND d.applied IS fleet_item.applied)`;
/** Characters that an item takes beside its value. */
const ITEM_CHARACTERS = 64;

/** Sealed parts of a credential that have to travel with it. */
export interface ItemSecrets {
  /** The slow hash of a PIN. */
  pin?: Uint8Array;
  template?: Uint8Array;
  tokenKey?: Uint8Array;
  photo?: Uint8Array;
}

export interface ComposedItem {
  kind: SyncKind;
  id: string;
  /** Absent if the gateway shall not have it any more. */
  value?: object;
  secrets?: ItemSecrets;
}

export interface Composed {
  number: number;
  /** The policy version that this is part of. */
  version: number;
  items: ComposedItem[];
}

export interface ComposeQuery {
  gateway: string;
  /** Numbers of the batches that may still be answered; whatever was sent with others is sent again. */
  live: readonly number[];
  /** Items, and about so many characters of JSON, at most. */
  limit: number;
  characters: number;
  now: number;
  /** On the way to another master: only what was decided so. */
  decided?: boolean;
}

interface Pending {
  kind: SyncKind;
  id: string;
  person: string | null;
  wanted: string | null;
}

/**
 * What is to be sent to a gateway next, marked as sent; undefined if nothing is. `changing` while it is not yet known
 * whom the last changes concern.
 */
export function compose(db: DatabaseSync, query: ComposeQuery): Composed | 'changing' | undefined {
  if (db.prepare('SELECT 1 FROM fleet_dirty LIMIT 1').get() !== undefined) return 'changing';
  const { gateway, live, characters } = query;
  db.prepare(
    `UPDATE fleet_item INDEXED BY fleet_item_sent SET number = NULL, sent = NULL
     WHERE gateway = ? AND number IS NOT NULL
       AND number NOT IN (SELECT value FROM json_each(?))`,
  ).run(gateway, JSON.stringify(live));
  const pending = pendingOf(db, query);
  const items = within(characters, withSecrets(db, valued(db, pending)));
  if (items.length === 0) return undefined;
  const number = nextNumber(db, gateway);
  const sent = db.prepare(
    `UPDATE fleet_item SET number = ?, sent = ifnull(wanted, ''), tried = ?
     WHERE gateway = ? AND kind = ? AND id = ?`,
  );
  for (const { kind, id } of items) sent.run(number, query.now, gateway, kind, id);
  return { number, version: policyVersion(db), items };
}

function pendingOf(
  db: DatabaseSync,
  { gateway, limit, now, decided = false }: ComposeQuery,
): Pending[] {
  return select<Pending>(
    db,
    `SELECT kind, id, person, wanted FROM fleet_item INDEXED BY fleet_item_pending
     WHERE gateway = ?1 AND wanted IS NOT applied AND number IS NULL
       AND (failed IS NULL
         OR tried < ?2 - iif(failed LIKE 'MODEL_MISMATCH%', ${RETRY_MODEL}, ${RETRY_AFTER}))
       ${decided ? KEPT_BY_SERVER : ''}
     ORDER BY place LIMIT ?3`,
    gateway,
    now,
    limit,
  );
}

/** The pending items with what they shall be. One that has just changed again is left for the next look. */
function valued(db: DatabaseSync, pending: readonly Pending[]): ComposedItem[] {
  const people = new Set(
    pending.flatMap(({ person, wanted }) => (person !== null && wanted !== null ? [person] : [])),
  );
  const items = new Map<string, Item>();
  const kinds = new Set(pending.map(({ kind }) => kind));
  for (const dossier of dossiersOf(db, [...people], kinds)) {
    const { person, consents, credentials, permissions, passes, employments, deals } = dossier;
    const linked = [...credentials, ...permissions, ...passes].map(({ item }) => item);
    const bare = passes.map((pass) => pass.bare);
    const all = [person?.item, ...linked, ...bare, ...consents, ...employments, ...deals];
    for (const item of all) if (item !== undefined) items.set(keyOf(item, item.digest), item);
  }
  return pending.flatMap((entry) => {
    const { kind, id, person, wanted } = entry;
    if (wanted === null) return [{ kind, id }];
    const item = person === null ? ofFrame(db, entry) : items.get(keyOf(entry, wanted));
    return item === undefined ? [] : [{ kind, id, value: item.value }];
  });
}

function keyOf({ kind, id }: { kind: string; id: string }, digest: string): string {
  return `${kind} ${digest} ${id}`;
}

function ofFrame(db: DatabaseSync, { kind, id, wanted }: Pending): Item | undefined {
  const { items, shared } = frameItem(db, kind as never, id);
  return [...items, ...shared.map(({ item }) => item)].find(({ digest }) => digest === wanted);
}

function withSecrets(db: DatabaseSync, items: ComposedItem[]): ComposedItem[] {
  const stamped = items.filter(
    ({ value }) => value !== undefined && ('stamp' in value || 'photo' in value),
  );
  if (stamped.length === 0) return items;
  const rows = select<SecretRow>(
    db,
    `SELECT id, type, sealed, template, token_key, photo FROM credential
     LEFT JOIN face_photo ON credential = id WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(stamped.map(({ id }) => id)),
  );
  const secrets = new Map(rows.map((row) => [row.id, secretsOf(row)]));
  return items.map((item) => {
    const own = item.kind === 'credential' ? secrets.get(item.id) : undefined;
    return own === undefined ? item : { ...item, secrets: own };
  });
}

type SecretRow = CredentialRow & { photo: Uint8Array | null };

function secretsOf({ type, sealed, template, token_key, photo }: SecretRow): ItemSecrets {
  return present<ItemSecrets>({
    pin: type === 'pin' ? sealed : null,
    template,
    tokenKey: token_key,
    photo,
  });
}

/** As many items as fit into one message, at least one. */
function within(characters: number, items: readonly ComposedItem[]): ComposedItem[] {
  let left = characters;
  const end = items.findIndex((item, index) => {
    left -= charactersOf(item);
    return left < 0 && index > 0;
  });
  return items.slice(0, end === -1 ? items.length : end);
}

function charactersOf({ value, secrets = {} }: ComposedItem): number {
  const blobs = [secrets.pin, secrets.template, secrets.tokenKey, secrets.photo];
  // Base64 within sealed base64.
  const sealed = blobs.reduce((sum, blob) => sum + (blob?.length ?? 0) * 2, 0);
  return ITEM_CHARACTERS + JSON.stringify(value ?? '').length + sealed;
}

/** Never a number that the gateway has received before, even after the server came back from a backup. */
function nextNumber(db: DatabaseSync, gateway: string): number {
  const row = db
    .prepare(
      `UPDATE fleet_gateway SET number = max(number, received) + 1 WHERE id = ? RETURNING number`,
    )
    .get(gateway);
  return Number(row?.number);
}

export function policyVersion(db: DatabaseSync): number {
  return Number(db.prepare(`SELECT value FROM meta WHERE key = 'policyVersion'`).get()?.value ?? 0);
}
