import type { Attempt } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import type { Decision, Passage } from '../model/decision.ts';
import { uuidv7 } from '../model/ids.ts';
import { optional } from '../model/optional.ts';
import { STALE, type Age } from './age.ts';
import type { Moment } from './clock-trust.ts';
import { refused } from './decision.ts';
import type { Grants } from './grants.ts';
import type { Journal } from './journal.ts';
import type { Judgement } from './judge.ts';
import type { Presence } from './presence/presence.ts';
import { recordDecision } from './record-decision.ts';
import type { Site } from './site.ts';

/** A decision that was made and has to come into force. */
export interface Conclusion {
  attempt: Attempt;
  decision: Decision;
  judgement: Judgement;
  moment: Moment;
  age: Age;
}

/** Records a decision and brings its grant into force; resolves when the record is committed. */
export type Conclude = (conclusion: Conclusion) => Promise<Decision>;

interface Parts {
  clock: Clock;
  site: Site;
  journal: Journal;
  grants: Grants;
  presence: Presence;
}

export function createConclude(parts: Parts): Conclude {
  const { clock, site, journal, grants, presence } = parts;

  /** Where one reader serves both ways, the position of the person says which way it was. */
  function directed(decision: Decision): Decision {
    const { accessPoint, person, matchedPersonId } = decision;
    if (site.accessPoint(accessPoint)?.directionByPosition !== true) return decision;
    const way = presence.admission.wayOf(accessPoint, person?.id ?? matchedPersonId);
    return { ...decision, ...optional('direction', way?.direction) };
  }

  /** The answer leaves only when its row is on the disk; without a row nothing is granted. */
  async function commit({ decision, ...rest }: Conclusion): Promise<Decision> {
    try {
      await recordDecision(journal, { decision, ...rest });
      return decision;
    } catch {
      return refused(decision, 'storeBroken', site);
    }
  }

  /** A grant lives from its decision on; one that comes too late for the person at the door is dropped. */
  function release(decision: Decision, decidedAt: number, { age, moment }: Conclusion): Decision {
    if (decision.outcome !== 'granted') return decision;
    if (age() > STALE) {
      const details = { decision: decision.id };
      journal.note({ category: 'system', code: 'decisionLate', details }, moment);
      return refused(decision, 'stale', site);
    }
    const life = decision.validUntil - decision.at;
    grants.add(decision.id, life - (clock.monotonic() - decidedAt));
    presence.granted(decision);
    if (site.accessPoint(decision.accessPoint)?.grantedCountsAsPassed)
      assumePassage(decision, moment);
    return decision;
  }

  /** Without a sensor nobody knows whether the person went through: the record says so (D18). */
  function assumePassage(decision: Decision, moment: Moment): void {
    const point = site.accessPoint(decision.accessPoint);
    const passage: Passage = {
      id: uuidv7(moment.now),
      decision: decision.id,
      direction: decision.direction ?? 'undefined',
      outcome: 'taken',
      confirmed: false,
      at: moment.now,
      ...optional('accessPoint', decision.accessPoint),
      ...optional('zoneFrom', point?.zoneFrom),
      ...optional('zoneTo', point?.zoneTo),
    };
    // A failure shows in the health of the store; the grant has its own record already.
    presence.passages.record(passage, moment).catch(() => undefined);
  }

  return async (conclusion) => {
    const decidedAt = clock.monotonic();
    const decision = directed(conclusion.decision);
    const committed = await commit({ ...conclusion, decision });
    const released = release(committed, decidedAt, conclusion);
    if (released.outcome !== 'granted') presence.withdrawn(conclusion.attempt.id);
    return released;
  };
}
