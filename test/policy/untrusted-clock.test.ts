import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  credential,
  loadSite,
  permission,
  person,
  pointWithLevels,
  present,
  schedule,
  settings,
  summary,
  testSite,
} from './support/site.ts';

const ALL_DAY = schedule('all day', { kind: 'daily', windows: [{ from: '00:00', to: '24:00' }] });
const HOLIDAYS = [{ id: 'holidays', name: 'Holidays', days: [] }];
const ALWAYS_BUT_HOLIDAYS = schedule(
  'holidays off',
  { kind: 'always' },
  { holidays: [{ group: 'holidays', windows: [] }] },
);

/** Without a trusted clock, at a site that lets people without any time limit pass. */
function untrusted(changes: Parameters<typeof testSite>[0] = {}): string {
  const site = settings({ untrustedClock: 'alwaysOnly' });
  const schedules = [ALL_DAY, ALWAYS_BUT_HOLIDAYS, schedule('plain', { kind: 'always' })];
  const policy = loadSite(testSite({ site, schedules, holidayGroups: HOLIDAYS, ...changes }));
  return summary(present(policy, ['card of ann'], { clockTrusted: false }));
}

describe('while the clock cannot be trusted', () => {
  it('nobody passes if the site says so', () => {
    const verdict = present(loadSite(testSite()), ['card of ann'], { clockTrusted: false });
    assert.equal(summary(verdict), 'denied: clockUntrusted');
  });

  it('people without any time limit pass if the site says so', () => {
    assert.equal(untrusted(), 'granted');
    assert.equal(untrusted({ permissions: [permission({ schedule: 'always' })] }), 'granted');
    assert.equal(untrusted({ permissions: [permission({ schedule: 'plain' })] }), 'granted');
  });

  it('any limit of person, credential, permission or level refuses', () => {
    const validity = { validTo: '2030-12-31' };
    const refused = 'denied: clockUntrusted';
    assert.equal(untrusted({ persons: [person('ann', validity)] }), refused);
    assert.equal(untrusted({ credentials: [credential('ann', 'card', validity)] }), refused);
    assert.equal(untrusted({ permissions: [permission(validity)] }), refused);
    assert.equal(untrusted({ permissions: [permission({ schedule: 'all day' })] }), refused);
    assert.equal(untrusted({ permissions: [permission({ schedule: 'holidays off' })] }), refused);
    assert.equal(untrusted({ permissions: [permission({ schedule: 'gone' })] }), refused);
    const level = { anyOf: [['card' as const]] };
    const point = pointWithLevels([{ schedule: 'all day', level }, { level }]);
    assert.equal(untrusted({ accessPoints: [point] }), refused);
  });

  it('one permission without a limit is enough, and one limited deny too many', () => {
    const limited = permission({ id: 'limited', schedule: 'all day' });
    assert.equal(untrusted({ permissions: [permission(), limited] }), 'granted');
    assert.equal(
      untrusted({ permissions: [permission(), { ...limited, effect: 'deny' }] }),
      'denied: clockUntrusted',
    );
    assert.equal(
      untrusted({ permissions: [permission(), permission({ id: 'deny', effect: 'deny' })] }),
      'denied: denyRule',
    );
  });

  it('the other reasons are found all the same, and what is over stays over', () => {
    assert.equal(untrusted({ permissions: [] }), 'denied: noRight');
    assert.equal(
      untrusted({ persons: [person('ann', { disabled: true, validTo: '2026-03-01' })] }),
      'denied: personDisabled, clockUntrusted, expired',
    );
    assert.equal(
      untrusted({ persons: [person('ann', { validFrom: '2027-01-01' })] }),
      'denied: clockUntrusted',
    );
  });
});
