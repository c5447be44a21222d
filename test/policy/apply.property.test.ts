import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Policy, PolicyChange } from '../../lib/policy/policy.ts';
import { decide } from './support/decide.ts';
import type { Attempt } from './support/decision-oracle.ts';
import {
  DOORS,
  PERSONS,
  randomAttempt,
  randomCredential,
  randomPermission,
  randomPerson,
  randomSite,
} from './support/random-site.ts';
import { randomDeal, randomFirm, randomOverride } from './support/random-deals.ts';
import { holidaysAround, scheduleAround } from './support/schedules.ts';
import { loadSite, type TestSite } from './support/site.ts';

const ZONE = 'Europe/Madrid';
/** An hour before the clocks go back. */
const NOW = Date.parse('2026-10-24T23:00Z');

type Kind = PolicyChange['kind'];

/** Anything that could be committed, in small pools of ids, so that things change and come back often. */
function randomChange(): fc.Arbitrary<PolicyChange> {
  const person = fc.constantFrom(...PERSONS, 'p5', 'p6');
  const group = fc.constantFrom('g0', 'g1', 'rescue', 'gone');
  const removal = (kind: Kind, id: fc.Arbitrary<string>): fc.Arbitrary<PolicyChange> =>
    id.map((value) => ({ kind, delete: value }));
  const permissionId = fc.integer({ min: 0, max: 30 }).map((id) => `r${id}`);
  const scheduleId = fc.constantFrom('s0', 's1', 's2');
  const holidayId = fc.constantFrom('holidays-0', 'holidays-1');
  return fc.oneof(
    randomPerson(NOW, person).map((put) => ({ kind: 'person' as const, put })),
    randomCredential(NOW).map((put) => ({ kind: 'credential' as const, put })),
    randomPermission(NOW, permissionId).map((put) => ({ kind: 'permission' as const, put })),
    fc
      .tuple(scheduleId, scheduleAround(NOW))
      .map(([id, schedule]) => ({ kind: 'schedule' as const, put: { ...schedule, id } })),
    holidaysAround(NOW).map(([first = { id: 'holidays-0', name: 'None', days: [] }]) => ({
      kind: 'holidayGroup' as const,
      put: first,
    })),
    fc
      .tuple(group, fc.boolean())
      .map(([id, breakGlass]) => ({ kind: 'group' as const, put: { id, name: id, breakGlass } })),
    removal('person', person),
    removal(
      'credential',
      randomCredential(NOW).map(({ id }) => id),
    ),
    removal('permission', permissionId),
    removal('schedule', scheduleId),
    removal('holidayGroup', holidayId),
    removal('group', group),
    randomFirm(fc.constantFrom('f0', 'f1')).map((put) => ({ kind: 'firm' as const, put })),
    randomDeal(NOW).map((put) => ({ kind: 'deal' as const, put })),
    randomOverride(NOW).map((put) => ({ kind: 'override' as const, put })),
    removal('firm', fc.constantFrom('f0', 'f1')),
    removal(
      'deal',
      randomDeal(NOW).map(({ id }) => id),
    ),
    removal(
      'override',
      randomOverride(NOW).map(({ id }) => id),
    ),
  );
}

const ROWS = {
  person: 'persons',
  credential: 'credentials',
  group: 'groups',
  permission: 'permissions',
  schedule: 'schedules',
  holidayGroup: 'holidayGroups',
  zone: 'zones',
  firm: 'firms',
  deal: 'deals',
  override: 'overrides',
} as const satisfies Record<Kind, keyof TestSite>;

/** The rows after a change, as a store would keep them: nothing is left of a person who is gone. */
function changed(site: TestSite, change: PolicyChange): TestSite {
  const rows = ROWS[change.kind];
  const id = 'put' in change ? change.put.id : change.delete;
  const others = site[rows].filter((row) => row.id !== id);
  const next = { ...site, [rows]: 'put' in change ? [...others, change.put] : others };
  const holders = new Set(next.persons.map((person) => person.id));
  const credentials = next.credentials.filter(({ person }) => holders.has(person));
  if (change.kind !== 'person' || 'put' in change) return { ...next, credentials };
  const ofOthers = ({ person }: { person: string }): boolean => person !== id;
  const deals = next.deals.filter(ofOthers);
  return { ...next, credentials, deals, overrides: next.overrides.filter(ofOthers) };
}

/** Everything that can be asked. */
function answers(policy: Policy, attempts: readonly Attempt[]): unknown {
  const people = [...PERSONS, 'p5', 'p6'].filter((id) => policy.hasPerson(id));
  return {
    counts: policy.counts,
    pins: people.map((id) => [...policy.pinsOf(id)].sort()),
    decisions: attempts.map((attempt) => decide(policy, attempt)),
    levels: DOORS.map((door) => policy.activeLevel(door, NOW)),
    previews: people.flatMap((person) =>
      DOORS.map((accessPoint) => policy.explain({ person, accessPoint, at: NOW }, true)),
    ),
  };
}

describe('changes in random order', () => {
  it('give the same answers as loading what they lead to', function () {
    this.timeout(60_000);
    const batches = fc.array(fc.array(randomChange(), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    });
    const attempts = fc.array(randomAttempt(NOW), { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(randomSite(ZONE, NOW), batches, attempts, (start, steps, asked) => {
        const policy = loadSite(start);
        let site = start;
        for (const changes of steps) {
          policy.apply(changes, policy.version + 1);
          site = changes.reduce(changed, site);
        }
        assert.deepEqual(answers(policy, asked), answers(loadSite(site), asked));
      }),
      { numRuns: 300 },
    );
  });

  it('leave everything as it was if one of them cannot be applied', function () {
    this.timeout(60_000);
    const broken = {
      kind: 'credential',
      put: {
        id: 'x',
        get person() {
          throw new Error('poison');
        },
      },
    };
    const changes = fc.array(randomChange(), { maxLength: 6 });
    const attempts = fc.array(randomAttempt(NOW), { minLength: 1, maxLength: 30, size: 'max' });
    fc.assert(
      fc.property(
        randomSite(ZONE, NOW),
        changes,
        changes,
        attempts,
        (site, before, after, asked) => {
          const policy = loadSite(site);
          const expected = answers(policy, asked);
          const poisoned = [...before, broken as unknown as PolicyChange, ...after];
          assert.throws(() => {
            policy.apply(poisoned, 2);
          });
          assert.deepEqual(answers(policy, asked), expected);
        },
      ),
      { numRuns: 100 },
    );
  });
});
