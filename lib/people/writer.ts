import type { ChangeFailure, Engine } from '../engine/engine.ts';
import type { Change } from '../model/entity.ts';
import { idOf, type RowPart } from './row.ts';

/** The part of the engine that people are kept with. */
export type PeopleStore = Pick<Engine, 'change' | 'find'>;

/**
 * What happens to an entity that is stored already. `merge`: the fields of the import replace its fields
 * and the others stay, so that a list without limits does not lift a limit. `replace`: it becomes exactly
 * what the import says.
 */
export const EXISTING = ['merge', 'replace'] as const;
export type Existing = (typeof EXISTING)[number];

export interface Written {
  /** The policy version that holds the parts; absent if there was nothing to write. */
  version?: number;
  /** The parts that were refused. */
  failed: Map<RowPart, ChangeFailure>;
}

/** Writes parts in one call to the engine, each on its own. */
export async function writeParts(
  store: PeopleStore,
  parts: readonly RowPart[],
  options: { author: string; existing: Existing },
): Promise<Written> {
  if (parts.length === 0) return { failed: new Map() };
  const changes = await Promise.all(
    parts.map(async ({ kind, value }): Promise<Change> => {
      if (options.existing === 'replace') return { op: 'put', kind, value };
      return { op: (await exists(store, { kind, value })) ? 'update' : 'create', kind, value };
    }),
  );
  const { author } = options;
  const report = await store.change({ changes, options: { author, atomic: false } });
  const failed = new Map<RowPart, ChangeFailure>();
  for (const failure of report.failed) {
    const part = parts[failure.index];
    if (part !== undefined) failed.set(part, failure);
  }
  return { version: report.version, failed };
}

async function exists(store: PeopleStore, { kind, value }: RowPart): Promise<boolean> {
  const id = idOf(value);
  if (id === undefined) return false;
  return (await store.find({ kind, id, limit: 1 })).length > 0;
}
