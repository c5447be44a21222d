import type { Attempt } from '../model/attempt.ts';
import type { Decision } from '../model/decision.ts';
import { uuidv7 } from '../model/ids.ts';
import { inOrder, reasonText, type Reason } from '../model/reasons.ts';
import type { Verdict } from '../policy/policy.ts';
import type { Moment } from './clock-trust.ts';
import type { Site } from './site.ts';
import type { Tag } from './tag.ts';

const DEFAULT_LANGUAGE = 'en-US';

/** A verdict, and what a decision says of it besides. */
export interface Judged {
  verdict: Verdict;
  /** By what the person was recognised. */
  tag?: Tag;
  /** Who decided; default `local`. */
  by?: Decision['by'];
  /** The longest life of a grant, in milliseconds; the access point may give it a shorter one. */
  life?: number;
}

/** Numbers a verdict and gives it its life; a person is named on success only (D5). */
export function toDecision(
  attempt: Attempt,
  { verdict, tag, by = 'local', life = Infinity }: Judged,
  { now, trusted }: Moment,
  site: Site,
): Decision {
  const point = site.accessPoint(attempt.accessPoint);
  const granted = verdict.outcome === 'granted';
  const decision: Decision = {
    id: uuidv7(now),
    attempt: attempt.id,
    outcome: verdict.outcome,
    reasons: [...verdict.reasons],
    by,
    at: now,
    validUntil: granted ? now + Math.min(point?.grantLife ?? 0, life) : now,
  };
  const direction = attempt.direction ?? point?.direction;
  if (attempt.accessPoint !== undefined) decision.accessPoint = attempt.accessPoint;
  if (direction !== undefined) decision.direction = direction;
  addPerson(decision, verdict);
  if (tag !== undefined) decision.tag = tag.id;
  if (tag?.host !== undefined) decision.host = tag.host;
  addText(decision, site);
  addMarks(decision, verdict, trusted);
  return decision;
}

function addPerson(decision: Decision, { outcome, person, permission }: Verdict): void {
  if (outcome !== 'granted') {
    if (person !== undefined) decision.matchedPersonId = person.id;
    return;
  }
  if (person !== undefined) decision.person = { id: person.id, name: person.name };
  if (permission === undefined) return;
  const { id, source } = permission;
  decision.grant = source === undefined ? { permission: id } : { permission: id, source };
}

function addText(decision: Decision, site: Site): void {
  const [first] = decision.reasons;
  if (first === undefined) delete decision.text;
  else decision.text = reasonText(first, site.settings?.language ?? DEFAULT_LANGUAGE);
}

function addMarks(decision: Decision, { duress, breakGlass }: Verdict, trusted: boolean): void {
  const marks: NonNullable<Decision['marks']> = [];
  if (duress) marks.push('duress');
  if (breakGlass) marks.push('breakGlass');
  if (!trusted) marks.push('clockUntrusted');
  if (marks.length > 0) decision.marks = marks;
}

/** A refusal that the rules were not asked for. */
export function refusal(reason: Reason): Verdict {
  return { outcome: 'denied', reasons: [reason], duress: false, breakGlass: false };
}

/** The same decision turned into a refusal; what it knew of a person becomes `matchedPersonId`. */
export function refused(decision: Decision, reason: Reason, site: Site): Decision {
  const denied: Decision = {
    ...decision,
    outcome: 'denied',
    reasons: inOrder([reason, ...decision.reasons]),
    validUntil: decision.at,
  };
  delete denied.person;
  delete denied.grant;
  if (decision.person !== undefined) denied.matchedPersonId = decision.person.id;
  addText(denied, site);
  return denied;
}
