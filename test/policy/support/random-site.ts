import fc from 'fast-check';
import type { AccessPoint } from '../../../lib/model/access-point.ts';
import type { CredentialType } from '../../../lib/model/credential.ts';
import type { Permission } from '../../../lib/model/permission.ts';
import type { PolicyCredential, PolicyPerson } from '../../../lib/policy/policy.ts';
import type { Attempt, Item } from './decision-oracle.ts';
import { randomDeal, randomFirm, randomOverride } from './random-deals.ts';
import { dateTimeAround, holidaysAround, scheduleAround } from './schedules.ts';
import { digestOf, settings, type TestSite } from './site.ts';

export const PERSONS = ['p0', 'p1', 'p2', 'p3', 'p4'];
/** The last of them is never stored. */
const GROUPS = ['g0', 'g1', 'rescue', 'gone'];
export const DOORS = ['d0', 'd1', 'd2'];
const FIRMS = ['f0', 'f1'];
const SCHEDULES = ['s0', 's1', 's2'];
const LOOKUPS = ['l0', 'l1', 'l2', 'l3'].map((text) => digestOf(text));
const TYPES: CredentialType[] = ['card', 'pin', 'face'];

const type = fc.constantFrom(...TYPES);

/** True in about one of `n` cases. */
function rarely(n: number): fc.Arbitrary<boolean> {
  return fc.integer({ min: 1, max: n }).map((value) => value === n);
}

/** A value in about one of `n` cases. */
function sometimes<T>(n: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: 1, arbitrary: value },
    { weight: n - 1, arbitrary: fc.constant(undefined) },
  );
}

/** Leaves out what is undefined, as stored rows do. */
function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function validity(now: number): Record<'validFrom' | 'validTo', fc.Arbitrary<string | undefined>> {
  const limit = sometimes(6, dateTimeAround(now));
  return { validFrom: limit, validTo: limit };
}

const oneGroup = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('g0', 'g1', 'gone') },
  { weight: 1, arbitrary: fc.constant('rescue') },
);

export function randomPerson(now: number, id: fc.Arbitrary<string>): fc.Arbitrary<PolicyPerson> {
  return fc
    .record({
      id,
      name: fc.constantFrom('One', 'Two'),
      disabled: rarely(8),
      groups: fc.uniqueArray(oneGroup, { maxLength: 3 }),
      ...validity(now),
    })
    .map(compact);
}

/** Only a PIN may be held by several people, as in the store. */
export function randomCredential(now: number): fc.Arbitrary<PolicyCredential> {
  return fc
    .record({
      person: fc.constantFrom(...PERSONS),
      type,
      lookup: fc.constantFrom(...LOOKUPS),
      status: rarely(8).map((lost) => (lost ? ('lost' as const) : ('active' as const))),
      duress: rarely(6),
      token: fc.constant(false),
      ...validity(now),
    })
    .map((value) => {
      const owner = value.type === 'pin' ? ` ${value.person}` : '';
      return compact({ id: `${value.type} ${value.lookup}${owner}`, ...value });
    });
}

export function randomPermission(now: number, id: fc.Arbitrary<string>): fc.Arbitrary<Permission> {
  return fc
    .record({
      id,
      effect: sometimes(5, fc.constantFrom('allow' as const, 'deny' as const)),
      subject: fc.oneof(
        fc.constantFrom(...PERSONS).map((person) => ({ person })),
        fc.constantFrom(...GROUPS).map((group) => ({ group })),
        fc.constant({ everyone: true as const }),
        fc.constant({ everyone: true as const }),
      ),
      target: fc.oneof(
        fc.constantFrom(...DOORS).map((accessPoint) => ({ accessPoint })),
        fc.constantFrom('hall', 'yard').map((zone) => ({ zone })),
        fc.constant({ everywhere: true as const }),
        fc.constant({ everywhere: true as const }),
      ),
      schedule: sometimes(2, fc.constantFrom('always', 'gone', ...SCHEDULES, ...SCHEDULES)),
      ...validity(now),
    })
    .map(compact);
}

