import type { Clock } from '../model/clock.ts';
import type { EventEntry } from '../model/record.ts';
import type { SideState, SideWrite } from './store/store.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

interface Rule {
  /** Failures are forgotten after this long; a person's only by a right PIN. Milliseconds. */
  window: number;
  /** How long to rest after so many failures; 0 goes on. Milliseconds. */
  rest: (failures: number) => number;
  longest: number;
}

/** Only wrong PINs count: a busy door must not lock its people out. */
const RULES = {
  person: { window: Infinity, rest: personRest, longest: 15 * MINUTE },
  keypad: {
    window: MINUTE,
    rest: (failures) => (failures >= 10 ? 30 * SECOND : 0),
    longest: 30 * SECOND,
  },
  keypadDay: { window: DAY, rest: (failures) => (failures >= 100 ? DAY : 0), longest: DAY },
} as const satisfies Record<string, Rule>;
type RuleName = keyof typeof RULES;

function personRest(failures: number): number {
  if (failures % 5 !== 0) return 0;
  if (failures >= 15) return 15 * MINUTE;
  return failures === 10 ? 5 * MINUTE : MINUTE;
}

/** Times are monotonic here and wall time in the store. */
interface Counter {
  failures: number;
  start: number;
  until: number;
}

/** What a finished try leaves to be recorded together with the decision. */
export interface TryResult {
  side: SideWrite[];
  alarms: EventEntry[];
}

/** One comparison of a PIN. It counts as wrong from its beginning, so that parallel guesses gain nothing. */
export interface PinTry {
  right(): TryResult;
  wrong(): TryResult;
}

/** Wrong PINs per person and per keypad (T-04). Survives restarts through the writes of each try. */
export interface Lockouts {
  personLocked(person: string): boolean;
  keypadResting(keypad: string): boolean;
  /** `person` is absent when nobody is known to whom the PIN could belong. */
  begin(keypad: string, person?: string): PinTry;
}

export function createLockouts(clock: Clock, stored: SideState['lockouts']): Lockouts {
  const counters = new Map<string, Counter>();
  for (const row of stored) if (row.failures > 0) counters.set(row.subject, restore(row, clock));

  const isLocked = (rule: RuleName, id: string): boolean =>
    (counters.get(`${rule}:${id}`)?.until ?? 0) > clock.monotonic();

  function count(rule: RuleName, id: string): Counted {
    const { window, rest } = RULES[rule];
    const subject = `${rule}:${id}`;
    const now = clock.monotonic();
    const known = counters.get(subject);
    const counter =
      known && now - known.start < window ? known : { failures: 0, start: now, until: 0 };
    counters.set(subject, counter);
    counter.failures += 1;
    const pause = rest(counter.failures);
    if (pause > 0) counter.until = now + pause;
    return { subject, rule, id, counter, pause, failures: counter.failures };
  }

  function finishRight(counted: readonly Counted[]): TryResult {
    const side: SideWrite[] = [];
    for (const { subject, rule, counter, pause } of counted) {
      counter.failures -= 1;
      if (pause > 0) counter.until = 0;
      if (rule !== 'person') continue;
      if (counter.failures > 0) side.push(cleared(subject));
      counters.delete(subject);
    }
    return { side, alarms: [] };
  }

  return {
    personLocked: (person) => isLocked('person', person),
    keypadResting: (keypad) => isLocked('keypad', keypad) || isLocked('keypadDay', keypad),
    begin(keypad, person) {
      const counted = [count('keypad', keypad), count('keypadDay', keypad)];
      if (person !== undefined) counted.push(count('person', person));
      return {
        right: () => finishRight(counted),
        wrong: () => ({
          side: counted.map(({ subject, counter }) => toWrite(subject, counter, clock)),
          alarms: counted.flatMap(alarmOf),
        }),
      };
    },
  };
}

interface Counted {
  subject: string;
  rule: RuleName;
  id: string;
  counter: Counter;
  /** The rest that this failure causes; 0 if none. */
  pause: number;
  failures: number;
}

function alarmOf({ rule, id, pause, failures }: Counted): EventEntry[] {
  if (pause === 0) return [];
  const details = { failures, seconds: pause / SECOND };
  if (rule !== 'person') {
    return [{ category: 'alarm', code: 'keypadLockedOut', accessPoint: id, details }];
  }
  if (pause < RULES.person.longest) return [];
  return [{ category: 'alarm', code: 'credentialLockedOut', details: { person: id, ...details } }];
}

function toWrite(subject: string, counter: Counter, clock: Clock): SideWrite {
  const toWall = (monotonic: number): number =>
    Math.round(clock.now() + monotonic - clock.monotonic());
  return {
    kind: 'lockout',
    subject,
    failures: counter.failures,
    windowStart: toWall(counter.start),
    until: counter.until === 0 ? 0 : toWall(counter.until),
  };
}

function cleared(subject: string): SideWrite {
  return { kind: 'lockout', subject, failures: 0, windowStart: 0, until: 0 };
}

/** A wall clock that was set meanwhile can shorten or lengthen nothing beyond the rule itself. */
function restore(row: SideState['lockouts'][number], clock: Clock): Counter {
  const rule = RULES[ruleOf(row.subject)];
  const age = Math.min(Math.max(clock.now() - row.windowStart, 0), rule.window);
  const remaining = Math.min(Math.max(row.until - clock.now(), 0), rule.longest);
  const now = clock.monotonic();
  return {
    failures: row.failures,
    start: now - (Number.isFinite(age) ? age : 0),
    until: remaining === 0 ? 0 : now + remaining,
  };
}

function ruleOf(subject: string): RuleName {
  if (subject.startsWith('keypadDay:')) return 'keypadDay';
  return subject.startsWith('keypad:') ? 'keypad' : 'person';
}
