import { personFaults, releaseFaults, rightFaults, type State } from './checks.ts';
import type { Hearing, Party } from './hearing.ts';
import { levelFaults, type Level } from './levels.ts';
import { BIT, reasonSet, type ReasonSet } from './reason-set.ts';

/** Everything that speaks against an attempt. */
export function judge(state: State, hearing: Hearing): ReasonSet {
  const { level } = hearing;
  const isStranger = hearing.parties.length === 0 && hearing.readings > 0;
  const way = isStranger ? reasonSet(hearing.obstacles()) : 0;
  const faults = hearing.faults | way | siteFaults(state, hearing);
  if (level === undefined) return faults | firstFaults(state, hearing);
  if (level.twoPersons) return faults | twoPersonFaults(state, hearing, level);
  return faults | onePersonFaults(state, hearing, level);
}

function siteFaults({ rules }: State, { point, level, moment }: Hearing): ReasonSet {
  if (point === undefined) return BIT.unknownAccessPoint;
  const faults = point.enabled ? 0 : BIT.accessPointDisabled;
  if (moment.trusted) return faults;
  const refused = level === undefined || rules.site.untrustedClock === 'deny';
  return refused ? faults | BIT.clockUntrusted : faults;
}

/** All factors have to be of one person; more of them than needed do no harm. */
function onePersonFaults(state: State, hearing: Hearing, level: Level): ReasonSet {
  const { parties, stranger, types } = hearing;
  const faults = firstFaults(state, hearing) | presentationFaults(hearing, level, types);
  const mixed = parties.length > 1 || (parties.length === 1 && stranger);
  return mixed ? faults | BIT.wrongSecondIdentifier : faults;
}

/** What speaks against the first person, and against the credentials of all. */
function firstFaults(state: State, hearing: Hearing): ReasonSet {
  let faults = 0;
  for (const party of hearing.parties) {
    faults |= party === hearing.parties[0] ? partyFaults(state, hearing, party) : party.faults;
  }
  return faults;
}

/** Two different people have to satisfy the level, each alone and each with a right of their own. */
function twoPersonFaults(state: State, hearing: Hearing, level: Level): ReasonSet {
  const { parties, types, readings } = hearing;
  const strangers = parties.length === 0;
  let faults = strangers ? presentationFaults(hearing, level, types) : 0;
  let fit = 0;
  for (const party of parties) {
    const own =
      partyFaults(state, hearing, party) | presentationFaults(hearing, level, party.types);
    if (own === 0) fit++;
    faults |= own;
  }
  const enough = strangers ? readings >= 2 : fit >= 2;
  return enough ? faults : faults | BIT.secondPersonRequired;
}

function presentationFaults({ point }: Hearing, level: Level, types: number): ReasonSet {
  return point === undefined ? 0 : levelFaults(level, point.supports, types);
}

/** What speaks against one person; notes the permission that lets them pass. */
function partyFaults(state: State, { point, moment, obstacles }: Hearing, party: Party): ReasonSet {
  const { people, rules } = state;
  const faults = party.faults | personFaults(people, party.person, moment);
  if (point === undefined) return faults;
  const { permissions } = rules;
  const way = reasonSet(obstacles(people.identity(party.person).id));
  const obstacle = people.exempt(party.person) ? way & ~BIT.antiPassback : way;
  const deny = permissions.denying(people, party.person, point.number, moment);
  party.permission = permissions.allowing(people, party.person, point.number, moment);
  return (
    faults |
    obstacle |
    rightFaults(moment, party.permission, deny) |
    releaseFaults(state, point, party.person, moment)
  );
}
