import type { CredentialType } from '../../model/credential.ts';
import type { Permission } from '../../model/permission.ts';
import { isTarget, type Scope } from './scope.ts';

/** The rights of a person, of themselves or through groups. */
export interface Rights {
  groups: readonly string[];
  /** The person's own permissions. */
  permissions: readonly Pick<Permission, 'effect' | 'target'>[];
}

/** A person with all that belongs to them: credentials they hold, active passes, open deals. */
export interface Dossier<Item> {
  id: string;
  /** Absent if the person does not exist any more. */
  person?: { item: Item; groups: readonly string[] };
  credentials: readonly { item: Item; type: CredentialType }[];
  permissions: readonly { item: Item; permission: Pick<Permission, 'effect' | 'target'> }[];
  /** `bare` is the pass without its host, for a gateway that does not know the host. */
  passes: readonly { item: Item; bare: Item; tagType: CredentialType; host?: Rights }[];
  /** To templates of the face. */
  consents: readonly Item[];
  employments: readonly Item[];
  deals: readonly Item[];
}

/** Whether somebody may pass an access point of the gateway at some time, by any grant. */
export function mayPass({ groups, permissions }: Rights, scope: Scope): boolean {
  return (
    scope.accessPoints.size > 0 &&
    (scope.everyone ||
      groups.some((group) => scope.groups.has(group)) ||
      permissions.some(({ effect, target }) => effect !== 'deny' && isTarget(target, scope)))
  );
}

/**
 * What of a dossier a gateway has to hold: nothing of people who may not pass any of its access points, no
 * credential that its readers cannot read, no permission for other doors. Refusals go with the people whom they
 * refuse.
 */
export function wantedOf<Item>(dossier: Dossier<Item>, scope: Scope): Item[] {
  const { person, consents, credentials, permissions, passes, employments, deals } = dossier;
  if (person === undefined) return [];
  const rights = { groups: person.groups, permissions: permissions.map((row) => row.permission) };
  if (!mayPass(rights, scope)) return [];
  const readable = ({ type }: { type: CredentialType }) => scope.types.has(type);
  return [
    person.item,
    ...(scope.readsFaces ? consents : []),
    ...credentials.filter(readable).map(({ item }) => item),
    ...permissions.filter((row) => isTarget(row.permission.target, scope)).map(({ item }) => item),
    ...employments,
    ...passes.flatMap(({ item, bare, tagType, host }) => {
      if (!scope.types.has(tagType)) return [];
      return host === undefined || mayPass(host, scope) ? [item] : [bare];
    }),
    ...deals,
  ];
}

/** Whether a permission of a group or of everybody is for this gateway. */
export function isSharedRight({ target }: Pick<Permission, 'target'>, scope: Scope): boolean {
  return isTarget(target, scope);
}
