import type { Attempt } from '../model/attempt.ts';
import { optional } from '../model/optional.ts';
import type { EventEntry, LoggedCredential } from '../model/record.ts';
import type { Obstacles, Policy, Verdict } from '../policy/policy.ts';
import { STALE, type Age } from './age.ts';
import type { Moment } from './clock-trust.ts';
import { refusal, type Judged } from './decision.ts';
import type { CheckContext, Identified, Identify } from './identify.ts';
import type { Revise } from './online/revise.ts';
import { toLogged, type Reading, type Readings } from './readings.ts';
import { blockedExits } from './release/blocked.ts';
import type { Presence } from './presence/presence.ts';
import type { Secrets } from './secrets.ts';
import type { Site } from './site.ts';
import type { SideWrite } from './store/store.ts';
import { alarmDetails, tagOf, type Tag } from './tag.ts';
import type { TokenCheck } from './token-check.ts';

/** A verdict with all that has to be committed together with it. */
export interface Judgement extends Judged {
  logged: LoggedCredential[];
  side: SideWrite[];
  alarms: EventEntry[];
}

/** From an attempt to a verdict. Throws only for errors of our own; nothing is opened then. */
export type Judge = (attempt: Attempt, moment: Moment, age: Age) => Promise<Judgement>;

/** Wrong PINs at access points that nobody has configured are counted together. */
const UNKNOWN_KEYPAD = '-';

interface Parts {
  policy: Policy;
  site: Site;
  secrets: Secrets;
  memory: Readings;
  identify: Identify;
  tokens: TokenCheck;
  presence: Presence;
  revise: Revise;
}

export function createJudge(parts: Parts): Judge {
  const { policy, site, secrets, memory, identify, tokens, presence, revise } = parts;

  const contextOf = ({ accessPoint = '' }: Attempt, moment: Moment): CheckContext => ({
    site: site.settings?.id ?? '',
    accessPoint,
    keypad: site.accessPoint(accessPoint)?.id ?? UNKNOWN_KEYPAD,
    moment,
  });

  const log = (readings: readonly Reading[], identified: readonly Identified[]) =>
    readings.map((reading, position) =>
      toLogged(reading, identified[position]?.credential, site.settings?.logValues, secrets),
    );

  const evaluate = (
    attempt: Attempt,
    { now, trusted }: Moment,
    identified: readonly Identified[],
    keypadLockedOut: boolean,
    obstacles: Obstacles,
  ): Verdict =>
    policy.evaluate({
      accessPoint: attempt.accessPoint ?? '',
      factors: identified.map(({ factor }) => factor),
      requestToExit: attempt.requestToExit ?? false,
      timedOut: attempt.timedOut ?? false,
      now,
      clockTrusted: trusted,
      keypadLockedOut,
      obstacles,
    });

  /** In the turn of the verdict, so that no second one can come between it and its reservation. */
  const admit = (attempt: Attempt, verdict: Verdict): EventEntry[] =>
    verdict.outcome === 'granted'
      ? presence.admission.admit(attempt.id, attempt.accessPoint, verdict)
      : [];

  const judge: Judge = async (attempt, moment, age) => {
    const { keysInUse } = secrets;
    const readings = attempt.credentials.map((presented) => memory.read(presented));
    if (age() > STALE) {
      return { verdict: refusal('stale'), logged: log(readings, []), side: [], alarms: [] };
    }
    const checked = await identify.check(readings, contextOf(attempt, moment));
    // What was looked up with the keys of before would be unknown now.
    if (secrets.keysInUse !== keysInUse) return judge(attempt, moment, age);
    const { side, alarms, keypadLockedOut } = checked;
    const identified = identify.resolve(readings, checked);
    const logged = log(readings, identified);
    if (age() > STALE) return { verdict: refusal('stale'), logged, side, alarms };
    presence.look();
    const obstacles: Obstacles = (person) =>
      presence.admission.obstacles(attempt.accessPoint, person);
    const found = evaluate(attempt, moment, identified, keypadLockedOut, obstacles);
    const judged = revise({ attempt, readings, moment, obstacles }, found);
    const { verdict, tag = tagOf(policy, identified, verdict) } = judged;
    if (verdict.outcome === 'granted')
      side.push(...tokens.use(checked.tokens.values(), moment.now));
    const reports = admit(attempt, verdict);
    return {
      ...judged,
      logged,
      side,
      alarms: [
        ...alarms,
        ...reports,
        ...alarmsOf(attempt, verdict, tag),
        ...blockedExits({ policy, site }, attempt, verdict, moment),
      ],
      ...optional('tag', tag),
    };
  };
  return judge;
}

/** What a guard has to know at once. A duress PIN alarms even where it does not open. */
export function alarmsOf(
  { accessPoint }: Attempt,
  verdict: Verdict,
  tag: Tag | undefined,
): EventEntry[] {
  const alarm = (code: string): EventEntry => ({
    category: 'alarm',
    code,
    ...(accessPoint === undefined ? {} : { accessPoint }),
    ...(verdict.person === undefined ? {} : { details: alarmDetails(verdict.person.id, tag) }),
  });
  const alarms: EventEntry[] = [];
  if (verdict.duress) alarms.push(alarm('duress'));
  if (verdict.breakGlass && verdict.outcome === 'granted') alarms.push(alarm('breakGlass'));
  return alarms;
}
