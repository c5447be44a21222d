import type { Group, Person } from '../../../model/person.ts';
import type { PolicyPerson } from '../../../policy/policy.ts';
import {
  fromFlag,
  fromJson,
  given,
  present,
  toFlag,
  toJson,
  type Codec,
  type Columns,
} from './codec.ts';

export const person: Codec<'person'> = {
  blank: {
    name: null,
    department: null,
    employee_number: null,
    status: null,
    valid_from: null,
    valid_to: null,
    anti_passback_exempt: null,
    attributes: null,
    groups: [],
  },
  required: [['name', 'name']],
  columns: (value) =>
    given<Columns<'person'>>({
      name: value.name,
      department: value.department,
      employee_number: value.employeeNumber,
      status: value.status,
      valid_from: value.validFrom,
      valid_to: value.validTo,
      anti_passback_exempt: toFlag(value.antiPassbackExempt),
      attributes: toJson(value.attributes),
      groups: value.groups,
    }),
  entity: (row) =>
    present<Person>({
      id: row.id,
      name: row.name,
      department: row.department,
      employeeNumber: row.employee_number,
      status: row.status,
      validFrom: row.valid_from,
      validTo: row.valid_to,
      antiPassbackExempt: fromFlag(row.anti_passback_exempt),
      groups: row.groups.length > 0 ? [...row.groups] : null,
      attributes: fromJson(row.attributes),
    }),
  policy: (row) => ({
    kind: 'person',
    put: present<PolicyPerson>({
      id: row.id,
      name: row.name,
      disabled: row.status === 'disabled',
      validFrom: row.valid_from,
      validTo: row.valid_to,
      groups: row.groups,
      antiPassbackExempt: row.anti_passback_exempt === 1 ? true : null,
    }),
  }),
  words: (row) => [row.name, row.department, row.employee_number],
  references: ({ groups = [] }) => groups.map((id) => ({ kind: 'group', id })),
};

export const group: Codec<'group'> = {
  blank: { name: null, break_glass: null, attributes: null },
  required: [['name', 'name']],
  columns: (value) =>
    given<Columns<'group'>>({
      name: value.name,
      break_glass: toFlag(value.breakGlass),
      attributes: toJson(value.attributes),
    }),
  entity: (row) =>
    present<Group>({
      id: row.id,
      name: row.name,
      breakGlass: fromFlag(row.break_glass),
      attributes: fromJson(row.attributes),
    }),
  policy: (row) => ({ kind: 'group', put: group.entity(row) }),
  words: (row) => [row.name],
  references: () => [],
};
