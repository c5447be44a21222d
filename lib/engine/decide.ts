import type { Attempt } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import type { Decision } from '../model/decision.ts';
import { ageOf } from './age.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Conclude } from './conclude.ts';
import { refusal, toDecision } from './decision.ts';
import type { Durations } from './durations.ts';
import { failsafe, noteInternalError } from './failsafe.ts';
import type { Journal } from './journal.ts';
import type { Judge } from './judge.ts';
import type { Site } from './site.ts';

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
  conclude: Conclude;
  /** How long decisions take. */
  times: Durations;
}

export function createDecide(parts: Parts): Decide {
  const { clock, trust, site, journal, conclude, times } = parts;
  const judge = failsafe(parts.judge, journal);

  async function decide(attempt: Attempt, waited: number): Promise<Decision> {
    const moment = trust.read();
    const age = ageOf(attempt, waited, moment.now, clock);
    const judgement = await judge(attempt, moment, age);
    const decision = toDecision(attempt, judgement, moment, site);
    return conclude({ attempt, decision, judgement, moment, age });
  }

  return async (attempt, waited) => {
    const started = clock.monotonic();
    try {
      return await decide(attempt, waited);
    } catch (error) {
      const moment = { now: attempt.at, trusted: false };
      noteInternalError(journal, error, moment);
      return toDecision(attempt, { verdict: refusal('internalError') }, moment, site);
    } finally {
      times.add(clock.monotonic() - started);
    }
  };
}
