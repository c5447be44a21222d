import type { Kysely } from 'kysely';
import type { EntityKind } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import type { PolicyChange } from '../../../policy/policy.ts';
import { describe } from './codec.ts';
import { userOf } from './queries.ts';
import { tableOf, type Tables } from './tables.ts';

/**
 * Deletes an entity. With a person go its credentials, memberships and own permissions. Returns every
 * deletion, in order. Throws NOT_FOUND, or CONFLICT naming an entity that still needs this one.
 */
export async function deleteEntity(
  db: Kysely<Tables>,
  kind: EntityKind,
  id: string,
): Promise<PolicyChange[]> {
  const user = await userOf(db, kind, id);
  if (user !== undefined) {
    throw new AccessError(
      'CONFLICT',
      `${describe(kind, id)} is in use by ${describe(user.kind, user.id)}`,
    );
  }
  const owned = kind === 'person' ? await deleteBelongings(db, id) : [];
  const table = db.dynamic.table(tableOf(kind)).as('t');
  const { numDeletedRows } = await db.deleteFrom(table).where('t.id', '=', id).executeTakeFirst();
  if (numDeletedRows === 0n) {
    throw new AccessError('NOT_FOUND', `${describe(kind, id)} does not exist`);
  }
  return [...owned, { kind, delete: id }];
}

async function deleteBelongings(db: Kysely<Tables>, person: string): Promise<PolicyChange[]> {
  const changes: PolicyChange[] = [];
  for (const kind of ['credential', 'permission'] as const) {
    const rows = await db.deleteFrom(kind).where('person', '=', person).returning('id').execute();
    changes.push(...rows.map(({ id }) => ({ kind, delete: id })));
  }
  await db.deleteFrom('person_group').where('person', '=', person).execute();
  return changes;
}
