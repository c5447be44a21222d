import type { Attempt } from '../model/attempt.ts';
import type { Decision } from '../model/decision.ts';
import { optional } from '../model/optional.ts';
import type { AccessEntry } from '../model/record.ts';
import type { Moment } from './clock-trust.ts';
import type { Journal } from './journal.ts';
import type { Judgement } from './judge.ts';
import type { PictureWrite } from './pictures/queries.ts';

/** A decision with what it was made of. */
export interface DecisionRecord {
  attempt: Attempt;
  decision: Decision;
  judgement: Judgement;
  moment: Moment;
  /** At a server: the gateway that asked. */
  gateway?: string;
}

/** Commits the record of a decision with all that belongs to it, and the alarms that it raises. */
export async function recordDecision(journal: Journal, record: DecisionRecord): Promise<void> {
  const { decision, judgement, moment } = record;
  await Promise.all([
    journal.append('access', entryOf(record), moment, [...judgement.side, ...ownPicture(record)]),
    ...judgement.alarms.map((alarm) => journal.event(withDecision(alarm, decision), moment)),
  ]);
}

function entryOf({ attempt, decision, judgement, gateway }: DecisionRecord): AccessEntry {
  const entry: AccessEntry = { decision, credentials: judgement.logged };
  if (attempt.requestToExit) entry.requestToExit = true;
  if (attempt.snapshot !== undefined) entry.snapshot = attempt.snapshot;
  return { ...entry, ...optional('gateway', gateway) };
}

/** Whose the picture is has to be known for longer than the record is kept. */
function ownPicture({ attempt, decision, moment, gateway }: DecisionRecord): PictureWrite[] {
  const { snapshot } = attempt;
  const person = decision.person?.id ?? decision.matchedPersonId;
  if (snapshot === undefined || person === undefined || gateway !== undefined) return [];
  return [{ kind: 'picture', snapshot, person, at: moment.now }];
}

function withDecision<E extends { details?: object }>(alarm: E, decision: Decision): E {
  return { ...alarm, details: { ...alarm.details, decision: decision.id } };
}
