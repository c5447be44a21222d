import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  MONDAY_10,
  accessPoint,
  credential,
  loadSite,
  permission,
  person,
  present,
  schedule,
  settings,
  shown,
  summary,
  testSite,
} from './support/site.ts';

const CLOSED_NOW = schedule('evening', {
  kind: 'daily',
  windows: [{ from: '18:00', to: '20:00' }],
});

function denyAll(): ReturnType<typeof permission> {
  return permission({ id: 'deny', effect: 'deny' });
}

describe('a decision about one credential', () => {
  it('grants with person and permission, and without reasons', () => {
    const policy = loadSite(testSite({ permissions: [permission({ source: 'import' })] }));
    assert.deepEqual(present(policy, ['card of ann']), {
      outcome: 'granted',
      reasons: [],
      person: { id: 'ann', name: 'Name of ann' },
      permission: { id: 'permission', source: 'import' },
      duress: false,
      breakGlass: false,
    });
  });

  it('names the holder who is refused, but no permission (D5)', () => {
    const policy = loadSite(testSite({ persons: [person('ann', { disabled: true })] }));
    assert.deepEqual(present(policy, ['card of ann']), {
      outcome: 'denied',
      reasons: ['personDisabled'],
      person: { id: 'ann', name: 'Name of ann' },
      duress: false,
      breakGlass: false,
    });
  });

  it('answers unknown only if nothing but the credential is unknown (D8)', () => {
    const site = testSite();
    const closed = testSite({
      accessPoints: [accessPoint({ enabled: false, supports: ['card'] })],
    });
    assert.equal(summary(present(loadSite(site), ['card of bob'])), 'unknown: unknownCredential');
    assert.equal(
      summary(present(loadSite(closed), ['qr of bob'])),
      'denied: unknownCredential, accessPointDisabled, wrongMode',
    );
    const locked = present(loadSite(site), ['pin of bob'], { keypadLockedOut: true });
    assert.equal(summary(locked), 'denied: unknownCredential, keypadLockedOut');
  });

  it('denies at an access point that is not configured', () => {
    const policy = loadSite(testSite({ persons: [person('ann', { validTo: '2025-12-31' })] }));
    const elsewhere = { accessPoint: 'gone' };
    assert.equal(
      summary(present(policy, ['card of ann'], elsewhere)),
      'denied: unknownAccessPoint, expired',
    );
    assert.equal(
      summary(present(policy, ['card of bob'], elsewhere)),
      'denied: unknownCredential, unknownAccessPoint',
    );
  });

  it('takes over what is wrong with the reading itself', () => {
    const policy = loadSite(testSite());
    const cases = [
      'malformed',
      'tokenInvalid',
      'tokenExpired',
      'tokenUsed',
      'livenessFailed',
      'stale',
    ] as const;
    for (const problem of cases) {
      assert.equal(
        summary(present(policy, [shown('card of ann', { problem })])),
        `denied: ${problem}`,
      );
      assert.equal(
        summary(present(policy, [shown('card of bob', { problem })])),
        `denied: ${problem}`,
      );
    }
  });

  it('refuses every status but active', () => {
    for (const status of [
      'suspended',
      'blocked',
      'lost',
      'stolen',
      'damaged',
      'returned',
    ] as const) {
      const policy = loadSite(testSite({ credentials: [credential('ann', 'card', { status })] }));
      assert.equal(summary(present(policy, ['card of ann'])), 'denied: credentialDisabled', status);
    }
  });

  it('refuses what is locked out; a resting keypad stops PINs only', () => {
    const policy = loadSite(
      testSite({ credentials: [credential('ann'), credential('ann', 'pin')] }),
    );
    const locked = present(policy, [shown('card of ann', { lockedOut: true })]);
    assert.equal(summary(locked), 'denied: credentialLockedOut');
    const resting = { keypadLockedOut: true };
    assert.equal(summary(present(policy, ['pin of ann'], resting)), 'denied: keypadLockedOut');
    assert.equal(summary(present(policy, ['card of ann'], resting)), 'granted');
  });

  it('checks the validity of person and credential to the second, end exclusive', () => {
    const cases: [validity: { validFrom?: string; validTo?: string }, expected: string][] = [
      [{ validFrom: '2026-03-02T10:00:00' }, 'granted'],
      [{ validFrom: '2026-03-02T10:00:01' }, 'denied: notYetValid'],
      [{ validFrom: '2026-03-02' }, 'granted'],
      [{ validTo: '2026-03-02T10:00:01' }, 'granted'],
      [{ validTo: '2026-03-02T10:00:00' }, 'denied: expired'],
      [{ validTo: '2026-03-02' }, 'granted'],
      [{ validTo: '2026-03-01' }, 'denied: expired'],
      [{ validFrom: '2026-03-05', validTo: '2026-03-01' }, 'denied: notYetValid, expired'],
      [{ validFrom: '0001-01-01', validTo: '9999-12-31' }, 'granted'],
    ];
    for (const [validity, expected] of cases) {
      const holder = loadSite(testSite({ persons: [person('ann', validity)] }));
      const card = loadSite(testSite({ credentials: [credential('ann', 'card', validity)] }));
      assert.equal(summary(present(holder, ['card of ann'])), expected, JSON.stringify(validity));
      assert.equal(summary(present(card, ['card of ann'])), expected, JSON.stringify(validity));
    }
  });

  it('refuses a validity that names a time that does not exist', () => {
    for (const validity of [
      { validFrom: '2025-02-30' },
      { validTo: '2026-04-31' },
      { validTo: '2026-12-31T24:30' },
    ]) {
      const policy = loadSite(testSite({ persons: [person('ann', validity)] }));
      assert.equal(present(policy, ['card of ann']).outcome, 'denied', JSON.stringify(validity));
    }
  });

  it('tells apart no right, a right at another time, and a deny', () => {
    const cases: [permissions: ReturnType<typeof permission>[], expected: string][] = [
      [[], 'denied: noRight'],
      [[permission({ subject: { person: 'bob' } })], 'denied: noRight'],
      [[permission({ target: { accessPoint: 'gate' } })], 'denied: noRight'],
      [[permission({ schedule: 'evening' })], 'denied: notPermittedNow'],
      [[permission({ validTo: '2026-03-01' })], 'denied: notPermittedNow'],
      [[permission({ validFrom: '2026-03-02T10:00:01' })], 'denied: notPermittedNow'],
      [[permission({ schedule: 'gone' })], 'denied: notPermittedNow'],
      [[permission(), denyAll()], 'denied: denyRule'],
      [[denyAll()], 'denied: denyRule, noRight'],
      [[permission({ schedule: 'evening' }), denyAll()], 'denied: denyRule, notPermittedNow'],
      [[permission(), { ...denyAll(), schedule: 'evening' }], 'granted'],
      [[permission(), { ...denyAll(), validTo: '2026-03-01' }], 'granted'],
      [[permission(), { ...denyAll(), schedule: 'gone' }], 'denied: denyRule'],
      [[permission(), { ...denyAll(), validFrom: '2027-02-29' }], 'denied: denyRule'],
      [[permission({ validFrom: '2025-02-29' })], 'denied: notPermittedNow'],
      [[permission({ schedule: 'always' })], 'granted'],
    ];
    for (const [permissions, expected] of cases) {
      const policy = loadSite(testSite({ permissions, schedules: [CLOSED_NOW] }));
      assert.equal(
        summary(present(policy, ['card of ann'])),
        expected,
        JSON.stringify(permissions),
      );
    }
  });

  it('reaches people by person, group and everyone, and doors by id, zone and everywhere', () => {
    const site = testSite({
      persons: [person('ann', { groups: ['staff', 'guests'] })],
      groups: [{ id: 'staff', name: 'Staff' }],
    });
    const subjects = [{ person: 'ann' }, { group: 'staff' }, { everyone: true as const }];
    const targets = [{ accessPoint: 'door' }, { zone: 'hall' }, { everywhere: true as const }];
    for (const subject of subjects) {
      for (const target of targets) {
        const policy = loadSite({ ...site, permissions: [permission({ subject, target })] });
        assert.equal(summary(present(policy, ['card of ann'])), 'granted');
      }
    }
    const beside = [
      permission({ subject: { group: 'managers' } }),
      // A group that does not exist, although people are still said to be in it.
      permission({ subject: { group: 'guests' } }),
      permission({ target: { zone: 'street' } }),
    ];
    for (const other of beside) {
      const policy = loadSite({ ...site, permissions: [other] });
      assert.equal(summary(present(policy, ['card of ann'])), 'denied: noRight');
    }
  });

  it('ending one grant never touches another (D17)', () => {
    const own = permission({ id: 'b', subject: { person: 'ann' }, source: 'AP1' });
    const policy = loadSite(
      testSite({ permissions: [permission({ id: 'a', source: 'import' }), own] }),
    );
    const granted = (): string | undefined => present(policy, ['card of ann']).permission?.source;
    assert.equal(granted(), 'AP1');
    policy.apply([{ kind: 'permission', delete: 'b' }], 2);
    assert.equal(granted(), 'import');
    policy.apply([{ kind: 'permission', put: { ...own, validTo: '2026-03-01' } }], 3);
    assert.equal(granted(), 'import');
    policy.apply([{ kind: 'permission', delete: 'a' }], 4);
    assert.equal(summary(present(policy, ['card of ann'])), 'denied: notPermittedNow');
  });

  it('records all reasons in the fixed order (N10)', () => {
    const policy = loadSite(
      testSite({
        site: settings(),
        accessPoints: [accessPoint({ enabled: false, supports: ['qr'] })],
        persons: [person('ann', { disabled: true, validFrom: '2027-01-01' })],
        credentials: [credential('ann', 'card', { status: 'lost', validTo: '2026-01-01' })],
        permissions: [denyAll(), permission({ schedule: 'evening' })],
        schedules: [CLOSED_NOW],
      }),
    );
    const verdict = present(policy, [shown('card of ann', { lockedOut: true })]);
    assert.equal(
      summary(verdict),
      'denied: accessPointDisabled, personDisabled, credentialDisabled, credentialLockedOut, ' +
        'notYetValid, expired, wrongMode, denyRule, notPermittedNow',
    );
  });

  it('denies an index that is not in use, and an attempt with nothing presented', () => {
    const policy = loadSite(testSite());
    for (const index of [-1, 1, 7, 1e6, NaN]) {
      const factors = [{ type: 'card' as const, credential: index }];
      assert.equal(
        summary(present(policy, [], { factors })),
        'unknown: unknownCredential',
        String(index),
      );
    }
    assert.equal(summary(present(policy, [])), 'denied: malformed');
  });

  it('asks for a time that exists', () => {
    const policy = loadSite(testSite());
    for (const now of [NaN, -1, Infinity, 1e15]) {
      assert.equal(summary(present(policy, ['card of ann'], { now })), 'denied: clockUntrusted');
    }
    assert.equal(summary(present(policy, ['card of ann'], { now: MONDAY_10 })), 'granted');
  });
});

