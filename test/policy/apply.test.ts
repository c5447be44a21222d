import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isAccessError } from '../../lib/model/errors.ts';
import type { PolicyChange, PolicyPerson } from '../../lib/policy/policy.ts';
import { createPolicy } from '../../lib/policy/snapshot.ts';
import {
  accessPoint,
  credential,
  digestOf,
  loadSite,
  permission,
  person,
  present,
  schedule,
  settings,
  summary,
  testSite,
} from './support/site.ts';

const SAME = digestOf('same');

describe('a policy', () => {
  it('grants nothing before it is configured and loaded', () => {
    const policy = createPolicy();
    assert.equal(
      summary(present(policy, ['card of ann'])),
      'denied: unknownCredential, unknownAccessPoint',
    );
    assert.deepEqual(policy.counts, { persons: 0, credentials: 0, accessPoints: 0 });
    assert.equal(policy.version, 0);
    assert.equal(policy.activeLevel('door', 0), undefined);
  });

  it('can be loaded before it is configured', () => {
    const site = testSite();
    const policy = createPolicy();
    policy.load({ version: 7, ...site });
    policy.configure(site.config);
    assert.equal(summary(present(policy, ['card of ann'])), 'granted');
    assert.equal(policy.version, 7);
  });

  it('keeps the old configuration if the new one has an unknown zone', () => {
    const policy = loadSite(testSite());
    const site = settings({ zone: 'Mars/Olympus' });
    assert.throws(
      () => {
        policy.configure({ site, accessPoints: [] });
      },
      (error) => isAccessError(error) && error.code === 'CONFIG_INVALID',
    );
    assert.equal(summary(present(policy, ['card of ann'])), 'granted');
  });

  it('means all local times in the zone of the site, also after the zone was changed', () => {
    const site = testSite({
      persons: [person('ann', { validTo: '2026-03-02T10:30:00' })],
      permissions: [permission({ schedule: 'work' })],
      schedules: [schedule('work', { kind: 'daily', windows: [{ from: '09:00', to: '18:00' }] })],
    });
    const policy = loadSite(site);
    assert.equal(summary(present(policy, ['card of ann'])), 'granted');
    policy.configure({ ...site.config, site: settings({ zone: 'Asia/Shanghai' }) });
    assert.equal(summary(present(policy, ['card of ann'])), 'denied: expired');
    policy.configure({ ...site.config, site: settings({ zone: 'America/New_York' }) });
    assert.equal(summary(present(policy, ['card of ann'])), 'denied: notPermittedNow');
  });

  it('finds credentials by type and lookup, and knows their holder', () => {
    const policy = loadSite(
      testSite({
        credentials: [
          credential('ann', 'card', { lookup: SAME }),
          credential('ann', 'qr', { lookup: SAME, token: true }),
          credential('ann', 'pin', { duress: true }),
          credential('ann', 'pin', { id: 'old', status: 'blocked' }),
          credential('ann', 'pin', { id: 'second' }),
        ],
      }),
    );
    const qr = policy.credentialAt(policy.findCredential('qr', SAME));
    assert.deepEqual(qr, { id: 'qr of ann', person: 'ann', token: true, duress: false });
    assert.equal(policy.credentialAt(policy.findCredential('card', SAME)).id, 'card of ann');
    assert.equal(policy.findCredential('face', SAME), -1);
    assert.deepEqual([...policy.pinsOf('ann')].sort(), ['pin of ann', 'second']);
    assert.deepEqual(policy.pinsOf('bob'), []);
    assert.equal(policy.hasPerson('ann'), true);
    assert.equal(policy.hasPerson('bob'), false);
    for (const index of [-1, 5, 1000]) {
      assert.throws(
        () => policy.credentialAt(index),
        (error) => isAccessError(error) && error.code === 'INTERNAL',
      );
    }
  });

  it('shows its sizes, its version and the version of the zone data', () => {
    const policy = loadSite(testSite());
    assert.deepEqual(policy.counts, { persons: 1, credentials: 1, accessPoints: 1 });
    policy.apply([{ kind: 'person', put: person('bob') }], 5);
    assert.deepEqual(policy.counts, { persons: 2, credentials: 1, accessPoints: 1 });
    assert.equal(policy.version, 5);
    assert.equal(policy.tzdata, process.versions.tz);
  });
});

