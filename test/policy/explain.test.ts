import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isAccessError } from '../../lib/model/errors.ts';
import type { Explanation } from '../../lib/model/explanation.ts';
import {
  MONDAY_10,
  accessPoint,
  credential,
  loadSite,
  permission,
  person,
  pointWithLevel,
  schedule,
  settings,
  testSite,
} from './support/site.ts';

function explained(changes: Parameters<typeof testSite>[0] = {}, clockTrusted = true): Explanation {
  const query = { person: 'ann', accessPoint: 'door', at: MONDAY_10 };
  return loadSite(testSite(changes)).explain(query, clockTrusted);
}

function reasons(explanation: Explanation): string[] {
  return explanation.reasons.map(({ reason }) => reason);
}

describe('the rule preview (N16)', () => {
  it('tells who, where, when, the level and the permission that lets them pass', () => {
    assert.deepEqual(explained(), {
      outcome: 'granted',
      reasons: [],
      person: { id: 'ann', name: 'Name of ann' },
      accessPoint: { id: 'door', name: 'Door' },
      at: MONDAY_10,
      level: accessPoint().levels[0]?.level,
      missing: [],
      permissions: [
        {
          permission: 'permission',
          effect: 'allow',
          schedule: 'always',
          applies: true,
          why: 'open',
        },
      ],
    });
  });

  it('gives the reasons in the language of the site', () => {
    const { reasons: list } = explained({ site: settings({ language: 'ru' }), permissions: [] });
    assert.deepEqual(list, [{ reason: 'noRight', text: 'Нет права на эту точку прохода' }]);
  });

  it('lists every permission that speaks about them here, and says why it counts or not', () => {
    const night = schedule('night', { kind: 'daily', windows: [{ from: '22:00', to: '06:00' }] });
    const { permissions, outcome } = explained({
      persons: [person('ann', { groups: ['staff'] })],
      groups: [{ id: 'staff', name: 'Staff' }],
      schedules: [night],
      permissions: [
        permission({ id: 'a', validTo: '2026-03-01' }),
        permission({ id: 'b', validFrom: '2026-03-03', subject: { person: 'ann' } }),
        permission({ id: 'c', schedule: 'night', effect: 'deny', source: 'guard' }),
        permission({ id: 'd', subject: { group: 'staff' } }),
        permission({ id: 'e', subject: { person: 'bob' } }),
        permission({ id: 'f', target: { zone: 'street' } }),
      ],
    });
    assert.equal(outcome, 'granted');
    assert.deepEqual(
      permissions.map(({ permission: id, effect, applies, why }) => [id, effect, applies, why]),
      [
        ['a', 'allow', false, 'expired'],
        ['b', 'allow', false, 'notYetValid'],
        ['c', 'deny', false, 'scheduleClosed'],
        ['d', 'allow', true, 'open'],
      ],
    );
    assert.equal(permissions[2]?.source, 'guard');
  });

  it('names the types that the person lacks', () => {
    const accessPoints = [
      pointWithLevel([
        ['card', 'pin'],
        ['face', 'qr', 'pin'],
      ]),
    ];
    const partly = explained({ accessPoints });
    assert.deepEqual(partly.missing, ['pin']);
    assert.deepEqual(reasons(partly), ['secondFactorTimeout']);
    const nothing = explained({ accessPoints, credentials: [] });
    assert.deepEqual(nothing.missing, ['pin', 'card']);
    assert.deepEqual(reasons(nothing), ['unknownCredential']);
    const other = explained({ accessPoints, credentials: [credential('ann', 'bluetooth')] });
    assert.deepEqual(other.missing, ['pin', 'card']);
    assert.deepEqual(reasons(other), ['wrongMode']);
    const whole = explained({
      accessPoints,
      credentials: [credential('ann'), credential('ann', 'pin')],
    });
    assert.equal(whole.outcome, 'granted');
  });

  it('takes the credential that works, and else says what is wrong with the one there is', () => {
    const lost = credential('ann', 'card', { id: 'lost', status: 'lost' });
    assert.deepEqual(reasons(explained({ credentials: [lost] })), ['credentialDisabled']);
    assert.deepEqual(reasons(explained({ credentials: [lost, credential('ann')] })), []);
    assert.deepEqual(reasons(explained({ credentials: [credential('ann'), lost] })), []);
    const expired = credential('ann', 'card', { validTo: '2026-03-01' });
    assert.deepEqual(reasons(explained({ credentials: [expired] })), ['expired']);
  });

  it('judges a level for two persons by this person alone', () => {
    const accessPoints = [pointWithLevel([['card']], { persons: 2 })];
    const { outcome, level } = explained({ accessPoints });
    assert.equal(outcome, 'granted');
    assert.equal(level.persons, 2);
  });

  it('is refused without a trusted clock, as a decision would be', () => {
    assert.deepEqual(reasons(explained({}, false)), ['clockUntrusted']);
    const site = settings({ untrustedClock: 'alwaysOnly' });
    assert.equal(explained({ site }, false).outcome, 'granted');
  });

  it('foretells when the answer may change', () => {
    const work = schedule('work', {
      kind: 'weekly',
      days: [{ days: [1, 2, 3, 4, 5], windows: [{ from: '09:00', to: '18:00' }] }],
    });
    const six = Date.parse('2026-03-02T17:00:00Z');
    const noon = Date.parse('2026-03-02T11:00:00Z');
    const permissions = [permission({ schedule: 'work' })];
    assert.equal(explained({ permissions, schedules: [work] }).nextChange, six);
    const holder = person('ann', { validTo: '2026-03-02T12:00:00' });
    assert.equal(explained({ permissions, schedules: [work], persons: [holder] }).nextChange, noon);
    const card = credential('ann', 'card', { validFrom: '2026-03-02T12:00:00' });
    assert.equal(explained({ credentials: [card] }).nextChange, noon);
    const later = permission({ validFrom: '2026-03-02T12:00:00' });
    assert.equal(explained({ permissions: [later] }).nextChange, noon);
  });

  it('refuses a person or an access point that does not exist with NOT_FOUND', () => {
    const policy = loadSite(testSite());
    for (const query of [
      { person: 'bob', accessPoint: 'door', at: MONDAY_10 },
      { person: 'ann', accessPoint: 'gate', at: MONDAY_10 },
    ]) {
      assert.throws(
        () => policy.explain(query, true),
        (error) => isAccessError(error) && error.code === 'NOT_FOUND',
      );
    }
  });
});
