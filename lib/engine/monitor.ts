import { uuidv7 } from '../model/ids.ts';
import type { Clock } from '../model/clock.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Mastership } from './mastership/mastership.ts';
import type { Policy } from '../policy/policy.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Durations } from './durations.ts';
import type { EngineHealth } from './engine.ts';
import type { Journal } from './journal.ts';
import type { Pictures } from './pictures/pictures.ts';
import type { Judge } from './judge.ts';
import type { Site } from './site.ts';
import type { Store } from './store/store.ts';

/** A card that cannot exist: 32 bytes of ones are what an empty bus reads. */
const PROBE_CARD = 'FF'.repeat(32);

/** Watches that the engine still decides, and what is wrong with it. */
export interface Monitor {
  health(): Promise<EngineHealth>;
  stop(): void;
}

interface Parts {
  clock: Clock;
  trust: ClockTrust;
  policy: Policy;
  site: Site;
  store: Store;
  journal: Journal;
  judge: Judge;
  mastership: Mastership;
  pictures: Pick<Pictures, 'count'>;
  /** What else is wrong, as stable codes. */
  problems: ReadonlySet<string>;
  times: { local: Durations; online: Durations };
  /** Milliseconds between two probes. */
  probeInterval: number;
}

/**
 * Every interval a probe goes through the whole decision without being recorded. Health means "it decided a
 * moment ago", not "the process exists".
 */
export function createMonitor(parts: Parts): Monitor {
  const { clock, trust, policy, site, store, journal, judge, mastership, probeInterval } = parts;
  let probed = clock.monotonic();
  let probeFailed = false;
  const timer = setInterval(() => void probe(), probeInterval).unref();

  async function probe(): Promise<void> {
    try {
      const moment = trust.read();
      const { verdict } = await judge(probeAttempt(site, moment.now), moment, () => 0);
      probeFailed = verdict.outcome === 'granted';
      probed = clock.monotonic();
    } catch {
      probeFailed = true;
    }
  }

  function ownProblems(trusted: boolean): string[] {
    const found = [...parts.problems];
    if (journal.problem !== undefined) found.push(journal.problem);
    if (!trusted) found.push('clockUntrusted');
    if (site.settings === undefined) found.push('notConfigured');
    if (probeFailed) found.push('probeFailed');
    return found;
  }

  return {
    async health() {
      const { problems, ...stored } = await store.health();
      const { trusted } = trust.read();
      const all = [...new Set([...problems, ...ownProblems(trusted)])];
      return {
        state: all.length === 0 ? 'ok' : 'degraded',
        problems: all,
        policyVersion: policy.version,
        ...policy.counts,
        probeAge: Math.round(clock.monotonic() - probed),
        clock: trusted ? 'trusted' : 'untrusted',
        tzdata: policy.tzdata,
        times: { local: parts.times.local.times, online: parts.times.online.times },
        master: mastership.state,
        store: stored,
        pictures: await parts.pictures.count(),
      };
    },
    stop() {
      clearInterval(timer);
    },
  };
}

function probeAttempt(site: Site, at: number): Attempt {
  const attempt: Attempt = {
    id: uuidv7(at),
    at,
    credentials: [{ type: 'card', value: PROBE_CARD, at }],
  };
  const accessPoint = site.firstAccessPoint;
  if (accessPoint !== undefined) attempt.accessPoint = accessPoint;
  return attempt;
}
