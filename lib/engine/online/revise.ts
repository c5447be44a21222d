import type { Attempt } from '../../model/attempt.ts';
import { optional } from '../../model/optional.ts';
import type { Obstacles, Verdict } from '../../policy/policy.ts';
import type { Moment } from '../clock-trust.ts';
import type { Judged } from '../decision.ts';
import type { Reading } from '../readings.ts';
import type { Site } from '../site.ts';
import type { Confirmation } from './confirmation.ts';
import { keyOf, type KeptAnswer, type KeptAnswers } from './kept-answers.ts';

/** What a verdict was about. */
export interface Case {
  attempt: Attempt;
  readings: readonly Reading[];
  moment: Moment;
  obstacles: Obstacles;
}

/** Looks at a verdict of the gateway's own rules in the light of what the server has said before (D8). */
export type Revise = (about: Case, found: Verdict) => Judged;

interface Parts {
  site: Site;
  kept: KeptAnswers;
  confirmation: Confirmation;
}

export function createRevise({ site, kept, confirmation }: Parts): Revise {
  /** A way out is never lost because a server is silent, and break-glass is for when all else fails (N3). */
  const needsConfirmation = ({ attempt }: Case, { person, breakGlass }: Verdict): boolean =>
    person !== undefined &&
    !breakGlass &&
    site.accessPoint(attempt.accessPoint)?.direction !== 'out';

  return (about, found) => {
    const isStale =
      found.outcome === 'granted' &&
      needsConfirmation(about, found) &&
      !confirmation.holds(about.moment);
    const verdict = isStale ? unconfirmed(found) : found;
    if (verdict.outcome !== 'unknown') return { verdict };
    const key = keyOf(about.attempt.accessPoint, about.readings);
    const answer = key === undefined ? undefined : kept.find(key, about.moment);
    return answer === undefined ? { verdict } : repeated(answer, about);
  };
}

/** Only the server can say whether the right still stands. */
function unconfirmed(found: Verdict): Verdict {
  const { duress, breakGlass, person } = found;
  const verdict: Verdict = { outcome: 'unknown', reasons: ['unverified'], duress, breakGlass };
  return { ...verdict, ...optional('person', person) };
}

/** The server's grant once more, unless the person is where nobody can come from. */
function repeated({ person, tag, host, grant }: KeptAnswer, { obstacles }: Case): Judged {
  const reasons = obstacles(person?.id);
  const verdict: Verdict = {
    outcome: reasons.length === 0 ? 'granted' : 'denied',
    reasons,
    duress: false,
    breakGlass: false,
    ...optional('person', person),
    ...(grant === undefined
      ? {}
      : { permission: { id: grant.permission, ...optional('source', grant.source) } }),
  };
  return {
    verdict,
    by: 'server',
    ...(tag === undefined ? {} : { tag: { id: tag, ...optional('host', host) } }),
  };
}
