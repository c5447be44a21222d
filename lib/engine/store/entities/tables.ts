import type { AccountingRules } from '../../../model/accounting.ts';
import type { CredentialStatus, CredentialType, ModelIdentity } from '../../../model/credential.ts';
import type { EntityKind } from '../../../model/entity.ts';
import type { Firm, PenaltyPolicy } from '../../../model/firm.ts';
import type { Fitting } from '../../../model/fitting.ts';
import type { Pass } from '../../../model/pass.ts';
import type { Permission } from '../../../model/permission.ts';
import type { Person } from '../../../model/person.ts';
import type { Deal, ReleaseRules } from '../../../model/release.ts';
import type { HolidayGroup, HolidayPlan, ScheduleRule } from '../../../model/schedule.ts';
import type { AntiPassback, Occupancy } from '../../../model/zone.ts';

/** A text that holds a value of type T as JSON. */
export type Json<T> = string & { readonly json?: T };

type Attributes = NonNullable<Person['attributes']>;

interface BaseRow {
  id: string;
  /** What a text search looks at, see `searchText`. */
  search: string;
}

export interface PersonRow extends BaseRow {
  name: string;
  department: string | null;
  employee_number: string | null;
  status: NonNullable<Person['status']> | null;
  valid_from: string | null;
  valid_to: string | null;
  anti_passback_exempt: number | null;
  attributes: Json<Attributes> | null;
}

export interface GroupRow extends BaseRow {
  name: string;
  break_glass: number | null;
  attributes: Json<Attributes> | null;
}

export interface ConsentRow extends BaseRow {
  person: string;
  text: string;
  language: string;
  at: number;
  author: string;
  guardian: string | null;
  withdrawn_at: number | null;
  attributes: Json<Attributes> | null;
}

export interface CredentialRow extends BaseRow {
  person: string;
  type: CredentialType;
  lookup: string;
  hint: string;
  status: CredentialStatus | null;
  valid_from: string | null;
  valid_to: string | null;
  label: string | null;
  duress: number | null;
  model: Json<ModelIdentity> | null;
  attributes: Json<Attributes> | null;
  sealed: Uint8Array;
  template: Uint8Array | null;
  token_key: Uint8Array | null;
}

export interface PermissionRow extends BaseRow {
  effect: NonNullable<Permission['effect']> | null;
  person: string | null;
  group_id: string | null;
  everyone: number | null;
  access_point: string | null;
  zone: string | null;
  everywhere: number | null;
  schedule: string | null;
  valid_from: string | null;
  valid_to: string | null;
  source: string | null;
  attributes: Json<Attributes> | null;
}

export interface ScheduleRow extends BaseRow {
  name: string;
  rule: Json<ScheduleRule>;
  holidays: Json<HolidayPlan[]> | null;
}

export interface HolidayGroupRow extends BaseRow {
  name: string;
  days: Json<HolidayGroup['days']>;
}

export interface ZoneRow extends BaseRow {
  name: string;
  parent: string | null;
  anti_passback: Json<AntiPassback> | null;
  occupancy: Json<Occupancy> | null;
  attributes: Json<Attributes> | null;
}

export interface FirmRow extends BaseRow {
  name: string;
  roles: Json<Firm['roles']>;
  accounting: Json<AccountingRules> | null;
  release: Json<ReleaseRules> | null;
  penalty: Json<PenaltyPolicy> | null;
  attributes: Json<Attributes> | null;
}

export interface EmploymentRow extends BaseRow {
  person: string;
  firm: string;
  valid_from: string | null;
  valid_to: string | null;
  work_mode: string | null;
  non_working_days: number | null;
  priority: number | null;
  attributes: Json<Attributes> | null;
}

export interface PlannedDayRow extends BaseRow {
  person: string;
  firm: string;
  date: string;
  arrival: string | null;
  departure: string | null;
  stay: number | null;
  attributes: Json<Attributes> | null;
}

export interface TimeCorrectionRow extends BaseRow {
  person: string;
  firm: string | null;
  from: string;
  to: string;
  present: number;
  reason: string;
  author: string;
  at: number;
}

export interface PassRow extends BaseRow {
  tag: string;
  person: string;
  type: Pass['type'];
  status: Pass['status'];
  valid_from: string;
  valid_to: string | null;
  reason: NonNullable<Pass['reason']> | null;
  replaces: string | null;
  host: string | null;
  firm: string | null;
  ended_at: string | null;
  end: NonNullable<Pass['end']> | null;
  note: string | null;
  attributes: Json<Attributes> | null;
}

export interface WaiverRow extends BaseRow {
  pass: string;
  reason: string;
  author: string;
  at: number;
}

export interface DealRow extends BaseRow {
  person: string;
  firm: string;
  role: Deal['role'];
  opened_at: number;
  goods_at: number | null;
  documents_at: number | null;
  payment_at: number | null;
  permission_at: number | null;
  reference: string | null;
  closed_at: number | null;
  note: string | null;
  attributes: Json<Attributes> | null;
}

export interface FittingRow extends BaseRow {
  link: Fitting['link'];
  part: string;
  host: string;
  event: Fitting['event'];
  at: number;
  by: string | null;
  coordinates: Json<number[]> | null;
  attributes: Json<Attributes> | null;
}

/** What was accounted last; only what goes with a person is looked at here. */
interface AccountedDayRow {
  person: string;
  firm: string;
  date: string;
}

/** The tables of people, rights and links, as Kysely sees them. */
export interface Tables {
  person: PersonRow;
  group: GroupRow;
  person_group: { person: string; group_id: string };
  consent: ConsentRow;
  credential: CredentialRow;
  permission: PermissionRow;
  schedule: ScheduleRow;
  holiday_group: HolidayGroupRow;
  zone: ZoneRow;
  firm: FirmRow;
  employment: EmploymentRow;
  planned_day: PlannedDayRow;
  time_correction: TimeCorrectionRow;
  accounted_day: AccountedDayRow;
  pass: PassRow;
  waiver: WaiverRow;
  deal: DealRow;
  fitting: FittingRow;
  meta: { key: string; value: string };
}

/** The row of each kind of entity; a person's groups stand in a table of their own. */
export interface Rows {
  person: PersonRow & { groups: readonly string[] };
  group: GroupRow;
  consent: ConsentRow;
  credential: CredentialRow;
  permission: PermissionRow;
  schedule: ScheduleRow;
  holidayGroup: HolidayGroupRow;
  zone: ZoneRow;
  firm: FirmRow;
  employment: EmploymentRow;
  plannedDay: PlannedDayRow;
  timeCorrection: TimeCorrectionRow;
  pass: PassRow;
  waiver: WaiverRow;
  deal: DealRow;
  fitting: FittingRow;
}

const SNAKE_CASE = {
  holidayGroup: 'holiday_group',
  plannedDay: 'planned_day',
  timeCorrection: 'time_correction',
} as const;
type SnakeCase = typeof SNAKE_CASE;

/** The table in which a kind of entity is stored. */
export function tableOf(
  kind: EntityKind,
): SnakeCase[keyof SnakeCase] | Exclude<EntityKind, keyof SnakeCase> {
  return isSnakeCase(kind) ? SNAKE_CASE[kind] : kind;
}

function isSnakeCase(kind: EntityKind): kind is keyof SnakeCase {
  return kind in SNAKE_CASE;
}
