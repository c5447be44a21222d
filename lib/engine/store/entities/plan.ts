import type { EntityKind } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import { ALWAYS } from '../../../model/schedule.ts';
import {
  describe,
  referenceKey,
  searchText,
  type Codec,
  type Columns,
  type Write,
} from './codec.ts';
import type { Rows } from './tables.ts';

/** What the database says about the changes of one kind that are to be planned. */
export interface Known<K extends EntityKind> {
  /** Stored rows with the ids of the changes. */
  rows: ReadonlyMap<string, Rows[K]>;
  /** References of the changes that exist, as `referenceKey`. */
  references: Set<string>;
  /** Who has what only one may have, by `Unique.key`. */
  owners: Map<string, Rows[K]>;
}

/**
 * The row that a change leads to; `columns` are those that it gives. Throws CONFLICT for an id that
 * exists already, NOT_FOUND for an id or a reference that does not, INPUT_INVALID for a row that would
 * be incomplete.
 */
export function planRow<K extends EntityKind>(
  codec: Codec<K>,
  change: Write<K>,
  columns: Partial<Columns<K>>,
  known: Known<K>,
): Rows[K] {
  const { kind, value } = change;
  const stored = known.rows.get(value.id);
  checkExistence(change, stored !== undefined);
  for (const reference of codec.references(columns)) {
    if (known.references.has(referenceKey(reference))) continue;
    throw new AccessError(
      'NOT_FOUND',
      `${describe(kind, value.id)}: ${describe(reference.kind, reference.id)} does not exist`,
    );
  }
  const row = { ...baseOf(codec, change.op, columns, stored), ...columns, id: value.id } as Rows[K];
  checkComplete(codec, kind, row);
  codec.check?.(row, stored);
  claim(codec, kind, row, known);
  known.references.add(referenceKey({ kind, id: row.id }));
  return { ...row, search: searchText([row.id, ...codec.words(row)]) };
}

/** Enters the row as the owner of what only one may have. */
function claim<K extends EntityKind>(
  { unique }: Codec<K>,
  kind: K,
  row: Rows[K],
  { rows, owners }: Known<K>,
): void {
  if (unique === undefined) return;
  const key = unique.key(row);
  const owner = key === undefined ? undefined : owners.get(key);
  if (owner !== undefined && owner.id !== row.id) {
    throw new AccessError('CONFLICT', `${describe(kind, row.id)}: ${unique.taken(owner)}`);
  }
  const stored = rows.get(row.id);
  const left = stored && unique.key(stored);
  if (left !== undefined) owners.delete(left);
  if (key !== undefined) owners.set(key, row);
}

function checkExistence({ op, kind, value: { id } }: Write<EntityKind>, exists: boolean): void {
  if (kind === 'schedule' && id === ALWAYS) {
    throw new AccessError('CONFLICT', `${describe(kind, id)} is built in`);
  }
  if (op === 'create' && exists) {
    throw new AccessError('CONFLICT', `${describe(kind, id)} exists already`);
  }
  if (op === 'update' && !exists) {
    throw new AccessError('NOT_FOUND', `${describe(kind, id)} does not exist`);
  }
}

/** What stays where the change gives nothing: all that is stored, or only what a `put` keeps. */
function baseOf<K extends EntityKind>(
  codec: Codec<K>,
  op: Write<K>['op'],
  columns: Partial<Columns<K>>,
  stored: Rows[K] | undefined,
): object {
  if (stored === undefined) return codec.blank;
  return op === 'update' ? stored : { ...codec.blank, ...codec.kept?.(columns, stored) };
}

function checkComplete<K extends EntityKind>(codec: Codec<K>, kind: K, row: Rows[K]): void {
  const columns: Columns<K> = row;
  for (const [property, ...alternatives] of codec.required) {
    if (alternatives.some((column) => columns[column] !== null)) continue;
    throw new AccessError('INPUT_INVALID', `${describe(kind, row.id)} needs "${property}"`);
  }
}
