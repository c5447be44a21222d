import type { AccessPoint } from '../lib/model/access-point.ts';
import type { Permission } from '../lib/model/permission.ts';
import type { Group } from '../lib/model/person.ts';
import type { HolidayGroup, Schedule } from '../lib/model/schedule.ts';
import type { EngineConfig } from '../lib/model/site.ts';
import type { Zone } from '../lib/model/zone.ts';
import type { PolicyCredential, PolicyPerson, PolicyRows } from '../lib/policy/policy.ts';

/** The site that decisions are measured on. */
export const SIZE = {
  persons: 50_000,
  accessPoints: 50,
  zones: 10,
  groups: 300,
  permissions: 600,
  schedules: 60,
  holidays: 14,
};

/** Monday 2026-03-02 00:00 in Madrid; the fortnight of the attempts begins here. */
export const START = Date.UTC(2026, 2, 1, 23);
export const FORTNIGHT = 14 * 86_400_000;

/** A small generator of even numbers from a seed (xorshift), so that each run measures the same. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  pick<T>(from: readonly T[]): T {
    const item = from[this.below(from.length)];
    if (item === undefined) throw new Error('Nothing to pick from');
    return item;
  }
}

export interface Site extends Omit<PolicyRows, 'version'> {
  config: EngineConfig;
  persons: PolicyPerson[];
  credentials: PolicyCredential[];
  groups: Group[];
  permissions: Permission[];
  schedules: Schedule[];
  holidayGroups: HolidayGroup[];
  zones: Zone[];
  firms: never[];
  deals: never[];
  overrides: never[];
}

export function buildSite(seed: number): Site {
  const dice = new Dice(seed);
  const persons = Array.from({ length: SIZE.persons }, (_, index) => person(dice, index));
  return {
    config: config(),
    persons,
    credentials: persons.flatMap((holder) => credentials(dice, holder)),
    groups: Array.from({ length: SIZE.groups }, (_, index) => ({
      id: `group-${index}`,
      name: `Group ${index}`,
    })),
    permissions: Array.from({ length: SIZE.permissions }, (_, index) => permission(dice, index)),
    schedules: Array.from({ length: SIZE.schedules }, (_, index) => schedule(dice, index)),
    holidayGroups: [holidays()],
    zones: [],
    firms: [],
    deals: [],
    overrides: [],
  };
}

function config(): EngineConfig {
  return {
    site: {
      id: 'bench',
      name: 'Bench',
      zone: 'Europe/Madrid',
      language: 'en-US',
      logValues: 'masked',
      untrustedClock: 'deny',
      ring: 2000,
      quotaRecords: 1_000_000,
      quotaBytes: 1_073_741_824,
    },
    accessPoints: Array.from({ length: SIZE.accessPoints }, (_, index) => accessPoint(index)),
  };
}

function accessPoint(index: number): AccessPoint {
  return {
    id: `door-${index}`,
    name: `Door ${index}`,
    direction: 'in',
    zoneTo: `zone-${index % SIZE.zones}`,
    enabled: true,
    supports: ['card', 'qr', 'face'],
    levels: [{ level: { anyOf: [['card'], ['qr'], ['face']] } }],
    factorTimeout: 10_000,
    grantLife: 5000,
    requestToExit: true,
    grantedCountsAsPassed: false,
  };
}

function person(dice: Dice, index: number): PolicyPerson {
  const groups = Array.from(
    { length: 1 + dice.below(3) },
    () => `group-${dice.below(SIZE.groups)}`,
  );
  return {
    id: uuid(dice),
    name: `Person ${index}`,
    disabled: dice.below(50) === 0,
    ...(dice.below(4) === 0 ? { validTo: `2026-03-${twoDigits(1 + dice.below(31))}` } : {}),
    groups: [...new Set(groups)],
  };
}

function credentials(dice: Dice, holder: PolicyPerson): PolicyCredential[] {
  const types = ['card', 'qr', 'face'] as const;
  return Array.from({ length: 1 + dice.below(3) }, (_, index) => ({
    id: uuid(dice),
    person: holder.id,
    type: types[index] ?? 'card',
    lookup: digest(dice),
    status: dice.below(40) === 0 ? 'lost' : 'active',
    ...(dice.below(5) === 0 ? { validFrom: '2026-01-01', validTo: '2026-12-31T18:00:00' } : {}),
    duress: false,
    token: false,
  }));
}

/** 15 % always, 15 % span, 70 % weekly, by the schedule. */
function permission(dice: Dice, index: number): Permission {
  const kind = dice.below(20);
  const target = dice.below(20);
  return {
    id: `permission-${index}`,
    subject: { group: `group-${index % SIZE.groups}` },
    target:
      target === 0
        ? { everywhere: true }
        : target < 6
          ? { zone: `zone-${dice.below(SIZE.zones)}` }
          : { accessPoint: `door-${dice.below(SIZE.accessPoints)}` },
    ...(kind < 3
      ? {}
      : { schedule: `schedule-${kind < 6 ? dice.below(12) : 12 + dice.below(48)}` }),
  };
}

/** The first 12 schedules are spans, the others weekly. */
function schedule(dice: Dice, index: number): Schedule {
  const holidays = [{ group: 'holidays', windows: [] }];
  if (index < 12) {
    const to = `2026-03-${twoDigits(5 + dice.below(20))}T12:30:00`;
    return {
      id: `schedule-${index}`,
      name: `Span ${index}`,
      rule: { kind: 'span', from: '2026-02-01T00:00:00', to },
      holidays,
    };
  }
  const hour = dice.below(24);
  const windows = [
    { from: `${twoDigits(hour)}:00`, to: `${twoDigits((hour + 5) % 24)}:30` },
    { from: `${twoDigits((hour + 6) % 24)}:00`, to: `${twoDigits((hour + 10) % 24)}:00` },
  ];
  return {
    id: `schedule-${index}`,
    name: `Week ${index}`,
    rule: { kind: 'weekly', days: [{ days: [1, 2, 3, 4, 5], windows }] },
    holidays,
  };
}

function holidays(): HolidayGroup {
  const days = Array.from({ length: SIZE.holidays }, (_, index) => ({
    from: `2026-${twoDigits(1 + (index % 12))}-${twoDigits(5 + index)}`,
    yearly: index % 2 === 0,
  }));
  return { id: 'holidays', name: 'Holidays', days };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function uuid(dice: Dice): string {
  const hex = (length: number): string =>
    Array.from({ length }, () => dice.below(16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
}

function digest(dice: Dice): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return Array.from({ length: 22 }, () => alphabet[dice.below(64)]).join('');
}
