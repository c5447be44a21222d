import type { EntityKind, StoredEntities } from '../../model/entity.ts';
import type { Administration } from '../administration.ts';
import type { FindQuery } from '../engine.ts';

const PAGE = 1000;

/** All entities that fit, page after page. */
export async function everyPage<K extends EntityKind>(
  find: Administration['find'],
  query: FindQuery<K>,
): Promise<StoredEntities[K][]> {
  const all: StoredEntities[K][] = [];
  let after: string | undefined;
  do {
    const page = await find<K>({
      ...query,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page);
    after = page.length < PAGE ? undefined : page.at(-1)?.id;
  } while (after !== undefined);
  return all;
}
