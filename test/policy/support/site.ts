import { createHash } from 'node:crypto';
import type { AccessPoint, LevelRule } from '../../../lib/model/access-point.ts';
import type { CredentialType } from '../../../lib/model/credential.ts';
import type { Permission } from '../../../lib/model/permission.ts';
import type { Group } from '../../../lib/model/person.ts';
import type { HolidayGroup, Schedule, ScheduleRule } from '../../../lib/model/schedule.ts';
import type { Deal, ReleaseOverride } from '../../../lib/model/release.ts';
import type { ReleaseFirm } from '../../../lib/policy/release/book.ts';
import type { Zone } from '../../../lib/model/zone.ts';
import type { EngineConfig, SiteSettings } from '../../../lib/model/site.ts';
import type {
  EvaluateInput,
  Factor,
  Policy,
  PolicyCredential,
  PolicyPerson,
  Verdict,
} from '../../../lib/policy/policy.ts';
import { createPolicy } from '../../../lib/policy/snapshot.ts';

/** A whole policy with its site, as the store and the flow would give it. */
export interface TestSite {
  config: EngineConfig;
  persons: PolicyPerson[];
  credentials: PolicyCredential[];
  groups: Group[];
  permissions: Permission[];
  schedules: Schedule[];
  holidayGroups: HolidayGroup[];
  zones: Zone[];
  firms: ReleaseFirm[];
  deals: Deal[];
  overrides: ReleaseOverride[];
}

/** Monday, 10:00 in Madrid. */
export const MONDAY_10 = Date.parse('2026-03-02T09:00:00Z');

export function settings(changes: Partial<SiteSettings> = {}): SiteSettings {
  return {
    id: 'site',
    name: 'Site',
    zone: 'Europe/Madrid',
    language: 'en-US',
    logValues: 'masked',
    untrustedClock: 'deny',
    ring: 2000,
    quotaRecords: 1_000_000,
    quotaBytes: 1_073_741_824,
    ...changes,
  };
}

/** A door named `door` that takes a card, a QR code, a face, a fingerprint or a PIN alone. */
export function accessPoint(changes: Partial<AccessPoint> = {}): AccessPoint {
  return {
    id: 'door',
    name: 'Door',
    direction: 'in',
    zoneFrom: 'street',
    zoneTo: 'hall',
    enabled: true,
    supports: ['card', 'qr', 'face', 'fingerprint', 'pin', 'bluetooth'],
    levels: [{ level: { anyOf: [['card'], ['qr'], ['face'], ['fingerprint'], ['pin']] } }],
    factorTimeout: 10_000,
    grantLife: 5000,
    requestToExit: false,
    grantedCountsAsPassed: false,
    ...changes,
  };
}

/** An access point with one level that always applies. */
export function pointWithLevel(
  anyOf: CredentialType[][],
  changes: Partial<AccessPoint> & { persons?: number } = {},
): AccessPoint {
  const { persons, ...rest } = changes;
  const level = persons === undefined ? { anyOf } : { anyOf, persons };
  return accessPoint({ levels: [{ level }], ...rest });
}

export function pointWithLevels(levels: LevelRule[]): AccessPoint {
  return accessPoint({ levels });
}

export function person(id: string, changes: Partial<PolicyPerson> = {}): PolicyPerson {
  return { id, name: `Name of ${id}`, disabled: false, groups: [], ...changes };
}

/** A digest as the store would make it, here of any text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** A credential whose lookup is the digest of its id. */
export function credential(
  holder: string,
  type: CredentialType = 'card',
  changes: Partial<PolicyCredential> = {},
): PolicyCredential {
  const id = changes.id ?? `${type} of ${holder}`;
  return {
    id,
    person: holder,
    type,
    lookup: digestOf(id),
    status: 'active',
    duress: false,
    token: false,
    ...changes,
  };
}

export function permission(changes: Partial<Permission> = {}): Permission {
  return {
    id: 'permission',
    subject: { everyone: true },
    target: { everywhere: true },
    ...changes,
  };
}

export function schedule(
  id: string,
  rule: ScheduleRule,
  changes: Partial<Schedule> = {},
): Schedule {
  return { id, name: id, rule, ...changes };
}

/** Ann with a card, and a permission for everyone everywhere; anything given replaces that. */
export function testSite(
  changes: Partial<Omit<TestSite, 'config'>> & Partial<EngineConfig> = {},
): TestSite {
  const { site = settings(), accessPoints = [accessPoint()], ...rows } = changes;
  return {
    config: { site, accessPoints },
    persons: [person('ann')],
    credentials: [credential('ann')],
    groups: [],
    permissions: [permission()],
    schedules: [],
    holidayGroups: [],
    zones: [],
    firms: [],
    deals: [],
    overrides: [],
    ...rows,
  };
}

export function loadSite(site: TestSite): Policy {
  const policy = createPolicy();
  policy.configure(site.config);
  policy.load({ version: 1, ...site });
  return policy;
}

/** Something presented: the text of its lookup, with what the engine found out about it. */
export interface Shown extends Partial<Omit<Factor, 'credential' | 'type'>> {
  type?: CredentialType;
  lookup: string;
}

/** `card of ann` is a card; other lookups need their type. */
export function shown(lookup: string, changes: Partial<Shown> = {}): Shown {
  return { lookup, type: lookup.split(' ')[0] as CredentialType, ...changes };
}

export function factorsOf(policy: Policy, items: readonly (string | Shown)[]): Factor[] {
  return items.map((item) => {
    const { lookup, type = 'card', ...rest } = typeof item === 'string' ? shown(item) : item;
    return { type, credential: policy.findCredential(type, digestOf(lookup)), ...rest };
  });
}

/** Presents credentials at `door` on Monday at 10:00 with a good clock; anything given replaces that. */
export function present(
  policy: Policy,
  items: readonly (string | Shown)[],
  changes: Partial<EvaluateInput> = {},
): Verdict {
  return policy.evaluate({
    accessPoint: 'door',
    factors: factorsOf(policy, items),
    requestToExit: false,
    timedOut: false,
    now: MONDAY_10,
    clockTrusted: true,
    keypadLockedOut: false,
    ...changes,
  });
}

/** The outcome and the reasons in one line: `denied: expired, noRight`. */
export function summary({ outcome, reasons }: Verdict): string {
  return [outcome, reasons.join(', ')].filter((part) => part !== '').join(': ');
}
