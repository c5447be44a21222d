import type { Credentials } from './credentials.ts';
import type { Moment } from './moment.ts';
import type { People } from './people.ts';
import { NOT_COVERED, NOT_IN_FORCE } from './permissions.ts';
import type { CredentialIndex } from './policy.ts';
import { BIT, type ReasonSet } from './reason-set.ts';
import type { Periods } from './records.ts';
import type { ReleaseBook } from './release/book.ts';
import type { AccessPointRules, Rules } from './rules.ts';

/** What decisions are made from. */
export interface State {
  readonly people: People;
  readonly credentials: Credentials;
  readonly rules: Rules;
  readonly release: ReleaseBook;
}

export function credentialFaults(
  credentials: Credentials,
  index: CredentialIndex,
  moment: Moment,
): ReasonSet {
  const faults = credentials.active(index) ? 0 : BIT.credentialDisabled;
  if (!credentials.limited(index)) return faults;
  return faults | limitFaults(credentials.periods, index, moment);
}

export function personFaults(people: People, person: number, moment: Moment): ReasonSet {
  const faults = people.disabled(person) ? BIT.personDisabled : 0;
  if (!people.limited(person)) return faults;
  return faults | limitFaults(people.periods, person, moment);
}

/** A deny that is in force beats every allow (D17). Start and end are checked at each passage (D16). */
export function rightFaults(moment: Moment, allow: number, deny: number): ReasonSet {
  const notNow = moment.trusted ? BIT.notPermittedNow : BIT.clockUntrusted;
  let faults = 0;
  if (deny > NOT_IN_FORCE) faults |= BIT.denyRule;
  else if (deny === NOT_IN_FORCE && !moment.trusted) faults |= BIT.clockUntrusted;
  if (allow === NOT_COVERED) faults |= BIT.noRight;
  else if (allow === NOT_IN_FORCE) faults |= notNow;
  return faults;
}

/** Goods that are not cleared keep their visitor in, at the exits that look for them. */
export function releaseFaults(
  { people, release }: State,
  { holdsGoods }: AccessPointRules,
  person: number,
  moment: Moment,
): ReasonSet {
  if (!holdsGoods) return 0;
  return release.blocks(people.identity(person).id, moment) ? BIT.exitBlocked : 0;
}

/**
 * While the clock cannot be trusted every limit refuses; what is over by that clock stays over, but a clock
 * that fell back to 1970 proves nothing about a start.
 */
function limitFaults(periods: Periods, record: number, moment: Moment): ReasonSet {
  const expired = periods.until(record) > moment.ended ? 0 : BIT.expired;
  if (!moment.trusted) return expired | BIT.clockUntrusted;
  return expired | (periods.from(record) <= moment.begun ? 0 : BIT.notYetValid);
}
