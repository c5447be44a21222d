import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { CredentialType } from '../../lib/model/credential.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import {
  MONDAY_10,
  credential,
  loadSite,
  permission,
  person,
  pointWithLevel,
  pointWithLevels,
  present,
  schedule,
  shown,
  summary,
  testSite,
  type Shown,
} from './support/site.ts';

const PEOPLE = ['ann', 'bob', 'cid'];
const TYPES: CredentialType[] = ['card', 'pin', 'face', 'qr'];

function policyWith(point: ReturnType<typeof pointWithLevel>): Policy {
  return loadSite(
    testSite({
      accessPoints: [point],
      persons: PEOPLE.map((id) => person(id)),
      credentials: [
        ...PEOPLE.flatMap((id) => TYPES.map((type) => credential(id, type))),
        credential('ann', 'pin', { id: 'pin duress of ann', duress: true }),
        credential('bob', 'pin', { id: 'pin old of bob', validTo: '2026-03-01' }),
      ],
    }),
  );
}

/** A PIN typed beside another factor, compared by the engine. */
function pin(answer: 'right' | 'duress' | 'wrong'): Shown {
  return { type: 'pin', lookup: 'not looked up', pin: answer };
}

type Row = [items: (string | Shown)[], expected: string];

function check(policy: Policy, rows: Row[]): void {
  for (const [items, expected] of rows) {
    assert.equal(summary(present(policy, items)), expected, JSON.stringify(items));
  }
}

