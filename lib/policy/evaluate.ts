import type { State } from './checks.ts';
import { hear } from './hear.ts';
import { openHearing, type Hearing, type Party } from './hearing.ts';
import { judge } from './judge.ts';
import { levelInForce } from './levels.ts';
import { momentAt } from './moment.ts';
import type { People } from './people.ts';
import type { EvaluateInput, Verdict } from './policy.ts';
import { BIT, listOf, type ReasonSet } from './reason-set.ts';
import type { AccessPointRules } from './rules.ts';

/**
 * What a break-glass member may ignore: the state of the access point, levels, further factors, rights,
 * positions, a full area and the clock. A credential or a person that is refused for its own sake stays refused (N3).
 */
const IGNORED_BY_BREAK_GLASS =
  BIT.unknownCredential |
  BIT.accessPointDisabled |
  BIT.clockUntrusted |
  BIT.wrongMode |
  BIT.denyRule |
  BIT.noRight |
  BIT.notPermittedNow |
  BIT.antiPassback |
  BIT.areaFull |
  BIT.exitBlocked |
  BIT.wrongPin |
  BIT.wrongSecondIdentifier |
  BIT.secondFactorTimeout |
  BIT.secondPersonRequired;

/**
 * Decides one attempt: all reasons that apply are collected, and the first in the fixed order is *the*
 * reason (N10). Never throws for what was presented.
 */
export function evaluate(state: State, input: EvaluateInput): Verdict {
  const point = state.rules.accessPoints.get(input.accessPoint);
  if (input.factors.length === 0) return anonymousVerdict(input, point);
  const moment = momentAt(state.rules.zone, input.now, input.clockTrusted);
  const level = point && levelInForce(point.levels, moment);
  const hearing = openHearing(point, level, moment, input.factors.length, input.obstacles);
  hear(state, input, hearing);
  return decide(state, hearing);
}

/** The verdict on what was presented, in the light of where and when. */
export function decide(state: State, hearing: Hearing): Verdict {
  const faults = judge(state, hearing);
  const first = hearing.parties[0];
  if (first === undefined) return strangerVerdict(faults);
  const rescuer = faults === 0 ? undefined : breakGlassMember(state, hearing, faults);
  if (rescuer !== undefined) return breakGlassVerdict(state.people, hearing, rescuer);
  return holderVerdict(state, hearing, faults, first);
}

/** A press of the exit button is granted without asking who pressed it. */
function anonymousVerdict(input: EvaluateInput, point: AccessPointRules | undefined): Verdict {
  let faults = input.requestToExit ? 0 : BIT.malformed;
  if (point === undefined) faults |= BIT.unknownAccessPoint;
  else {
    if (!point.enabled) faults |= BIT.accessPointDisabled;
    if (input.requestToExit && !point.point.requestToExit) faults |= BIT.noRight;
  }
  const outcome = faults === 0 ? 'granted' : 'denied';
  return { outcome, reasons: listOf(faults), duress: false, breakGlass: false };
}

/** Nobody was recognised. Only if nothing else speaks against it may a server know more (D8). */
function strangerVerdict(faults: ReasonSet): Verdict {
  const outcome = faults === BIT.unknownCredential ? 'unknown' : 'denied';
  return { outcome, reasons: listOf(faults), duress: false, breakGlass: false };
}

function holderVerdict(
  { people, rules }: State,
  { parties, level, duress }: Hearing,
  faults: ReasonSet,
  first: Party,
): Verdict {
  const verdict: Verdict = {
    outcome: faults === 0 ? 'granted' : 'denied',
    reasons: listOf(faults),
    person: people.identity(first.person),
    duress,
    breakGlass: false,
  };
  const partner = level?.twoPersons === true ? parties[1] : undefined;
  if (partner !== undefined) verdict.secondPerson = people.identity(partner.person);
  const permission = faults === 0 ? rules.permissions.grant(first.permission) : undefined;
  if (permission !== undefined) verdict.permission = permission;
  return verdict;
}

function breakGlassVerdict(people: People, hearing: Hearing, rescuer: Party): Verdict {
  return {
    outcome: 'granted',
    reasons: listOf(0),
    person: people.identity(rescuer.person),
    duress: hearing.duress,
    breakGlass: true,
  };
}

function breakGlassMember(
  { people, rules }: State,
  { parties }: Hearing,
  faults: ReasonSet,
): Party | undefined {
  if (rules.breakGlass.size === 0 || (faults & ~IGNORED_BY_BREAK_GLASS) !== 0) return undefined;
  return parties.find((party) =>
    people.groups
      .members(people.groupSet(party.person))
      .some((group) => rules.breakGlass.has(group)),
  );
}
