import type { Attempt } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import type { Decision, Passage } from '../model/decision.ts';
import { uuidv7 } from '../model/ids.ts';
import { optional } from '../model/optional.ts';
import type { AccessEntry, LoggedCredential } from '../model/record.ts';
import type { ClockTrust, Moment } from './clock-trust.ts';
import { refusal, refused, toDecision } from './decision.ts';
import type { Grants } from './grants.ts';
import type { Journal } from './journal.ts';
import { STALE, type Age, type Judge, type Judgement } from './judge.ts';
import { printable } from './masking.ts';
import type { Presence } from './presence/presence.ts';
import type { Site } from './site.ts';

/** How far the time of a read may lie ahead of ours before nothing is known of its age. Milliseconds. */
const AHEAD = 2000;

/**
 * Decides an attempt and resolves when its record is committed; never rejects. `waited` is how long the
 * attempt was under way to the engine, in milliseconds of the monotonic clock.
 */
export type Decide = (attempt: Attempt, waited: number) => Promise<Decision>;

interface Parts {
  clock: Clock;
  trust: ClockTrust;
  site: Site;
  judge: Judge;
  journal: Journal;
  grants: Grants;
  presence: Presence;
}

export function createDecide(parts: Parts): Decide {
  const { clock, trust, site, judge, journal, grants, presence } = parts;

  /** Whatever goes wrong means no, and is told (I6). */
  async function judged(attempt: Attempt, moment: Moment, age: Age): Promise<Judgement> {
    try {
      return await judge(attempt, moment, age);
    } catch (error) {
      noteInternalError(error, moment);
      return { verdict: refusal('internalError'), logged: [], side: [], alarms: [] };
    }
  }

  function noteInternalError(error: unknown, moment: Moment): void {
    const message = printable(error instanceof Error ? error.message : String(error));
    journal.note({ category: 'system', code: 'internalError', details: { message } }, moment);
  }

  /** The answer leaves only when its row is on the disk; without a row nothing is granted. */
  async function commit(
    decision: Decision,
    attempt: Attempt,
    { logged, side, alarms }: Judgement,
    moment: Moment,
  ): Promise<Decision> {
    try {
      await Promise.all([
        journal.append('access', entryOf(decision, attempt, logged), moment, side),
        ...alarms.map((alarm) => journal.event(withDecision(alarm, decision), moment)),
      ]);
      return decision;
    } catch {
      return refused(decision, 'storeBroken', site);
    }
  }

  /** A grant lives from its decision on; one that comes too late for the person at the door is dropped. */
  function release(decision: Decision, decidedAt: number, age: Age, moment: Moment): Decision {
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

  /** Where one reader serves both ways, the position of the person says which way it was. */
  function directed(decision: Decision): Decision {
    const { accessPoint, person, matchedPersonId } = decision;
    if (site.accessPoint(accessPoint)?.directionByPosition !== true) return decision;
    const way = presence.admission.wayOf(accessPoint, person?.id ?? matchedPersonId);
    return { ...decision, ...optional('direction', way?.direction) };
  }

  async function decide(attempt: Attempt, waited: number): Promise<Decision> {
    const moment = trust.read();
    const started = clock.monotonic();
    const ageThen = Math.max(waited, ageOnArrival(attempt, moment.now));
    const age: Age = () => ageThen + clock.monotonic() - started;
    const judgement = await judged(attempt, moment, age);
    const decidedAt = clock.monotonic();
    const decision = directed(toDecision(attempt, judgement.verdict, moment, site, judgement.tag));
    const released = release(
      await commit(decision, attempt, judgement, moment),
      decidedAt,
      age,
      moment,
    );
    if (released.outcome !== 'granted') presence.withdrawn(attempt.id);
    return released;
  }

  return async (attempt, waited) => {
    try {
      return await decide(attempt, waited);
    } catch (error) {
      const moment = { now: attempt.at, trusted: false };
      noteInternalError(error, moment);
      return toDecision(attempt, refusal('internalError'), moment, site);
    }
  };
}

/**
 * Age by the wall clock, from the last thing that was presented. A read from the future has no known age:
 * the clock was set back meanwhile, or it is not ours.
 */
function ageOnArrival(attempt: Attempt, now: number): number {
  const newest = attempt.credentials.reduce(
    (at, credential) => Math.max(at, credential.at),
    attempt.at,
  );
  const age = now - newest;
  return age < -AHEAD ? Infinity : age;
}

function entryOf(
  decision: Decision,
  attempt: Attempt,
  credentials: LoggedCredential[],
): AccessEntry {
  const entry: AccessEntry = { decision, credentials };
  if (attempt.requestToExit) entry.requestToExit = true;
  if (attempt.snapshot !== undefined) entry.snapshot = attempt.snapshot;
  return entry;
}

function withDecision<E extends { details?: object }>(alarm: E, decision: Decision): E {
  return { ...alarm, details: { ...alarm.details, decision: decision.id } };
}
