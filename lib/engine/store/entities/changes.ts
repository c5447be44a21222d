import type { Kysely } from 'kysely';
import type { EntityKind } from '../../../model/entity.ts';
import { isAccessError } from '../../../model/errors.ts';
import type { PolicyChange } from '../../../policy/policy.ts';
import type { ChangeFailure } from '../../engine.ts';
import type { PreparedChange } from '../store.ts';
import type { Codec, Columns, Write } from './codec.ts';
import { consentCheck } from './consent.ts';
import { deleteEntity } from './deletion.ts';
import { planRow, type Known } from './plan.ts';
import { loadRows, ownersOf, presentReferences, saveRows } from './queries.ts';
import { CODECS } from './registry.ts';
import type { Rows, Tables } from './tables.ts';
import { tagChanges, tagsOf } from './tags.ts';

/** How many changes are planned from one look at the database. */
const MAX_RUN = 500;

export interface ChangeResult {
  /** What decisions have to know of the changes. */
  applied: PolicyChange[];
  /** How many changes were written. */
  written: number;
  failed: ChangeFailure[];
}

/** A change with its position in the list. */
interface Numbered<C> {
  index: number;
  change: C;
}

/** Writes of one kind, each of another entity, that can be planned together. */
interface Run<K extends EntityKind> {
  kind: K;
  writes: Numbered<Write<K>>[];
}

type Deletion = Numbered<Extract<PreparedChange, { op: 'delete' }>>;

/**
 * Writes changes in order, inside the transaction of the caller. A change that fails has written
 * nothing. With `atomic` it stops behind the first failure, and the caller has to undo the rest.
 */
export async function applyChanges(
  db: Kysely<Tables>,
  changes: readonly PreparedChange[],
  atomic: boolean,
): Promise<ChangeResult> {
  const result: ChangeResult = { applied: [], written: 0, failed: [] };
  for (const step of stepsOf(changes)) {
    await ('writes' in step ? writeRun(db, step, result) : deleteOne(db, step, result));
    if (atomic && result.failed.length > 0) break;
  }
  return result;
}

/** Groups changes as far as their order allows. */
function stepsOf(changes: readonly PreparedChange[]): (Run<EntityKind> | Deletion)[] {
  const steps: (Run<EntityKind> | Deletion)[] = [];
  let run: Run<EntityKind> | undefined;
  let ids = new Set<string>();
  for (const [index, change] of changes.entries()) {
    if (change.op === 'delete') {
      steps.push({ index, change });
      run = undefined;
      continue;
    }
    const { id } = change.value;
    if (run?.kind !== change.kind || ids.has(id) || ids.size >= MAX_RUN) {
      run = { kind: change.kind, writes: [] };
      steps.push(run);
      ids = new Set();
    }
    run.writes.push({ index, change });
    ids.add(id);
  }
  return steps;
}

async function deleteOne(
  db: Kysely<Tables>,
  { index, change }: Deletion,
  result: ChangeResult,
): Promise<void> {
  try {
    result.applied.push(...(await deleteEntity(db, change.kind, change.id)));
    result.written += 1;
  } catch (error) {
    result.failed.push(failure(index, error));
  }
}

async function writeRun<K extends EntityKind>(
  db: Kysely<Tables>,
  { kind, writes }: Run<K>,
  result: ChangeResult,
): Promise<void> {
  const codec: Codec<K> = CODECS[kind];
  const columns = writes.map(({ change }) => codec.columns(change.value));
  const known = await lookAround(db, kind, writes, columns);
  const stored = writes.map(({ change }) => known.rows.get(change.value.id));
  const requireConsent = await consentCheck(db, kind, stored, columns);
  const rows: Rows[K][] = [];
  for (const [place, { index, change }] of writes.entries()) {
    try {
      requireConsent?.(place);
      const row = planRow(codec, change, columns[place] ?? {}, known);
      rows.push(row);
    } catch (error) {
      result.failed.push(failure(index, error));
    }
  }
  const before = await tagsTouched(db, kind, rows);
  await saveRows(db, kind, rows);
  result.written += rows.length;
  result.applied.push(...rows.flatMap((row) => codec.policy?.(row) ?? []));
  result.applied.push(
    ...(await tagChanges(db, [...before, ...(await tagsTouched(db, kind, rows))])),
  );
}

/** The credentials of which decisions may have to know something else once these rows are written. */
async function tagsTouched(
  db: Kysely<Tables>,
  kind: EntityKind,
  rows: readonly { id: string }[],
): Promise<string[]> {
  const ids = rows.map(({ id }) => id);
  if (kind === 'credential') return ids;
  return kind === 'pass' ? tagsOf(db, ids) : [];
}

/** Reads in a few queries what the changes of a run have to be compared with. */
async function lookAround<K extends EntityKind>(
  db: Kysely<Tables>,
  kind: K,
  writes: readonly Numbered<Write<K>>[],
  columns: readonly Partial<Columns<K>>[],
): Promise<Known<K>> {
  const codec: Codec<K> = CODECS[kind];
  const ids = writes.map(({ change }) => change.value.id);
  const references = columns.flatMap((given) => codec.references(given));
  const rows = await loadRows(db, kind, ids);
  const planned = columns.map((given, place) => ({ ...rows.get(ids[place] ?? ''), ...given }));
  return {
    rows,
    references: await presentReferences(db, references),
    owners: codec.unique
      ? await ownersOf(db, kind, codec.unique, planned)
      : new Map<string, Rows[K]>(),
  };
}

/** What the report says of a change that was refused; any other error goes on. */
function failure(index: number, error: unknown): ChangeFailure {
  if (!isAccessError(error)) throw error;
  return { index, code: error.code, message: error.message };
}
