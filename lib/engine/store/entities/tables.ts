import type { CredentialStatus, CredentialType, ModelIdentity } from '../../../model/credential.ts';
import type { EntityKind } from '../../../model/entity.ts';
import type { Permission } from '../../../model/permission.ts';
import type { Person } from '../../../model/person.ts';
import type { HolidayGroup, HolidayPlan, ScheduleRule } from '../../../model/schedule.ts';

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
  attributes: Json<Attributes> | null;
}

export interface GroupRow extends BaseRow {
  name: string;
  break_glass: number | null;
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

/** The tables of the policy, as Kysely sees them. */
export interface Tables {
  person: PersonRow;
  group: GroupRow;
  person_group: { person: string; group_id: string };
  credential: CredentialRow;
  permission: PermissionRow;
  schedule: ScheduleRow;
  holiday_group: HolidayGroupRow;
  meta: { key: string; value: string };
}

/** The row of each kind of entity; a person's groups stand in a table of their own. */
export interface Rows {
  person: PersonRow & { groups: readonly string[] };
  group: GroupRow;
  credential: CredentialRow;
  permission: PermissionRow;
  schedule: ScheduleRow;
  holidayGroup: HolidayGroupRow;
}

/** The table in which a kind of entity is stored. */
export function tableOf(kind: EntityKind): 'holiday_group' | Exclude<EntityKind, 'holidayGroup'> {
  return kind === 'holidayGroup' ? 'holiday_group' : kind;
}