describe('a change', () => {
  it('is visible to the next decision', () => {
    const policy = loadSite(testSite());
    const steps: [changes: PolicyChange[], expected: string][] = [
      [[{ kind: 'person', put: person('ann', { disabled: true }) }], 'denied: personDisabled'],
      [[{ kind: 'person', put: person('ann') }], 'granted'],
      [
        [{ kind: 'credential', put: credential('ann', 'card', { status: 'lost' }) }],
        'denied: credentialDisabled',
      ],
      [[{ kind: 'credential', delete: 'card of ann' }], 'unknown: unknownCredential'],
      [[{ kind: 'credential', put: credential('ann') }], 'granted'],
      [[{ kind: 'permission', delete: 'permission' }], 'denied: noRight'],
      [[{ kind: 'permission', put: permission({ schedule: 'new' }) }], 'denied: notPermittedNow'],
      [[{ kind: 'schedule', put: schedule('new', { kind: 'always' }) }], 'granted'],
      [
        [
          {
            kind: 'schedule',
            put: schedule(
              'new',
              { kind: 'always' },
              { holidays: [{ group: 'fair', windows: [] }] },
            ),
          },
          {
            kind: 'holidayGroup',
            put: { id: 'fair', name: 'Fair', days: [{ from: '2026-03-02' }] },
          },
        ],
        'denied: notPermittedNow',
      ],
      [[{ kind: 'holidayGroup', put: { id: 'fair', name: 'Fair', days: [] } }], 'granted'],
      [[{ kind: 'holidayGroup', delete: 'fair' }], 'denied: notPermittedNow'],
    ];
    for (const [changes, expected] of steps) {
      policy.apply(changes, policy.version + 1);
      assert.equal(summary(present(policy, ['card of ann'])), expected, JSON.stringify(changes));
    }
  });

  it('of the holder moves a credential with all it opens', () => {
    const policy = loadSite(
      testSite({
        persons: [person('ann'), person('bob')],
        credentials: [credential('ann'), credential('ann', 'qr'), credential('bob', 'face')],
      }),
    );
    policy.apply([{ kind: 'credential', put: { ...credential('ann'), person: 'bob' } }], 2);
    assert.equal(present(policy, ['card of ann']).person?.id, 'bob');
    assert.equal(present(policy, ['qr of ann']).person?.id, 'ann');
    policy.apply([{ kind: 'person', delete: 'bob' }], 3);
    assert.equal(summary(present(policy, ['card of ann'])), 'unknown: unknownCredential');
    assert.equal(summary(present(policy, ['face of bob'])), 'unknown: unknownCredential');
    assert.equal(summary(present(policy, ['qr of ann'])), 'granted');
  });

  it('of the value of a credential ends the old value', () => {
    const policy = loadSite(testSite());
    policy.apply(
      [{ kind: 'credential', put: credential('ann', 'card', { lookup: digestOf('new') }) }],
      2,
    );
    assert.equal(policy.findCredential('card', digestOf('card of ann')), -1);
    assert.equal(
      policy.credentialAt(policy.findCredential('card', digestOf('new'))).id,
      'card of ann',
    );
  });

  it('that hands a value to another credential in one go keeps the new owner', () => {
    const policy = loadSite(testSite({ persons: [person('ann'), person('bob')] }));
    const mine = credential('bob', 'card', { lookup: digestOf('card of ann') });
    policy.apply(
      [
        { kind: 'credential', put: mine },
        { kind: 'credential', delete: 'card of ann' },
      ],
      2,
    );
    assert.equal(present(policy, ['card of ann']).person?.id, 'bob');
  });

  it('that ends one of two equal PINs makes the other one clear again', () => {
    const same = (holder: string): ReturnType<typeof credential> =>
      credential(holder, 'pin', { lookup: SAME });
    const policy = loadSite(
      testSite({
        persons: [person('ann'), person('bob')],
        credentials: [same('ann'), same('bob')],
      }),
    );
    assert.equal(policy.findCredential('pin', SAME), -1);
    policy.apply([{ kind: 'credential', put: { ...same('bob'), status: 'returned' } }], 2);
    assert.equal(policy.credentialAt(policy.findCredential('pin', SAME)).person, 'ann');
    policy.apply([{ kind: 'credential', delete: 'pin of bob' }], 3);
    assert.equal(policy.credentialAt(policy.findCredential('pin', SAME)).person, 'ann');
    policy.apply([{ kind: 'credential', put: { ...same('ann'), status: 'lost' } }], 4);
    assert.equal(policy.credentialAt(policy.findCredential('pin', SAME)).person, 'ann');
  });

  it('never gives the rights of a deleted person to the next one', () => {
    const policy = loadSite(
      testSite({ permissions: [permission({ subject: { person: 'ann' } })] }),
    );
    policy.apply([{ kind: 'person', delete: 'ann' }], 2);
    policy.apply([{ kind: 'person', put: person('bob') }], 3);
    policy.apply([{ kind: 'credential', put: credential('bob') }], 4);
    assert.equal(summary(present(policy, ['card of ann'])), 'unknown: unknownCredential');
    assert.equal(summary(present(policy, ['card of bob'])), 'denied: noRight');
    assert.deepEqual(policy.counts, { persons: 1, credentials: 1, accessPoints: 1 });
  });

  it('that cannot be applied leaves everything as it was', () => {
    const policy = loadSite(testSite({ accessPoints: [accessPoint()] }));
    const broken = { ...person('bob'), groups: undefined } as unknown as PolicyPerson;
    const changes: PolicyChange[] = [
      { kind: 'person', put: person('ann', { disabled: true }) },
      { kind: 'credential', delete: 'card of ann' },
      { kind: 'permission', delete: 'permission' },
      { kind: 'person', put: broken },
    ];
    assert.throws(() => {
      policy.apply(changes, 2);
    });
    assert.equal(summary(present(policy, ['card of ann'])), 'granted');
    assert.equal(policy.version, 1);
    assert.deepEqual(policy.counts, { persons: 1, credentials: 1, accessPoints: 1 });
    assert.throws(() => {
      policy.load({ version: 9, ...testSite({ persons: [broken] }) });
    });
    assert.equal(summary(present(policy, ['card of ann'])), 'granted');
    assert.equal(policy.version, 1);
  });
});
