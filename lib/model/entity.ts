import Type, { type Static } from 'typebox';
import { PlannedDay } from './accounting.ts';
import { Consent } from './consent.ts';
import { Credential } from './credential.ts';
import { Id, closed } from './fields.ts';
import { Employment, Firm } from './firm.ts';
import { Fitting } from './fitting.ts';
import { Pass, Waiver } from './pass.ts';
import { Permission } from './permission.ts';
import { Group, Person } from './person.ts';
import { Deal } from './release.ts';
import { HolidayGroup, Schedule } from './schedule.ts';
import { TimeCorrection } from './time-correction.ts';
import { Zone } from './zone.ts';

/** Everything an administrator edits. Access points and the site itself come from the flow. */
export interface Entities {
  person: Person;
  consent: Consent;
  group: Group;
  credential: Credential;
  permission: Permission;
  schedule: Schedule;
  holidayGroup: HolidayGroup;
  zone: Zone;
  firm: Firm;
  employment: Employment;
  plannedDay: PlannedDay;
  timeCorrection: TimeCorrection;
  pass: Pass;
  waiver: Waiver;
  deal: Deal;
  fitting: Fitting;
}
export type EntityKind = keyof Entities;

export const ENTITY_SCHEMAS = {
  person: Person,
  consent: Consent,
  group: Group,
  credential: Credential,
  permission: Permission,
  schedule: Schedule,
  holidayGroup: HolidayGroup,
  zone: Zone,
  firm: Firm,
  employment: Employment,
  plannedDay: PlannedDay,
  timeCorrection: TimeCorrection,
  pass: Pass,
  waiver: Waiver,
  deal: Deal,
  fitting: Fitting,
} as const;

/** In the order in which a full import has to write them: what is referred to comes first. */
export const ENTITY_KINDS = [
  'holidayGroup',
  'schedule',
  'group',
  'zone',
  'firm',
  'person',
  'consent',
  'credential',
  'permission',
  'employment',
  'plannedDay',
  'timeCorrection',
  'pass',
  'waiver',
  'deal',
  'fitting',
] as const satisfies readonly EntityKind[];

/** A credential as it is read back: never its value, PIN, key or template, only a masked hint. */
export type StoredCredential = Omit<Credential, 'value' | 'template' | 'tokenKey'> & {
  hint: string;
  hasTemplate?: true;
  hasTokenKey?: true;
};

export type StoredEntities = Omit<Entities, 'credential'> & { credential: StoredCredential };

/**
 * `create` refuses an id that exists, `update` one that does not, `put` takes both. On `update` the given
 * fields replace the stored ones and the rest stays.
 */
export const CHANGE_OPS = ['create', 'update', 'put', 'delete'] as const;

/** One change to the rights. `value` is checked against the schema of its kind by the engine. */
export const Change = Type.Union([
  Type.Object(
    {
      op: Type.Enum(['create', 'update', 'put']),
      kind: Type.Enum(ENTITY_KINDS),
      value: Type.Record(Type.String(), Type.Unknown()),
    },
    closed,
  ),
  Type.Object({ op: Type.Literal('delete'), kind: Type.Enum(ENTITY_KINDS), id: Id }, closed),
]);
export type Change = Static<typeof Change>;
