import { personFaults, rightFaults, type State } from './checks.ts';
import { levelFaults, type Level } from './levels.ts';
import type { Moment } from './moment.ts';
import type { Hearing, Party } from './parties.ts';
import { BIT, type ReasonSet } from './reason-set.ts';
import type { AccessPointRules } from './rules.ts';

/** Where and when an attempt is judged, and what has to be presented there. */
export interface Scene {
  /** Undefined if the access point is not configured. */
  readonly point: AccessPointRules | undefined;
  /** Undefined if it is not known, because it depends on a time that cannot be trusted. */
  readonly level: Level | undefined;
  readonly moment: Moment;
}

/** Everything that speaks against an attempt. */
export function judge(state: State, scene: Scene, hearing: Hearing): ReasonSet {
  const { level } = scene;
  const faults = hearing.faults | siteFaults(state, scene);
  if (level === undefined) return faults | firstFaults(state, scene, hearing);
  if (level.twoPersons) return faults | twoPersonFaults(state, scene, level, hearing);
  return faults | onePersonFaults(state, scene, level, hearing);
}

function siteFaults({ rules }: State, { point, level, moment }: Scene): ReasonSet {
  if (point === undefined) return BIT.unknownAccessPoint;
  const faults = point.point.enabled ? 0 : BIT.accessPointDisabled;
  if (moment.trusted) return faults;
  const refused = level === undefined || rules.site.untrustedClock === 'deny';
  return refused ? faults | BIT.clockUntrusted : faults;
}

/** All factors have to be of one person; more of them than needed do no harm. */
function onePersonFaults(state: State, scene: Scene, level: Level, hearing: Hearing): ReasonSet {
  const { parties, stranger, types } = hearing;
  const mixed = parties.length > 1 || (parties.length === 1 && stranger);
  return (
    firstFaults(state, scene, hearing) |
    levelFaults(level, supportsOf(scene), types) |
    (mixed ? BIT.wrongSecondIdentifier : 0)
  );
}

/** What speaks against the first person, and against the credentials of all. */
function firstFaults(state: State, scene: Scene, { parties }: Hearing): ReasonSet {
  const first = parties[0];
  let faults = first === undefined ? 0 : partyFaults(state, scene, first);
  for (const party of parties) faults |= party.faults;
  return faults;
}

/** Two different people have to satisfy the level, each alone and each with a right of their own. */
function twoPersonFaults(state: State, scene: Scene, level: Level, hearing: Hearing): ReasonSet {
  const { parties, types, readings } = hearing;
  const strangers = parties.length === 0;
  let faults = strangers ? levelFaults(level, supportsOf(scene), types) : 0;
  let fit = 0;
  for (const party of parties) {
    const own =
      partyFaults(state, scene, party) | levelFaults(level, supportsOf(scene), party.types);
    if (own === 0) fit++;
    faults |= own;
  }
  const enough = strangers ? readings >= 2 : fit >= 2;
  return enough ? faults : faults | BIT.secondPersonRequired;
}

/** What speaks against one person; notes the permission that lets them pass. */
function partyFaults({ people, rules }: State, { point, moment }: Scene, party: Party): ReasonSet {
  const faults = party.faults | personFaults(people, party.person, moment);
  if (point === undefined) return faults;
  const { permissions } = rules;
  const deny = permissions.strongest(
    permissions.denies,
    people,
    party.person,
    point.number,
    moment,
  );
  const allow = permissions.strongest(
    permissions.allows,
    people,
    party.person,
    point.number,
    moment,
  );
  party.permission = allow;
  return faults | rightFaults(moment, allow, deny);
}

function supportsOf({ point }: Scene): number {
  return point?.supports ?? 0;
}
