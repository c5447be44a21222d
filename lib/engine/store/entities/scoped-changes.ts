import { sql, type Kysely } from 'kysely';
import type { EntityKind } from '../../../model/entity.ts';
import { AccessError, isAccessError } from '../../../model/errors.ts';
import { uuidv7 } from '../../../model/ids.ts';
import type { PreparedChange } from '../store.ts';
import { applyChanges, type ChangeResult } from './changes.ts';
import { describe, type Codec, type Reference, type Write } from './codec.ts';
import { loadRows } from './queries.ts';
import { CODECS } from './registry.ts';
import { employedBy, FROZEN, KEPT, VISIBLE, WRITABLE, type StoreScope } from './scope.ts';
import { tableOf, type Tables } from './tables.ts';

type Database = Kysely<Tables>;
type Row = Readonly<Record<string, unknown>> & { groups?: readonly string[] };

/**
 * As `applyChanges`, for a firm's administrator: each change is checked before and after it is made, and undone
 * if it leads out of the scope. What is not the firm's looks as if it did not exist.
 */
export async function applyScoped(
  db: Database,
  changes: readonly PreparedChange[],
  atomic: boolean,
  scope: StoreScope,
): Promise<ChangeResult> {
  const result: ChangeResult = { applied: [], written: 0, failed: [] };
  for (const [index, change] of changes.entries()) {
    await sql`savepoint scoped`.execute(db);
    try {
      result.applied.push(...(await applyOne(db, change, scope)));
      result.written += 1;
    } catch (error) {
      if (!isAccessError(error)) throw error;
      await sql`rollback to scoped`.execute(db);
      result.failed.push({ index, code: error.code, message: error.message });
    } finally {
      await sql`release scoped`.execute(db);
    }
    if (atomic && result.failed.length > 0) break;
  }
  return result;
}

async function applyOne(db: Database, change: PreparedChange, scope: StoreScope) {
  const { kind } = change;
  const id = change.op === 'delete' ? change.id : change.value.id;
  const before = (await loadRows(db, kind, [id])).get(id) as Row | undefined;
  await checkTarget(db, change, id, before !== undefined, scope);
  if (change.op !== 'delete') await checkReferences(db, change, before, scope);
  const { applied, failed } = await applyChanges(db, [change], true);
  const [failure] = failed;
  if (failure !== undefined) throw veiled(new AccessError(failure.code, failure.message), kind, id);
  if (change.op !== 'delete') await checkOutcome(db, kind, id, before, scope);
  return applied;
}

async function checkTarget(
  db: Database,
  { op, kind }: PreparedChange,
  id: string,
  exists: boolean,
  scope: StoreScope,
): Promise<void> {
  if (op === 'delete' && KEPT.has(kind)) {
    throw new AccessError('FORBIDDEN', `${describe(kind, id)} cannot be deleted by a firm`);
  }
  if (!exists || (await isWritable(db, kind, id, scope))) return;
  throw op === 'update' || op === 'delete' ? missing(kind, id) : veiledConflict(kind, id);
}

/** What is referred to has to be the firm's before the change, or any tag could be taken over. */
async function checkReferences(
  db: Database,
  change: Exclude<PreparedChange, { op: 'delete' }>,
  before: Row | undefined,
  scope: StoreScope,
): Promise<void> {
  for (const reference of referencesOf(change)) {
    if (before?.groups?.includes(reference.id) && reference.kind === 'group') continue;
    if (await isOwn(db, change.kind, reference, scope)) continue;
    throw missing(reference.kind, reference.id);
  }
}

function referencesOf<K extends EntityKind>({ kind, value }: Write<K>): readonly Reference[] {
  const codec: Codec<K> = CODECS[kind];
  return codec.references(codec.columns(value));
}

/** What a firm keeps of everybody who has ever worked for it. */
const STAFF_KINDS: ReadonlySet<EntityKind> = new Set([
  'employment',
  'plannedDay',
  'timeCorrection',
]);

async function isOwn(
  db: Database,
  user: EntityKind,
  { kind, id }: Reference,
  scope: StoreScope,
): Promise<boolean> {
  if (kind === 'credential') return isWritable(db, kind, id, scope);
  const isStaff = kind === 'person' && STAFF_KINDS.has(user);
  const condition = isStaff ? employedBy(scope.firm, sql`t.id`) : VISIBLE[kind](scope);
  return holds(db, kind, id, condition);
}

async function checkOutcome(
  db: Database,
  kind: EntityKind,
  id: string,
  before: Row | undefined,
  scope: StoreScope,
): Promise<void> {
  if (kind === 'person' && before === undefined) await employ(db, id, scope);
  const after = (await loadRows(db, kind, [id])).get(id) as Row | undefined;
  if (after === undefined || !(await isWritable(db, kind, id, scope))) {
    throw new AccessError('FORBIDDEN', `${describe(kind, id)} would not be the firm's own`);
  }
  const frozen = before === undefined ? ['anti_passback_exempt'] : (FROZEN[kind] ?? []);
  const changed = frozen.find((column) => (after[column] ?? null) !== (before?.[column] ?? null));
  if (changed !== undefined) {
    throw new AccessError('FORBIDDEN', `${describe(kind, id)}: a firm cannot change "${changed}"`);
  }
  await checkGroups(db, id, before?.groups ?? [], after.groups ?? [], scope);
}

/** A person whom a firm enters is its employee from the start. */
async function employ(db: Database, person: string, { firm, today }: StoreScope): Promise<void> {
  const value = { id: uuidv7(), person, firm, validFrom: today };
  await applyChanges(db, [{ op: 'create', kind: 'employment', value }], true);
}

/** Groups that are not the firm's can be neither given nor taken: they grant and deny. */
async function checkGroups(
  db: Database,
  person: string,
  before: readonly string[],
  after: readonly string[],
  scope: StoreScope,
): Promise<void> {
  const moved = [
    ...before.filter((group) => !after.includes(group)),
    ...after.filter((group) => !before.includes(group)),
  ];
  for (const group of moved) {
    if (await holds(db, 'group', group, VISIBLE.group(scope))) continue;
    throw new AccessError(
      'FORBIDDEN',
      `${describe('person', person)}: a firm cannot change the membership in ${describe('group', group)}`,
    );
  }
}

function isWritable(
  db: Database,
  kind: EntityKind,
  id: string,
  scope: StoreScope,
): Promise<boolean> {
  return holds(db, kind, id, WRITABLE[kind](scope));
}

async function holds(
  db: Database,
  kind: EntityKind,
  id: string,
  condition: ReturnType<(typeof WRITABLE)['person']>,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from ${sql.table(tableOf(kind))} as t where t.id = ${id} and ${condition}`.execute(db);
  return rows.length > 0;
}

function missing(kind: EntityKind, id: string): AccessError {
  return new AccessError('NOT_FOUND', `${describe(kind, id)} does not exist`);
}

function veiledConflict(kind: EntityKind, id: string): AccessError {
  return new AccessError('CONFLICT', `${describe(kind, id)} is not free, or in use`);
}

/** A conflict names what it meets, and that may belong to others. */
function veiled(error: AccessError, kind: EntityKind, id: string): AccessError {
  return error.code === 'CONFLICT' ? veiledConflict(kind, id) : error;
}
