import type { Permission } from '../../../model/permission.ts';
import { ALWAYS, type HolidayGroup, type Schedule } from '../../../model/schedule.ts';
import {
  fromJson,
  given,
  present,
  toJson,
  type Codec,
  type Columns,
  type Reference,
} from './codec.ts';
import type { PermissionRow } from './tables.ts';

export const permission: Codec<'permission'> = {
  blank: {
    effect: null,
    person: null,
    group_id: null,
    everyone: null,
    access_point: null,
    zone: null,
    everywhere: null,
    schedule: null,
    valid_from: null,
    valid_to: null,
    source: null,
    attributes: null,
  },
  required: [
    ['subject', 'person', 'group_id', 'everyone'],
    ['target', 'access_point', 'zone', 'everywhere'],
  ],
  columns: (value) =>
    given<Columns<'permission'>>({
      effect: value.effect,
      ...(value.subject && subjectColumns(value.subject)),
      ...(value.target && targetColumns(value.target)),
      schedule: value.schedule,
      valid_from: value.validFrom,
      valid_to: value.validTo,
      source: value.source,
      attributes: toJson(value.attributes),
    }),
  entity: (row) =>
    present<Permission>({
      id: row.id,
      effect: row.effect,
      subject: subjectOf(row),
      target: targetOf(row),
      schedule: row.schedule,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      source: row.source,
      attributes: fromJson(row.attributes),
    }),
  policy: (row) => ({ kind: 'permission', put: permission.entity(row) }),
  words: (row) => [row.source],
  references: ({ person, group_id, schedule }) => [
    ...reference('person', person),
    ...reference('group', group_id),
    ...reference('schedule', schedule === ALWAYS ? null : schedule),
  ],
};

export const schedule: Codec<'schedule'> = {
  blank: { name: null, rule: null, holidays: null },
  required: [
    ['name', 'name'],
    ['rule', 'rule'],
  ],
  columns: (value) =>
    given<Columns<'schedule'>>({
      name: value.name,
      rule: toJson(value.rule),
      holidays: toJson(value.holidays),
    }),
  entity: (row) =>
    present<Schedule>({
      id: row.id,
      name: row.name,
      rule: fromJson(row.rule),
      holidays: fromJson(row.holidays),
    }),
  policy: (row) => ({ kind: 'schedule', put: schedule.entity(row) }),
  words: (row) => [row.name],
  references: ({ holidays = null }) =>
    (fromJson(holidays) ?? []).map((plan) => ({
      kind: 'holidayGroup',
      id: plan.group,
    })),
};

export const holidayGroup: Codec<'holidayGroup'> = {
  blank: { name: null, days: null },
  required: [
    ['name', 'name'],
    ['days', 'days'],
  ],
  columns: (value) =>
    given<Columns<'holidayGroup'>>({ name: value.name, days: toJson(value.days) }),
  entity: (row) => present<HolidayGroup>({ id: row.id, name: row.name, days: fromJson(row.days) }),
  policy: (row) => ({ kind: 'holidayGroup', put: holidayGroup.entity(row) }),
  words: (row) => [row.name],
  references: () => [],
};

function reference(kind: Reference['kind'], id: string | null | undefined): Reference[] {
  return id === null || id === undefined ? [] : [{ kind, id }];
}

type SubjectColumns = Pick<PermissionRow, 'person' | 'group_id' | 'everyone'>;

function subjectColumns(subject: Permission['subject']): SubjectColumns {
  const columns: SubjectColumns = { person: null, group_id: null, everyone: null };
  if ('person' in subject) return { ...columns, person: subject.person };
  if ('group' in subject) return { ...columns, group_id: subject.group };
  return { ...columns, everyone: 1 };
}

function subjectOf(row: SubjectColumns): Permission['subject'] {
  if (row.person !== null) return { person: row.person };
  return row.group_id === null ? { everyone: true } : { group: row.group_id };
}

type TargetColumns = Pick<PermissionRow, 'access_point' | 'zone' | 'everywhere'>;

function targetColumns(target: Permission['target']): TargetColumns {
  const columns: TargetColumns = { access_point: null, zone: null, everywhere: null };
  if ('accessPoint' in target) return { ...columns, access_point: target.accessPoint };
  if ('zone' in target) return { ...columns, zone: target.zone };
  return { ...columns, everywhere: 1 };
}

function targetOf(row: TargetColumns): Permission['target'] {
  if (row.access_point !== null) return { accessPoint: row.access_point };
  return row.zone === null ? { everywhere: true } : { zone: row.zone };
}
