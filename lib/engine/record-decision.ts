import type { Attempt } from '../model/attempt.ts';
import type { Decision } from '../model/decision.ts';
import { optional } from '../model/optional.ts';
import type { AccessEntry } from '../model/record.ts';
import type { Moment } from './clock-trust.ts';
import type { Journal } from './journal.ts';
import type { Judgement } from './judge.ts';

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
    journal.append('access', entryOf(record), moment, judgement.side),
    ...judgement.alarms.map((alarm) => journal.event(withDecision(alarm, decision), moment)),
  ]);
}

function entryOf({ attempt, decision, judgement, gateway }: DecisionRecord): AccessEntry {
  const entry: AccessEntry = { decision, credentials: judgement.logged };
  if (attempt.requestToExit) entry.requestToExit = true;
  if (attempt.snapshot !== undefined) entry.snapshot = attempt.snapshot;
  return { ...entry, ...optional('gateway', gateway) };
}

function withDecision<E extends { details?: object }>(alarm: E, decision: Decision): E {
  return { ...alarm, details: { ...alarm.details, decision: decision.id } };
}
