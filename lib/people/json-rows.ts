import { ENTITY_KINDS, type EntityKind } from '../model/entity.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import { LAYOUTS } from './layout.ts';
import { isPlainObject, plainObject, type PlainObject } from './plain.ts';
import { requireRows, type ImportRow } from './row.ts';

interface Item {
  line: number;
  kind: EntityKind | undefined;
  entry: unknown;
}

/**
 * The rows of a JSON import: a list of entities, each with its `kind` unless all are of one kind, or an
 * object with a list for each kind. What is referred to comes first, in the order of ENTITY_KINDS. Throws
 * INPUT_INVALID if it is neither.
 */
export function* jsonRows(data: unknown, kind: EntityKind | undefined): Generator<ImportRow, void> {
  const items = Array.isArray(data) ? listed(data, kind) : grouped(data);
  requireRows(items.length);
  for (const wanted of [...ENTITY_KINDS, undefined]) {
    for (const item of items) if (item.kind === wanted) yield rowOf(item);
  }
}

function listed(list: readonly unknown[], fallback: EntityKind | undefined): Item[] {
  return list.map((entry, index) => {
    const named = isPlainObject(entry) && Object.hasOwn(entry, 'kind') ? entry.kind : fallback;
    return { line: index + 1, kind: ENTITY_KINDS.find((known) => known === named), entry };
  });
}

function grouped(data: unknown): Item[] {
  if (!isPlainObject(data)) {
    throw new AccessError('INPUT_INVALID', 'the import is neither a list nor an object of lists');
  }
  return Object.entries(data).flatMap(([name, list]) => {
    const kind = ENTITY_KINDS.find((known) => known === name);
    if (kind === undefined || !Array.isArray(list)) {
      throw new AccessError(
        'INPUT_INVALID',
        `the import may only have lists named ${ENTITY_KINDS.join(', ')}`,
      );
    }
    return list.map((entry: unknown, index) => ({ line: index + 1, kind, entry }));
  });
}

function rowOf({ line, kind, entry }: Item): ImportRow {
  try {
    const entity = plainObject(entry, 'the entry');
    if (kind === undefined) throw new AccessError('INPUT_INVALID', 'its kind is not known');
    return { line, parts: [{ kind, value: writable(kind, entity) }], problems: [] };
  } catch (error) {
    const { code, message } = toAccessError(error);
    return { line, parts: [], problems: [{ code, reason: message }] };
  }
}

/** The fields of the entity itself, without what an export shows in place of secrets. */
function writable(kind: EntityKind, entity: PlainObject): PlainObject {
  const shown = LAYOUTS[kind].filter((column) => column.only === 'export');
  const left = new Set(['kind', ...shown.map((column) => column.name)]);
  return Object.fromEntries(Object.entries(entity).filter(([name]) => !left.has(name)));
}
