import type { SecurityLevel } from '../model/access-point.ts';
import type { CredentialType } from '../model/credential.ts';

/** What a reader has to do with the credentials presented so far. */
export type Joining =
  | { state: 'complete' }
  /** Any of these types would bring the attempt nearer to the level. */
  | { state: 'waiting'; for: 'factor' | 'person'; types: CredentialType[] };

const COMPLETE: Joining = { state: 'complete' };

/**
 * Whether the presented types can satisfy the level, or what is still missing. A type that the level has
 * no use for completes the attempt at once, so that it is refused without a wait. Who presented them is
 * for the engine to judge.
 */
export function joining(level: SecurityLevel, presented: readonly CredentialType[]): Joining {
  const persons = level.persons ?? 1;
  const last = presented.at(-1);
  if (last === undefined || !level.anyOf.some((group) => group.includes(last))) return COMPLETE;
  if (persons === 1) return onePerson(level, presented);
  return twoPersons(level, presented);
}

function onePerson(level: SecurityLevel, presented: readonly CredentialType[]): Joining {
  const missing = missingTypes(level, presented);
  if (missing === undefined) return COMPLETE;
  return { state: 'waiting', for: 'factor', types: missing };
}

/** The first complete set counts for one person; what is left over has to be complete once more. */
function twoPersons(level: SecurityLevel, presented: readonly CredentialType[]): Joining {
  for (const group of level.anyOf) {
    const rest = without(presented, group);
    if (rest === undefined) continue;
    const missing = missingTypes(level, rest);
    if (missing === undefined) return COMPLETE;
    return { state: 'waiting', for: 'person', types: missing };
  }
  return { state: 'waiting', for: 'factor', types: missingTypes(level, presented) ?? [] };
}

/** Types that are missing from the groups that are nearest to complete; undefined if one is complete. */
function missingTypes(
  level: SecurityLevel,
  presented: readonly CredentialType[],
): CredentialType[] | undefined {
  const open = level.anyOf
    .filter((group) => presented.every((type) => group.includes(type)))
    .map((group) => group.filter((type) => !presented.includes(type)));
  if (level.anyOf.some((group) => group.every((type) => presented.includes(type))))
    return undefined;
  return [...new Set(open.flat())];
}

/** The presented types with one of each type of the group taken away; undefined if one is not there. */
function without(
  presented: readonly CredentialType[],
  group: readonly CredentialType[],
): CredentialType[] | undefined {
  const rest = [...presented];
  for (const type of group) {
    const index = rest.indexOf(type);
    if (index === -1) return undefined;
    rest.splice(index, 1);
  }
  return rest;
}
