import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { PolicyCredential, PolicyPerson } from '../../lib/policy/policy.ts';
import {
  accessPoint,
  credential,
  loadSite,
  permission,
  person,
  pointWithLevel,
  present,
  schedule,
  settings,
  shown,
  summary,
  testSite,
  type TestSite,
} from './support/site.ts';

const RESCUE = { id: 'rescue', name: 'Rescue', breakGlass: true };

/** Eve of the break-glass group and Ann, who have no permission at all. */
function rescueSite(
  holder: Partial<PolicyPerson> = {},
  card: Partial<PolicyCredential> = {},
  changes: Parameters<typeof testSite>[0] = {},
): TestSite {
  return testSite({
    persons: [person('eve', { groups: ['rescue'], ...holder }), person('ann')],
    credentials: [credential('eve', 'card', card), credential('eve', 'face'), credential('ann')],
    groups: [RESCUE],
    permissions: [],
    ...changes,
  });
}

describe('a break-glass member (N3)', () => {
  it('passes without any permission, and the passage is marked', () => {
    assert.deepEqual(present(loadSite(rescueSite()), ['card of eve']), {
      outcome: 'granted',
      reasons: [],
      person: { id: 'eve', name: 'Name of eve' },
      duress: false,
      breakGlass: true,
    });
    assert.equal(summary(present(loadSite(rescueSite()), ['card of ann'])), 'denied: noRight');
  });

  it('passes unmarked where an ordinary right lets them pass', () => {
    const policy = loadSite(rescueSite({}, {}, { permissions: [permission()] }));
    const verdict = present(policy, ['card of eve']);
    assert.equal(verdict.outcome, 'granted');
    assert.equal(verdict.breakGlass, false);
    assert.equal(verdict.permission?.id, 'permission');
  });

  it('passes whatever doors, rights, schedules and levels say', () => {
    const evening = schedule('evening', {
      kind: 'daily',
      windows: [{ from: '18:00', to: '20:00' }],
    });
    const hurdles: Parameters<typeof testSite>[0][] = [
      { accessPoints: [accessPoint({ enabled: false })] },
      { accessPoints: [accessPoint({ supports: ['qr'] })] },
      { accessPoints: [pointWithLevel([['qr']])] },
      { accessPoints: [pointWithLevel([['card', 'pin']])] },
      { accessPoints: [pointWithLevel([['card']], { persons: 2 })] },
      { permissions: [permission({ id: 'no', effect: 'deny' })] },
      { permissions: [permission({ schedule: 'evening' })], schedules: [evening] },
    ];
    for (const hurdle of hurdles) {
      const verdict = present(loadSite(rescueSite({}, {}, hurdle)), ['card of eve']);
      assert.equal(summary(verdict), 'granted', JSON.stringify(hurdle));
      assert.equal(verdict.breakGlass, true);
    }
  });

  it('passes although a further factor is wrong, unknown or of someone else', () => {
    const policy = loadSite(
      rescueSite({}, {}, { accessPoints: [pointWithLevel([['card', 'face', 'pin']])] }),
    );
    for (const other of [
      shown('pin', { pin: 'wrong' }),
      shown('face of nobody'),
      shown('card of ann'),
    ]) {
      const verdict = present(policy, ['card of eve', other]);
      assert.equal(verdict.breakGlass, true, JSON.stringify(other));
      assert.equal(verdict.person?.id, 'eve');
      assert.equal(present(policy, [other, 'card of eve']).person?.id, 'eve');
    }
  });

  it('passes while the clock cannot be trusted, also with a limited credential', () => {
    for (const untrustedClock of ['deny', 'alwaysOnly'] as const) {
      const site = settings({ untrustedClock });
      const policy = loadSite(
        rescueSite({}, { validFrom: '2026-01-01', validTo: '2030-01-01' }, { site }),
      );
      for (const now of [0, Date.parse('2026-03-02T09:00Z')]) {
        const verdict = present(policy, ['card of eve'], { now, clockTrusted: false });
        assert.equal(verdict.breakGlass, true);
      }
    }
  });

  it('is refused with a credential or person that does not count', () => {
    const cases: [Partial<PolicyPerson>, Partial<PolicyCredential>, string][] = [
      [{}, { status: 'lost' }, 'denied: credentialDisabled, noRight'],
      [{}, { status: 'suspended' }, 'denied: credentialDisabled, noRight'],
      [{}, { validTo: '2026-03-01' }, 'denied: expired, noRight'],
      [{}, { validFrom: '2026-04-01' }, 'denied: notYetValid, noRight'],
      [{ disabled: true }, {}, 'denied: personDisabled, noRight'],
      [{ validTo: '2026-03-01' }, {}, 'denied: expired, noRight'],
    ];
    for (const [holder, card, expected] of cases) {
      const verdict = present(loadSite(rescueSite(holder, card)), ['card of eve']);
      assert.equal(summary(verdict), expected);
      assert.equal(verdict.breakGlass, false);
    }
  });

  it('is refused while locked out, with a bad reading, and at an unknown access point', () => {
    const policy = loadSite(rescueSite());
    const refused = [
      present(policy, [shown('card of eve', { lockedOut: true })]),
      present(policy, [shown('card of eve', { problem: 'tokenUsed' })]),
      present(policy, [shown('face of eve', { problem: 'livenessFailed' })]),
      present(policy, ['card of eve', shown('pin', { pin: 'right' })], { keypadLockedOut: true }),
      present(policy, ['card of eve'], { accessPoint: 'gone' }),
    ];
    for (const verdict of refused) assert.equal(verdict.outcome, 'denied', summary(verdict));
  });

  it('stays refused with an expired credential while the clock cannot be trusted', () => {
    const policy = loadSite(rescueSite({}, { validTo: '2026-03-01' }));
    const verdict = present(policy, ['card of eve'], { clockTrusted: false });
    assert.equal(summary(verdict), 'denied: clockUntrusted, expired, noRight');
  });

  it('is one only as long as the group is one', () => {
    const policy = loadSite(rescueSite());
    policy.apply([{ kind: 'group', put: { ...RESCUE, breakGlass: false } }], 2);
    assert.equal(present(policy, ['card of eve']).outcome, 'denied');
    policy.apply([{ kind: 'group', put: RESCUE }], 3);
    assert.equal(present(policy, ['card of eve']).breakGlass, true);
    policy.apply([{ kind: 'group', delete: 'rescue' }], 4);
    assert.equal(present(policy, ['card of eve']).outcome, 'denied');
  });
});
