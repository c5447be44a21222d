import { ENTITY_KINDS, type Change, type EntityKind } from '../model/entity.ts';
import { AccessError } from '../model/errors.ts';
import { uuidv7 } from '../model/ids.ts';
import { plainObject, type PlainObject } from './plain.ts';

/** An entity that was changed. */
export interface Target {
  kind: EntityKind;
  id: string;
}

export interface ChangeRequest {
  op: Change['op'];
  /** The kind of entries that do not say it themselves. */
  kind: EntityKind | undefined;
  /** One entity or a list of entities; to delete, the id is enough. */
  value: unknown;
  /** Opens a secret that was sealed on its way through the flow. */
  open: (sealed: string) => string;
}

/** The most changes that are made together. */
const MAX_CHANGES = 250;

/** A change together with what it is about. */
export interface TargetedChange {
  change: Change;
  target: Target;
}

/**
 * The changes that a message asks for, to be made all or none: a person, credentials and permissions can
 * be enrolled in one message. A new entity without an id gets one. Throws INPUT_INVALID.
 */
export function changesOf(request: ChangeRequest): TargetedChange[] {
  const entries: unknown[] = Array.isArray(request.value) ? request.value : [request.value];
  if (entries.length === 0 || entries.length > MAX_CHANGES) {
    throw new AccessError(
      'INPUT_INVALID',
      `1 to ${MAX_CHANGES} entries can be changed together, not ${entries.length}; use the import for more`,
    );
  }
  return entries.map((entry, index) => changeOf(entry, `entry ${index + 1}`, request));
}

function changeOf(entry: unknown, where: string, request: ChangeRequest): TargetedChange {
  const { op, open } = request;
  const entity: PlainObject = typeof entry === 'string' ? { id: entry } : plainObject(entry, where);
  const { kind: named = request.kind, ...value } = entity;
  const target = { kind: requireKind(named, where), id: requireId(value.id, op, where) };
  if (op === 'delete') return { change: { op, ...target }, target };
  const { kind, id } = target;
  return { change: { op, kind, value: { ...unsealed(kind, value, open), id } }, target };
}

function requireKind(named: unknown, where: string): EntityKind {
  const kind = ENTITY_KINDS.find((known) => known === named);
  if (kind !== undefined) return kind;
  throw new AccessError(
    'INPUT_INVALID',
    `${where}: its kind must be one of ${ENTITY_KINDS.join(', ')}`,
  );
}

function requireId(given: unknown, op: Change['op'], where: string): string {
  const id = op === 'create' ? (given ?? uuidv7()) : given;
  if (typeof id === 'string' && id !== '') return id;
  throw new AccessError('INPUT_INVALID', `${where}: id is missing or not a text`);
}

/** A credential as a reader presents it may hold its secret sealed, as `ref`. */
function unsealed(
  kind: EntityKind,
  value: PlainObject,
  open: (sealed: string) => string,
): PlainObject {
  const { ref, ...rest } = value;
  return kind === 'credential' && typeof ref === 'string' ? { ...rest, value: open(ref) } : value;
}
