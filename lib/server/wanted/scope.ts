import type { AccessPoint } from '../../model/access-point.ts';
import type { CredentialType } from '../../model/credential.ts';
import type { Permission, PermissionTarget } from '../../model/permission.ts';

/** What one gateway is there for: by its access points follows whom and what it has to know. */
export interface Scope {
  accessPoints: ReadonlySet<string>;
  /** Zones into which its access points lead. */
  zones: ReadonlySet<string>;
  /** What its readers can read, as far as it is sent. */
  types: ReadonlySet<CredentialType>;
  /** It reads faces, which needs consents. */
  readsFaces: boolean;
  /** Groups whose members may pass one of its access points, at whatever time. */
  groups: ReadonlySet<string>;
  /** Everybody may. */
  everyone: boolean;
}

/** What speaks for whole groups of people. */
export interface SharedRights {
  /** Permissions of groups and of everybody. */
  permissions: Iterable<Pick<Permission, 'effect' | 'subject' | 'target'>>;
  /** Their members pass everywhere (N3). */
  breakGlass: Iterable<string>;
}

/** The scope of a gateway with these access points; `sendsFaces` says whether templates may be sent to it. */
export function scopeOf(
  accessPoints: readonly AccessPoint[],
  rights: SharedRights,
  sendsFaces: boolean,
): Scope {
  const places = {
    accessPoints: new Set(accessPoints.map(({ id }) => id)),
    zones: new Set(accessPoints.flatMap(({ zoneTo }) => (zoneTo === undefined ? [] : [zoneTo]))),
  };
  const groups = new Set(accessPoints.length > 0 ? rights.breakGlass : []);
  let everyone = false;
  for (const { effect, subject, target } of rights.permissions) {
    if (effect === 'deny' || !isTarget(target, places)) continue;
    if ('group' in subject) groups.add(subject.group);
    else if ('everyone' in subject) everyone = true;
  }
  const types = new Set(accessPoints.flatMap(({ supports }) => supports));
  const readsFaces = types.has('face');
  if (!sendsFaces) types.delete('face');
  return { ...places, types, readsFaces, groups, everyone };
}

/** Whether a permission is about one of the gateway's access points: a zone means those that lead into it. */
export function isTarget(
  target: PermissionTarget,
  { accessPoints, zones }: Pick<Scope, 'accessPoints' | 'zones'>,
): boolean {
  if ('accessPoint' in target) return accessPoints.has(target.accessPoint);
  if ('zone' in target) return zones.has(target.zone);
  return accessPoints.size > 0;
}
