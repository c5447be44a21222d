import { AccessError } from '../../model/errors.ts';
import type { Administration } from '../administration.ts';
import type { FirmScope, MusterEntry, MusterQuery } from '../engine.ts';

/**
 * A firm asks about one of its people; whoever is not its own does not exist for it. A tag alone is not enough: it may
 * have had other holders. Rejects with NOT_FOUND, or INPUT_INVALID where nobody is named.
 */
export async function requireOwn(
  { find }: Pick<Administration, 'find'>,
  person: string | undefined,
  scope: FirmScope | undefined,
): Promise<void> {
  if (scope === undefined) return;
  if (person === undefined) {
    throw new AccessError('INPUT_INVALID', 'query: a firm asks about one of its people');
  }
  const found = await find({ kind: 'person', id: person, scope });
  if (found.length === 0) throw missing('person', person);
}

/** The same question, about the people of the firm only. Throws NOT_FOUND for another firm. */
export function ownMuster({ scope, ...query }: MusterQuery): MusterQuery {
  if (scope === undefined) return query;
  const { firm = scope.firm } = query;
  if (firm !== scope.firm) throw missing('firm', firm);
  return { ...query, firm };
}

/** What a firm sees of an entry: not who else the person belongs to. */
export function seenBy(scope: FirmScope | undefined, entry: MusterEntry): MusterEntry {
  if (scope === undefined) return entry;
  return { ...entry, firms: entry.firms.filter(({ id }) => id === scope.firm) };
}

function missing(kind: string, id: string): AccessError {
  return new AccessError('NOT_FOUND', `${kind} "${id}" does not exist`);
}
