import type { SecurityLevel } from '../model/access-point.ts';
import type { CredentialStatus, CredentialType } from '../model/credential.ts';
import type { Outcome } from '../model/decision.ts';
import type { HolidayGroup, Schedule } from '../model/schedule.ts';
import type { Permission } from '../model/permission.ts';
import type { Group } from '../model/person.ts';
import type { Deal, ReleaseOverride } from '../model/release.ts';
import type { Zone } from '../model/zone.ts';
import type { Reason } from '../model/reasons.ts';
import type { EngineConfig } from '../model/site.ts';
import type { ZoneTree } from './presence/tree.ts';
import type { Zone as TimeZone } from './zone.ts';
import type { ExplainQuery, Explanation } from '../model/explanation.ts';
import type { ReleaseBook, ReleaseFirm } from './release/book.ts';

/** What decisions need of a person. Times are local to the site, as in the model. */
export interface PolicyPerson {
  id: string;
  name: string;
  disabled: boolean;
  validFrom?: string;
  validTo?: string;
  groups: readonly string[];
  antiPassbackExempt?: boolean;
}

/** What decisions need of a credential: found by the keyed digest of its type and value, never by the value. */
export interface PolicyCredential {
  id: string;
  person: string;
  type: CredentialType;
  /** 128-bit keyed digest, 22 characters of base64url. */
  lookup: string;
  status: CredentialStatus;
  validFrom?: string;
  validTo?: string;
  duress: boolean;
  /** Opens only by a signed token, never by its bare value. */
  token: boolean;
  /** Whom a guest with this tag visits. */
  host?: string;
  /** The active pass of this tag, if it is a one-off one. */
  oneOffPass?: string;
}

/** The whole policy as the store holds it. */
export interface PolicyRows {
  version: number;
  persons: Iterable<PolicyPerson>;
  credentials: Iterable<PolicyCredential>;
  groups: Iterable<Group>;
  permissions: Iterable<Permission>;
  schedules: Iterable<Schedule>;
  holidayGroups: Iterable<HolidayGroup>;
  zones: Iterable<Zone>;
  firms: Iterable<ReleaseFirm>;
  /** Open ones. */
  deals: Iterable<Deal>;
  overrides: Iterable<ReleaseOverride>;
}

/** The kinds of data from which decisions are made; the snapshot never hears of the others. */
export const POLICY_KINDS = [
  'person',
  'credential',
  'group',
  'permission',
  'schedule',
  'holidayGroup',
  'zone',
  'firm',
  'deal',
  'override',
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** A change that is committed already and now becomes visible to the next decision. */
export type PolicyChange =
  | { kind: 'person'; put: PolicyPerson }
  | { kind: 'credential'; put: PolicyCredential }
  | { kind: 'group'; put: Group }
  | { kind: 'permission'; put: Permission }
  | { kind: 'schedule'; put: Schedule }
  | { kind: 'holidayGroup'; put: HolidayGroup }
  | { kind: 'zone'; put: Zone }
  | { kind: 'firm'; put: ReleaseFirm }
  | { kind: 'deal'; put: Deal }
  | { kind: 'override'; put: ReleaseOverride }
  | { kind: PolicyKind; delete: string };

/** Number of a credential inside the snapshot; -1 if nobody has it. Valid until the next change. */
export type CredentialIndex = number;

/** One presented credential after look-up and, where it needs one, after its check. */
export interface Factor {
  type: CredentialType;
  credential: CredentialIndex;
  /** Why the reading itself does not count: `malformed`, a token reason, `livenessFailed`. */
  problem?: Reason;
  /** For a PIN beside another factor: compared with the PINs of the person of that factor. */
  pin?: 'right' | 'duress' | 'wrong';
  /** The credential is locked out now. */
  lockedOut?: boolean;
}

/**
 * What speaks against the way through an access point, besides rights: `antiPassback` for this person, `areaFull` for
 * anybody. Without a person, for somebody whom nobody knows here.
 */
export type Obstacles = (person?: string) => readonly Reason[];

export interface EvaluateInput {
  accessPoint: string;
  factors: readonly Factor[];
  requestToExit: boolean;
  timedOut: boolean;
  /** Milliseconds since 1970 UTC. */
  now: number;
  clockTrusted: boolean;
  /** The keypad rests after too many wrong codes. */
  keypadLockedOut: boolean;
  /** Default: none. */
  obstacles?: Obstacles;
}

/** The answer of the rules, before it is numbered, recorded and given a life. */
export interface Verdict {
  outcome: Outcome;
  /** All that apply, in the fixed order; empty on a grant. */
  reasons: readonly Reason[];
  /** Who was recognised, granted or not; for two persons, the first. */
  person?: { id: string; name: string };
  secondPerson?: { id: string; name: string };
  permission?: { id: string; source?: string };
  duress: boolean;
  breakGlass: boolean;
}

/** The versioned in-memory snapshot from which every decision is made. No I/O, no clock of its own. */
export interface Policy {
  readonly version: number;
  readonly counts: { persons: number; credentials: number; accessPoints: number };
  /** Takes the site's zone and access points. Throws CONFIG_INVALID for an unknown zone. */
  configure(config: EngineConfig): void;
  /** Replaces the whole policy. */
  load(rows: PolicyRows): void;
  /** Applies committed changes; the next `evaluate` sees all of them or, if it throws, none. */
  apply(changes: readonly PolicyChange[], version: number): void;
  findCredential(type: CredentialType, lookup: string): CredentialIndex;
  /** Id and person of a credential; throws INTERNAL for an index that is not in use. */
  credentialAt(index: CredentialIndex): {
    id: string;
    person: string;
    token: boolean;
    duress: boolean;
    host?: string;
  };
  /** Ids of a person's PIN credentials that could be compared with an entered PIN. */
  pinsOf(person: string): readonly string[];
  hasPerson(id: string): boolean;
  /**
   * Groups and single people whose rights speak of an access point, whatever the time, with the break-glass groups;
   * neither for a right of everyone. Undefined if the access point is not configured.
   */
  audience(accessPoint: string): { groups?: string[]; persons?: string[] } | undefined;
  /** The open deals, for reading only. */
  readonly release: Omit<ReleaseBook, `put${string}` | `delete${string}`>;
  /** The pass that ends with the next exit of this tag, the id of a credential. */
  oneOffPassOf(tag: string): string | undefined;
  nameOf(person: string): string | undefined;
  /** Whether anti-passback is not applied to a person. */
  isExempt(person: string): boolean;
  /** The zones of the site; another object after every change of the rules. */
  readonly zones: ZoneTree;
  /** The time zone of the site. */
  readonly timeZone: TimeZone;
  evaluate(input: EvaluateInput): Verdict;
  /** The level in force; undefined if the access point is not configured. */
  activeLevel(
    accessPoint: string,
    now: number,
  ): { level: SecurityLevel; factorTimeout: number; until: number } | undefined;
  /**
   * Whether a schedule is open, and until when at the latest that holds; undefined if it does not exist or
   * cannot be relied on. Without trust in the clock nothing is open that depends on the time.
   */
  scheduleState(
    schedule: string,
    now: number,
    clockTrusted: boolean,
  ): { open: boolean; until: number } | undefined;
  /** Throws NOT_FOUND for an unknown person or access point. */
  explain(query: Required<ExplainQuery>, clockTrusted: boolean, obstacles?: Obstacles): Explanation;
  /** Version of the time-zone data the schedules were compiled from. */
  readonly tzdata: string;
}
