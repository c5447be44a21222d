import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { optional } from '../../../model/optional.ts';
import type { SyncKind } from '../../../server/wanted/kinds.ts';
import { wireValue, type WireValues } from '../../../server/wanted/wire.ts';
import { canonicalJson } from '../canonical.ts';
import type { Codec } from '../entities/codec.ts';
import { CODECS } from '../entities/registry.ts';
import type { CredentialRow, Rows } from '../entities/tables.ts';

const DIGEST_CHARACTERS = 22;

/** What is sent of an entity, and the digest by which both sides know whether they mean the same. */
export interface Item<K extends SyncKind = SyncKind> {
  kind: K;
  id: string;
  value: WireValues[K];
  digest: string;
}

/** 132 bits of SHA-256 over kind and value; equal at a server and a gateway that hold the same. */
export function digestOf(kind: SyncKind, value: object): string {
  return shortHash(`${kind} ${canonicalJson(value)}`);
}

/** An entity as it is sent; `more` is what is not in its own row. */
export function itemOf<K extends SyncKind>(kind: K, row: Rows[K], more: object = {}): Item<K> {
  const codec: Codec<K> = CODECS[kind];
  const value = wireValue(kind, { ...codec.entity(row), ...more });
  return { kind, id: row.id, value, digest: digestOf(kind, value) };
}

/** A credential as it is sent: found by its digest, its secrets named by a stamp. */
export function credentialItem(
  row: CredentialRow,
  stamp: string | undefined,
  more: object = {},
): Item<'credential'> {
  return itemOf('credential', row, { lookup: row.lookup, ...optional('stamp', stamp), ...more });
}

/** A face whose template each gateway makes itself: what has become of it there is not what was sent. */
export function photoItem(row: CredentialRow, more: object = {}): Item<'credential'> {
  return credentialItem({ ...row, model: null }, undefined, { photo: true, ...more });
}

/** Names the secrets of a credential as they are stored here, without saying anything of them. */
export function stampOf(row: CredentialRow): string | undefined {
  const secrets = [row.type === 'pin' ? row.sealed : null, row.template, row.token_key];
  if (secrets.every((secret) => secret === null)) return undefined;
  return stampOfSecrets(secrets);
}

/** The stamp of the PIN hash, the template and the token key, each sealed or null. */
export function stampOfSecrets(secrets: readonly (Uint8Array | null | undefined)[]): string {
  const texts = secrets.map((secret) => Buffer.from(secret ?? []).toString('base64'));
  return shortHash(texts.join(' '));
}

/** People with their groups, by id. */
export function personRows(db: DatabaseSync, ids: readonly string[]): Rows['person'][] {
  const list = JSON.stringify(ids);
  const groups = groupsOf(db, ids);
  return select<Rows['person']>(
    db,
    'SELECT * FROM person WHERE id IN (SELECT value FROM json_each(?))',
    list,
  ).map((row) => ({ ...row, groups: groups.get(row.id) ?? [] }));
}

/** The groups of these people, in the order of their ids. */
export function groupsOf(db: DatabaseSync, ids: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  const links = select<{ person: string; group_id: string }>(
    db,
    `SELECT person, group_id FROM person_group WHERE person IN (SELECT value FROM json_each(?))
     ORDER BY person, group_id`,
    JSON.stringify(ids),
  );
  for (const { person, group_id } of links) pushTo(groups, person, group_id);
  return groups;
}

export function select<Row>(db: DatabaseSync, sql: string, ...values: (string | number | null)[]) {
  return db.prepare(sql).all(...values) as Row[];
}

export function pushTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, DIGEST_CHARACTERS);
}
