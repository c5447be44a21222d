import type { Clock } from '../../model/clock.ts';
import type { Decision } from '../../model/decision.ts';
import { AccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import type { Policy } from '../../policy/policy.ts';
import { ageOf } from '../age.ts';
import type { ClockTrust, Moment } from '../clock-trust.ts';
import { refused, toDecision } from '../decision.ts';
import { failsafe } from '../failsafe.ts';
import type { Journal } from '../journal.ts';
import type { Judge, Judgement } from '../judge.ts';
import type { Presence } from '../presence/presence.ts';
import { recordDecision } from '../record-decision.ts';
import type { Site } from '../site.ts';
import type { FleetDoors } from './fleet-doors.ts';
import type { ForeignAttempt, ForeignDecision } from './online.ts';

/** Decides for a gateway; resolves when the record is committed. Rejects with FORBIDDEN for a door of somebody else. */
export type DecideFor = (request: ForeignAttempt, waited: number) => Promise<ForeignDecision>;

interface Parts {
  clock: Clock;
  trust: ClockTrust;
  site: Site;
  policy: Policy;
  judge: Judge;
  journal: Journal;
  presence: Presence;
  doors: FleetDoors;
}

/** The same judge as for a door of one's own; but what it grants is for the gateway to carry out. */
export function createDecideFor(parts: Parts): DecideFor {
  const { clock, trust, site, policy, journal, presence, doors } = parts;
  const judge = failsafe(parts.judge, journal);

  async function commit(
    { gateway, attempt }: ForeignAttempt,
    decision: Decision,
    judgement: Judgement,
    moment: Moment,
  ): Promise<Decision> {
    try {
      await recordDecision(journal, { attempt, decision, judgement, moment, gateway });
      return decision;
    } catch {
      return refused(decision, 'storeBroken', site);
    }
  }

  /** Not longer than the right, the level and the credential stay as they are, and never what can be used once. */
  function keepFor(
    { attempt, keep }: ForeignAttempt,
    { person, tag, marks = [], accessPoint = '' }: Decision,
    { now, trusted }: Moment,
  ): number {
    const point = site.accessPoint(accessPoint);
    const isOnce = tag !== undefined && policy.oneOffPassOf(tag) !== undefined;
    const isPlain = attempt.credentials.length === 1 && marks.length === 0;
    if (keep === 0 || person === undefined || !isPlain || isOnce || point?.release !== undefined)
      return 0;
    const { nextChange = Infinity } = policy.explain(
      { person: person.id, accessPoint, at: now },
      trusted,
    );
    return Math.floor(Math.min(keep, nextChange - now));
  }

  return async (request, waited) => {
    const { gateway, attempt } = request;
    const { accessPoint = '' } = attempt;
    if (!doors.isTheirs(gateway, accessPoint)) {
      throw new AccessError('FORBIDDEN', `${accessPoint} is no access point of ${gateway} alone`);
    }
    const moment = trust.read();
    const age = ageOf(attempt, waited, moment.now, clock);
    const judgement = await judge(attempt, moment, age);
    const made = { ...toDecision(attempt, judgement, moment, site), by: 'server' as const };
    const decision = await commit(request, made, judgement, moment);
    if (decision.outcome !== 'granted') {
      presence.withdrawn(attempt.id);
      return { decision };
    }
    const keep = keepFor(request, decision, moment);
    return { decision, ...optional('keep', keep > 0 ? keep : undefined) };
  };
}
