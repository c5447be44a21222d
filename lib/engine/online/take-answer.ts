import type { Attempt } from '../../model/attempt.ts';
import type { Clock } from '../../model/clock.ts';
import type { Decision } from '../../model/decision.ts';
import { optional } from '../../model/optional.ts';
import { inOrder, type Reason } from '../../model/reasons.ts';
import type { LoggedCredential } from '../../model/record.ts';
import type { Verdict } from '../../policy/policy.ts';
import { ageOf, STALE, type Age } from '../age.ts';
import type { ClockTrust, Moment } from '../clock-trust.ts';
import type { Conclude } from '../conclude.ts';
import { refusal, toDecision, type Judged } from '../decision.ts';
import type { Durations } from '../durations.ts';
import { alarmsOf, type Judgement } from '../judge.ts';
import type { Presence } from '../presence/presence.ts';
import type { Reading } from '../readings.ts';
import type { Site } from '../site.ts';
import type { OnlineWrite } from '../store/kept-answers.ts';
import { keyOf, type KeptAnswers } from './kept-answers.ts';
import type { OnlineResult, ServerAnswer } from './online.ts';

/** Records what came of asking a server. `waited` as for `decide`. */
export type TakeAnswer = (result: OnlineResult, waited: number) => Promise<Decision>;

interface Parts {
  clock: Clock;
  trust: ClockTrust;
  site: Site;
  presence: Presence;
  conclude: Conclude;
  kept: KeptAnswers;
  /** What was presented, in the forms of look-up and log. */
  read: (attempt: Attempt) => { readings: Reading[]; logged: LoggedCredential[] };
  /** How long asking takes. */
  times: Durations;
}

export function createTakeAnswer(parts: Parts): TakeAnswer {
  const { clock, trust, site, presence, conclude, kept, times } = parts;

  /** What the gateway itself knows of the door and of where the person is. */
  function objections({ accessPoint }: Attempt, person: string | undefined, age: Age): Reason[] {
    const point = site.accessPoint(accessPoint);
    const reasons: Reason[] = [...presence.admission.obstacles(accessPoint, person)];
    if (age() > STALE) reasons.push('stale');
    if (point === undefined) reasons.push('unknownAccessPoint');
    else if (!point.enabled) reasons.push('accessPointDisabled');
    return inOrder(reasons);
  }

  function judged(result: OnlineResult, age: Age): Judged {
    if ('silence' in result) return { verdict: { ...refusal(result.silence), outcome: 'unknown' } };
    const { attempt, answer } = result;
    const said = toJudged(answer);
    if (answer.outcome !== 'granted') return said;
    presence.look();
    const reasons = objections(attempt, answer.person?.id, age);
    if (reasons.length === 0) return said;
    return { ...said, by: 'local', verdict: { ...said.verdict, outcome: 'denied', reasons } };
  }

  /** The second passage of somebody whom only the server knows needs no second question. */
  function keep(result: OnlineResult, readings: readonly Reading[], now: number): OnlineWrite[] {
    if (!('answer' in result) || result.answer.keep === undefined) return [];
    const key = keyOf(result.attempt.accessPoint, readings);
    if (key === undefined) return [];
    const { person, tag, host, grant } = result.answer;
    const answer = {
      ...optional('person', person),
      ...optional('tag', tag),
      ...optional('host', host),
      ...optional('grant', grant),
    };
    return kept.keep(key, answer, now, result.answer.keep);
  }

  function judge(result: OnlineResult, moment: Moment, age: Age): Judgement {
    const { attempt } = result;
    const { readings, logged } = parts.read(attempt);
    const said = judged(result, age);
    const { verdict, tag } = said;
    const isGranted = verdict.outcome === 'granted';
    const reports = isGranted
      ? presence.admission.admit(attempt.id, attempt.accessPoint, verdict)
      : [];
    return {
      ...said,
      logged,
      side: isGranted ? keep(result, readings, moment.now) : [],
      alarms: [...reports, ...alarmsOf(attempt, verdict, tag)],
    };
  }

  return (result, waited) => {
    const { attempt, took } = result;
    times.add(took);
    const moment = trust.read();
    const age = ageOf(attempt, Math.max(waited, took), moment.now, clock);
    const judgement = judge(result, moment, age);
    const decision = toDecision(attempt, judgement, moment, site);
    return conclude({ attempt, decision, judgement, moment, age });
  };
}

function toJudged(answer: ServerAnswer): Judged {
  const { outcome, reasons, person, matchedPersonId, tag, host, grant, marks = [] } = answer;
  const known = person ?? (matchedPersonId === undefined ? undefined : nameless(matchedPersonId));
  const verdict: Verdict = {
    outcome,
    reasons: outcome === 'granted' ? [] : inOrder(reasons),
    duress: marks.includes('duress'),
    breakGlass: marks.includes('breakGlass'),
    ...optional('person', known),
    ...(grant === undefined
      ? {}
      : { permission: { id: grant.permission, ...optional('source', grant.source) } }),
  };
  return {
    verdict,
    by: 'server',
    ...optional('life', answer.life),
    ...(tag === undefined ? {} : { tag: { id: tag, ...optional('host', host) } }),
  };
}

/** Of somebody who was refused the server gives no name (D5). */
function nameless(id: string): { id: string; name: string } {
  return { id, name: '' };
}