describe('security levels', () => {
  it('takes any of the alternatives, and nothing else', () => {
    check(policyWith(pointWithLevel([['card'], ['face']])), [
      [['card of ann'], 'granted'],
      [['face of ann'], 'granted'],
      [['qr of ann'], 'denied: wrongMode'],
      [['pin of ann'], 'denied: wrongMode'],
    ]);
  });

  it('asks for all factors of a group; further ones of the same person do no harm', () => {
    check(policyWith(pointWithLevel([['card', 'face'], ['qr']])), [
      [['card of ann', 'face of ann'], 'granted'],
      [['face of ann', 'card of ann'], 'granted'],
      [['qr of ann', 'card of ann'], 'granted'],
      [['card of ann', 'face of ann', 'qr of ann'], 'granted'],
      [['card of ann'], 'denied: secondFactorTimeout'],
      [['card of ann', 'card of ann'], 'denied: secondFactorTimeout'],
      [['card of ann', pin('right')], 'denied: wrongMode, secondFactorTimeout'],
    ]);
  });

  it('counts only types that the hardware can read (R-008)', () => {
    check(
      policyWith(pointWithLevel([['card'], ['face'], ['card', 'qr']], { supports: ['card'] })),
      [
        [['card of ann'], 'granted'],
        [['face of ann'], 'denied: wrongMode'],
        [['card of ann', 'face of ann'], 'granted'],
      ],
    );
    check(policyWith(pointWithLevel([['card', 'face']], { supports: ['card'] })), [
      [['card of ann', 'face of ann'], 'denied: wrongMode, secondFactorTimeout'],
    ]);
  });

  it('refuses factors of different people', () => {
    check(policyWith(pointWithLevel([['card', 'face']])), [
      [['card of ann', 'face of bob'], 'denied: wrongSecondIdentifier'],
      [['card of ann', 'face of ann', 'qr of bob'], 'denied: wrongSecondIdentifier'],
      [['card of ann', 'face of nobody'], 'denied: unknownCredential, wrongSecondIdentifier'],
      [['face of nobody', 'card of ann'], 'denied: unknownCredential, wrongSecondIdentifier'],
      [['card of nobody', 'face of nobody'], 'unknown: unknownCredential'],
      [['card of nobody'], 'denied: unknownCredential, secondFactorTimeout'],
    ]);
  });

  it('judges a PIN beside a card by the comparison (D4)', () => {
    const policy = policyWith(pointWithLevel([['card', 'pin']]));
    check(policy, [
      [['card of ann', pin('right')], 'granted'],
      [[pin('right'), 'card of ann'], 'granted'],
      [['card of ann', { ...pin('right'), lookup: 'pin of ann' }], 'granted'],
      [['card of ann', 'pin of ann'], 'granted'],
      [['card of ann', pin('wrong')], 'denied: wrongPin'],
      [['card of ann', { ...pin('wrong'), lookup: 'pin of bob' }], 'denied: wrongPin'],
      [['card of ann', { type: 'pin', lookup: 'never compared' }], 'denied: wrongPin'],
      [['card of ann', 'pin of bob'], 'denied: wrongSecondIdentifier'],
      [['card of ann', { ...pin('right'), lookup: 'pin of bob' }], 'denied: wrongSecondIdentifier'],
      [['card of ann'], 'denied: secondFactorTimeout'],
      [['card of nobody', 'pin of nobody'], 'unknown: unknownCredential'],
      [['card of nobody', pin('wrong')], 'unknown: unknownCredential'],
      [['card of bob', { ...pin('right'), lookup: 'pin old of bob' }], 'denied: expired'],
    ]);
    const locked = shown('card of ann', { lockedOut: true });
    check(policy, [
      [[locked, { type: 'pin', lookup: 'never compared' }], 'denied: credentialLockedOut'],
      [[locked, pin('wrong')], 'denied: credentialLockedOut, wrongPin'],
    ]);
  });

  it('lets a right PIN count only if the person has one that counts now', () => {
    const only = (changes: object): Policy =>
      loadSite(
        testSite({
          accessPoints: [pointWithLevel([['card', 'pin']])],
          credentials: [credential('ann'), credential('ann', 'pin', changes)],
        }),
      );
    check(only({}), [[['card of ann', pin('right')], 'granted']]);
    check(only({ status: 'blocked' }), [
      [['card of ann', pin('right')], 'denied: credentialDisabled'],
    ]);
    check(only({ validTo: '2026-03-01' }), [[['card of ann', pin('right')], 'denied: expired']]);
    check(only({ duress: true }), [[['card of ann', pin('right')], 'denied: wrongPin']]);
  });

  it('opens for a duress PIN and says so, alone and beside a card', () => {
    for (const [point, items] of [
      [pointWithLevel([['card', 'pin']]), ['card of ann', pin('duress')]],
      [pointWithLevel([['pin']]), [shown('pin duress of ann')]],
    ] as const) {
      const verdict = present(policyWith(point), items);
      assert.equal(summary(verdict), 'granted');
      assert.equal(verdict.duress, true);
    }
  });

  it('says duress on a refusal as well, and not for a wrong PIN', () => {
    const policy = loadSite(
      testSite({
        accessPoints: [pointWithLevel([['pin']])],
        credentials: [credential('ann', 'pin', { duress: true })],
        permissions: [],
      }),
    );
    assert.equal(present(policy, ['pin of ann']).duress, true);
    const card = policyWith(pointWithLevel([['card', 'pin']]));
    const wrong = { ...pin('wrong'), lookup: 'pin duress of ann' };
    assert.equal(present(card, ['card of ann', wrong]).duress, false);
  });

  it('uses the first rule that is open, and accepts nothing if none is', () => {
    const open = schedule('morning', { kind: 'daily', windows: [{ from: '06:00', to: '12:00' }] });
    const shut = schedule('night', { kind: 'daily', windows: [{ from: '22:00', to: '06:00' }] });
    const rule = (id: string | undefined, anyOf: CredentialType[][]): object =>
      id === undefined ? { level: { anyOf } } : { schedule: id, level: { anyOf } };
    const policy = (...levels: object[]): Policy =>
      loadSite(
        testSite({
          accessPoints: [pointWithLevels(levels as Parameters<typeof pointWithLevels>[0])],
          credentials: TYPES.map((type) => credential('ann', type)),
          schedules: [open, shut],
        }),
      );
    check(
      policy(rule('night', [['qr']]), rule('morning', [['card']]), rule(undefined, [['face']])),
      [
        [['card of ann'], 'granted'],
        [['qr of ann'], 'denied: wrongMode'],
        [['face of ann'], 'denied: wrongMode'],
      ],
    );
    check(policy(rule('night', [['card']])), [[['card of ann'], 'denied: wrongMode']]);
    check(policy(rule('gone', [['card', 'face']]), rule(undefined, [['card']])), [
      [['card of ann'], 'denied: wrongMode'],
      [['card of ann', 'face of ann'], 'denied: wrongMode'],
    ]);
  });
});

