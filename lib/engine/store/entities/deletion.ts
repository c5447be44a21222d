import type { Kysely } from 'kysely';
import type { EntityKind } from '../../../model/entity.ts';
import { AccessError } from '../../../model/errors.ts';
import { POLICY_KINDS, type PolicyChange } from '../../../policy/policy.ts';
import { describe } from './codec.ts';
import { userOf } from './queries.ts';
import { tableOf, type Tables } from './tables.ts';
import { handOver, tagChanges, tagsOf } from './tags.ts';

/** Tables with rows of a person of which decisions know nothing. */
const BELONGINGS = [
  'person_group',
  'consent',
  'employment',
  'planned_day',
  'time_correction',
  'accounted_day',
] as const;

/**
 * Deletes an entity. With a person goes all that is theirs: credentials that nobody else holds, consents,
 * memberships, permissions, employments, plans, working time, passes and deals. Returns what decisions have to know of it, in order.
 * Throws NOT_FOUND, or CONFLICT naming an entity that still needs this one.
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
  const tags = await tagsTouched(db, kind, id);
  const owned = kind === 'person' ? await deleteBelongings(db, id) : [];
  const table = db.dynamic.table(tableOf(kind)).as('t');
  const { numDeletedRows } = await db.deleteFrom(table).where('t.id', '=', id).executeTakeFirst();
  if (numDeletedRows === 0n) {
    throw new AccessError('NOT_FOUND', `${describe(kind, id)} does not exist`);
  }
  const known = POLICY_KINDS.find((policyKind) => policyKind === kind);
  const own: PolicyChange[] = known === undefined ? [] : [{ kind: known, delete: id }];
  return [...owned, ...own, ...(await tagChanges(db, tags))];
}

/** Credentials of others of which decisions may have to know something else afterwards. */
async function tagsTouched(db: Kysely<Tables>, kind: EntityKind, id: string): Promise<string[]> {
  if (kind === 'pass') return tagsOf(db, [id]);
  if (kind !== 'person') return [];
  const passes = await db
    .selectFrom('pass')
    .select('id')
    .where((eb) => eb.or([eb('person', '=', id), eb('host', '=', id)]))
    .execute();
  return tagsOf(
    db,
    passes.map((pass) => pass.id),
  );
}

async function deleteBelongings(db: Kysely<Tables>, person: string): Promise<PolicyChange[]> {
  const changes: PolicyChange[] = [];
  await handOver(db, person);
  const tags = db.selectFrom('credential').select('id').where('person', '=', person);
  await db
    .deleteFrom('pass')
    .where((eb) => eb.or([eb('person', '=', person), eb('tag', 'in', tags)]))
    .execute();
  for (const kind of ['credential', 'permission', 'deal'] as const) {
    const rows = await db.deleteFrom(kind).where('person', '=', person).returning('id').execute();
    changes.push(...rows.map(({ id }) => ({ kind, delete: id })));
  }
  for (const table of BELONGINGS) {
    await db.deleteFrom(table).where('person', '=', person).execute();
  }
  return changes;
}