function randomPoint(id: string): fc.Arbitrary<AccessPoint> {
  const group = fc.uniqueArray(type, { minLength: 1, maxLength: 2 });
  const level = fc
    .record({
      anyOf: fc.array(group, { minLength: 1, maxLength: 3 }),
      persons: sometimes(3, fc.constantFrom(1, 2, 2)),
    })
    .map(compact);
  const rule = fc
    .record({
      schedule: sometimes(2, fc.constantFrom('gone', 'always', ...SCHEDULES, ...SCHEDULES)),
      level,
    })
    .map(compact);
  return fc
    .record({
      id: fc.constant(id),
      name: fc.constant(id),
      direction: fc.constantFrom('in' as const, 'out' as const),
      zoneTo: sometimes(2, fc.constantFrom('hall', 'yard')),
      enabled: rarely(6).map((off) => !off),
      supports: fc.oneof(fc.constant(TYPES), fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
      levels: fc.array(rule, { minLength: 1, maxLength: 3 }),
      factorTimeout: fc.constant(5000),
      grantLife: fc.constant(5000),
      requestToExit: fc.boolean(),
      grantedCountsAsPassed: fc.constant(false),
      release: sometimes(2, fc.constant('required' as const)),
    })
    .map(compact);
}

export function randomSite(zone: string, now: number): fc.Arbitrary<TestSite> {
  const unique = { selector: ({ id }: { id: string }) => id, size: 'max' as const };
  return fc.record({
    config: fc.record({
      site: fc
        .constantFrom('deny' as const, 'alwaysOnly' as const)
        .map((untrustedClock) => settings({ zone, untrustedClock })),
      accessPoints: fc.tuple(...DOORS.map((id) => randomPoint(id))),
    }),
    persons: fc.tuple(...PERSONS.map((id) => randomPerson(now, fc.constant(id)))),
    credentials: fc.uniqueArray(randomCredential(now), { ...unique, minLength: 7, maxLength: 12 }),
    groups: fc.constant(
      GROUPS.slice(0, -1).map((id) => ({ id, name: id, breakGlass: id === 'rescue' })),
    ),
    permissions: fc.uniqueArray(
      randomPermission(
        now,
        fc.integer({ min: 0, max: 30 }).map((id) => `r${id}`),
      ),
      { ...unique, minLength: 2, maxLength: 12 },
    ),
    schedules: fc.tuple(
      ...SCHEDULES.map((id) => scheduleAround(now).map((schedule) => ({ ...schedule, id }))),
    ),
    holidayGroups: holidaysAround(now),
    zones: fc.constant([]),
    firms: fc.tuple(...FIRMS.map((id) => randomFirm(fc.constant(id)))),
    deals: fc.uniqueArray(randomDeal(now), { ...unique, maxLength: 3 }),
    overrides: fc.uniqueArray(randomOverride(now), { ...unique, maxLength: 2 }),
  });
}

const item: fc.Arbitrary<Item> = fc
  .record({
    type,
    lookup: fc.constantFrom(...LOOKUPS),
    problem: rarely(25).chain((bad) =>
      bad ? fc.constantFrom('malformed' as const, 'tokenUsed' as const) : fc.constant(undefined),
    ),
    pin: fc.constantFrom('right' as const, 'duress' as const, 'wrong' as const, undefined),
    lockedOut: rarely(25),
  })
  .map(({ pin, ...rest }) => compact({ ...rest, pin: rest.type === 'pin' ? pin : undefined }));

/** An attempt within two days of an instant, most often with a good clock. */
export function randomAttempt(now: number): fc.Arbitrary<Attempt> {
  return fc.record({
    accessPoint: fc.constantFrom(...DOORS, ...DOORS, ...DOORS, 'gone'),
    items: fc.oneof(
      fc.array(item, { minLength: 1, maxLength: 1 }),
      fc.array(item, { minLength: 2, maxLength: 2 }),
      fc.array(item, { maxLength: 4 }),
    ),
    requestToExit: rarely(10),
    now: fc.integer({ min: -8, max: 8 }).map((step) => now + step * 6 * 3_600_000 + step),
    clockTrusted: rarely(12).map((bad) => !bad),
    keypadLockedOut: rarely(10),
  });
}