describe('the two-person rule', () => {
  const two = pointWithLevel([['card'], ['face', 'pin']], { persons: 2 });

  it('asks for two different people', () => {
    const policy = policyWith(two);
    check(policy, [
      [['card of ann', 'card of bob'], 'granted'],
      [['card of ann'], 'denied: secondPersonRequired'],
      [['card of ann', 'card of ann'], 'denied: secondPersonRequired'],
      [['card of ann', 'face of ann', 'pin of ann'], 'denied: secondPersonRequired'],
      [['card of ann', 'card of nobody'], 'denied: unknownCredential, secondPersonRequired'],
      [['card of nobody', 'card of noone'], 'unknown: unknownCredential'],
      [['card of nobody'], 'denied: unknownCredential, secondPersonRequired'],
    ]);
    const verdict = present(policy, ['card of bob', 'card of ann']);
    assert.equal(verdict.person?.id, 'bob');
    assert.equal(verdict.secondPerson?.id, 'ann');
  });

  it('lets each satisfy the level in their own way, with their own PIN', () => {
    check(policyWith(two), [
      [['card of ann', 'face of bob', pin('right')], 'granted'],
      [['face of bob', pin('right'), 'card of ann'], 'granted'],
      [['face of bob', pin('wrong'), 'card of ann'], 'denied: wrongPin, secondPersonRequired'],
      [['card of ann', 'face of bob'], 'denied: secondFactorTimeout, secondPersonRequired'],
      [['card of ann', 'qr of bob'], 'denied: wrongMode, secondPersonRequired'],
      [['card of ann', 'card of bob', 'card of cid'], 'granted'],
    ]);
  });

  it('asks for right and validity of both', () => {
    const site = testSite({
      accessPoints: [two],
      persons: [person('ann'), person('bob', { validTo: '2026-03-01' }), person('cid')],
      credentials: PEOPLE.map((id) => credential(id)),
      permissions: ['ann', 'bob'].map((id) => permission({ id, subject: { person: id } })),
    });
    check(loadSite(site), [
      [['card of ann', 'card of bob'], 'denied: expired, secondPersonRequired'],
      [['card of ann', 'card of cid'], 'denied: noRight, secondPersonRequired'],
    ]);
  });
});

describe('the active level', () => {
  it('is the level of the open rule until a rule before it opens or it closes', () => {
    const policy = loadSite(
      testSite({
        accessPoints: [
          pointWithLevels([
            { schedule: 'night', level: { anyOf: [['card', 'pin']] } },
            { level: { anyOf: [['card']] } },
          ]),
        ],
        schedules: [
          schedule('night', { kind: 'daily', windows: [{ from: '22:00', to: '06:00' }] }),
        ],
      }),
    );
    const ten = Date.parse('2026-03-02T21:00:00Z');
    assert.deepEqual(policy.activeLevel('door', MONDAY_10), {
      level: { anyOf: [['card']] },
      factorTimeout: 10_000,
      until: ten,
    });
    assert.deepEqual(policy.activeLevel('door', ten)?.level, { anyOf: [['card', 'pin']] });
    assert.equal(policy.activeLevel('gone', ten), undefined);
  });

  it('asks for nothing while no rule is open, and is bounded even if it never changes', () => {
    const policy = loadSite(
      testSite({
        accessPoints: [pointWithLevels([{ schedule: 'never', level: { anyOf: [['card']] } }])],
        schedules: [schedule('never', { kind: 'span', from: '2020-01-01', to: '2020-01-01' })],
      }),
    );
    const active = policy.activeLevel('door', MONDAY_10);
    assert.deepEqual(active?.level, { anyOf: [] });
    assert(active.until > MONDAY_10 && active.until < MONDAY_10 + 30 * 86_400_000);
  });
});