describe('a press of the exit button', () => {
  const press = { requestToExit: true };

  it('is granted to nobody in particular, whatever the clock', () => {
    const policy = loadSite(testSite({ accessPoints: [accessPoint({ requestToExit: true })] }));
    for (const clockTrusted of [true, false]) {
      assert.deepEqual(present(policy, [], { ...press, clockTrusted }), {
        outcome: 'granted',
        reasons: [],
        duress: false,
        breakGlass: false,
      });
    }
  });

  it('is refused where it is not allowed, disabled or unknown', () => {
    const off = accessPoint({ requestToExit: true, enabled: false });
    assert.equal(summary(present(loadSite(testSite()), [], press)), 'denied: noRight');
    assert.equal(
      summary(present(loadSite(testSite({ accessPoints: [off] })), [], press)),
      'denied: accessPointDisabled',
    );
    assert.equal(
      summary(present(loadSite(testSite()), [], { ...press, accessPoint: 'gone' })),
      'denied: unknownAccessPoint',
    );
  });

  it('does not help a credential that is refused', () => {
    const policy = loadSite(
      testSite({ accessPoints: [accessPoint({ requestToExit: true })], permissions: [] }),
    );
    assert.equal(summary(present(policy, ['card of ann'], press)), 'denied: noRight');
  });
});
