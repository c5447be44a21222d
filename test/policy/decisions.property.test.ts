import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { OUTCOMES } from '../../lib/model/decision.ts';
import { REASONS, type Reason } from '../../lib/model/reasons.ts';
import type { Verdict } from '../../lib/policy/policy.ts';
import { DecisionOracle, type Answer } from './support/decision-oracle.ts';
import { randomAttempt, randomSite } from './support/random-site.ts';
import { decide } from './support/decide.ts';
import { loadSite } from './support/site.ts';
import { TemporalOracle } from './support/temporal-oracle.ts';
import { transitionsOf } from './support/zones.ts';

const SITES = 640;
const ZONES = ['Europe/Madrid', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Shanghai', 'UTC'];

/** Reasons of the engine, of readings, of doors and zones, which the rules only pass on or do not know. */
const FOUND_ELSEWHERE = new Set<Reason>([
  'engineUnavailable',
  'storeBroken',
  'internalError',
  'stale',
  'tokenInvalid',
  'tokenExpired',
  'doorBlocked',
  'antiPassback',
  'areaFull',
  'interlock',
  'livenessFailed',
  'unverified',
  'hostUnreachable',
  'hostRefused',
  'hostTimeout',
  'captured',
]);
const DECIDED_HERE = REASONS.filter((reason) => !FOUND_ELSEWHERE.has(reason));

function answerOf(verdict: Verdict): Answer {
  return {
    outcome: verdict.outcome,
    reasons: [...verdict.reasons],
    person: verdict.person?.id,
    secondPerson: verdict.secondPerson?.id,
    permission: verdict.permission?.id,
    duress: verdict.duress,
    breakGlass: verdict.breakGlass,
  };
}

describe('random decisions', () => {
  it('50,000 of them are as a slow oracle says, in outcome, reasons and people', function () {
    this.timeout(120_000);
    const seen = new Map<string, number>();
    const count = (what: string): void => {
      seen.set(what, (seen.get(what) ?? 0) + 1);
    };
    const cases = fc.constantFrom(...ZONES).chain((zone) => {
      const changes = [...transitionsOf(zone), Date.parse('2026-03-02T09:00Z')];
      return fc.constantFrom(...changes).chain((now) =>
        fc.record({
          zone: fc.constant(zone),
          site: randomSite(zone, now),
          attempts: fc.array(randomAttempt(now), { minLength: 1, maxLength: 200, size: 'max' }),
        }),
      );
    });
    fc.assert(
      fc.property(cases, ({ zone, site, attempts }) => {
        const policy = loadSite(site);
        const oracle = new DecisionOracle(site, new TemporalOracle(zone));
        for (const attempt of attempts) {
          const verdict = decide(policy, attempt);
          for (const what of ['all', verdict.outcome, ...verdict.reasons]) count(what);
          assert.deepEqual(answerOf(verdict), oracle.decide(attempt), JSON.stringify(attempt));
        }
      }),
      { numRuns: SITES },
    );
    assert((seen.get('all') ?? 0) > 50_000);
    for (const what of [...OUTCOMES, ...DECIDED_HERE]) {
      assert((seen.get(what) ?? 0) > 100, `${what} came up only ${seen.get(what) ?? 0} times`);
    }
  });
});
