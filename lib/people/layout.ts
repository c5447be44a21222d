import type { CredentialType } from '../model/credential.ts';
import type { EntityKind } from '../model/entity.ts';
import type { CellForm } from './cells.ts';

/** One column of the CSV table of a kind. */
export interface Column {
  name: string;
  form: CellForm;
  /** Where the value stands in the entity. */
  path: readonly [string, string?];
  /** `import`: secrets, never written out. `export`: what is only shown and skipped on the way in. */
  only?: 'import' | 'export';
}

/**
 * The columns of each kind, in the order in which an export writes them. Besides these every kind with
 * attributes takes columns named `attributes.<name>`.
 */
export const LAYOUTS: Readonly<Record<EntityKind, readonly Column[]>> = {
  person: [
    column('id'),
    column('name'),
    column('department'),
    column('employeeNumber'),
    column('status'),
    column('validFrom', 'date'),
    column('validTo', 'date'),
    column('antiPassbackExempt', 'flag'),
    column('groups', 'list'),
  ],
  group: [column('id'), column('name'), column('breakGlass', 'flag')],
  consent: [
    column('id'),
    column('person'),
    column('text'),
    column('language'),
    column('at', 'number'),
    column('author'),
    column('guardian'),
    column('withdrawnAt', 'number'),
  ],
  credential: [
    column('id'),
    column('person'),
    column('type'),
    { ...column('value'), only: 'import' },
    { ...column('hint'), only: 'export' },
    column('status'),
    column('validFrom', 'date'),
    column('validTo', 'date'),
    column('label'),
    column('duress', 'flag'),
    { ...column('template'), only: 'import' },
    { ...column('hasTemplate', 'flag'), only: 'export' },
    column('model', 'json'),
    { ...column('tokenKey', 'json'), only: 'import' },
    { ...column('hasTokenKey', 'flag'), only: 'export' },
  ],
  permission: [
    column('id'),
    column('effect'),
    { name: 'person', form: 'text', path: ['subject', 'person'] },
    { name: 'group', form: 'text', path: ['subject', 'group'] },
    { name: 'everyone', form: 'flag', path: ['subject', 'everyone'] },
    { name: 'accessPoint', form: 'text', path: ['target', 'accessPoint'] },
    { name: 'zone', form: 'text', path: ['target', 'zone'] },
    { name: 'everywhere', form: 'flag', path: ['target', 'everywhere'] },
    column('schedule'),
    column('validFrom', 'date'),
    column('validTo', 'date'),
    column('source'),
  ],
  schedule: [column('id'), column('name'), column('rule', 'json'), column('holidays', 'json')],
  holidayGroup: [column('id'), column('name'), column('days', 'json')],
  zone: [
    column('id'),
    column('name'),
    column('parent'),
    column('antiPassback', 'json'),
    column('occupancy', 'json'),
  ],
  firm: [
    column('id'),
    column('name'),
    column('roles', 'list'),
    column('accounting', 'json'),
    column('release', 'json'),
    column('penalty', 'json'),
  ],
  employment: [
    column('id'),
    column('person'),
    column('firm'),
    column('validFrom', 'date'),
    column('validTo', 'date'),
    column('workMode'),
    column('nonWorkingDays', 'flag'),
    column('priority', 'number'),
  ],
  plannedDay: [
    column('id'),
    column('person'),
    column('firm'),
    column('date', 'date'),
    column('arrival'),
    column('departure'),
    column('stay', 'number'),
  ],
  timeCorrection: [
    column('id'),
    column('person'),
    column('firm'),
    column('from', 'date'),
    column('to', 'date'),
    column('present', 'flag'),
    column('reason'),
    column('author'),
    column('at', 'number'),
  ],
  pass: [
    column('id'),
    column('tag'),
    column('person'),
    column('type'),
    column('status'),
    column('validFrom', 'date'),
    column('validTo', 'date'),
    column('reason'),
    column('replaces'),
    column('host'),
    column('firm'),
    column('endedAt', 'date'),
    column('end'),
    column('note'),
  ],
  waiver: [
    column('id'),
    column('pass'),
    column('reason'),
    column('author'),
    column('at', 'number'),
  ],
  deal: [
    column('id'),
    column('person'),
    column('firm'),
    column('role'),
    column('openedAt', 'number'),
    { name: 'goods', form: 'number', path: ['marks', 'goods'] },
    { name: 'documents', form: 'number', path: ['marks', 'documents'] },
    { name: 'payment', form: 'number', path: ['marks', 'payment'] },
    { name: 'permission', form: 'number', path: ['marks', 'permission'] },
    column('reference'),
    column('closedAt', 'number'),
    column('note'),
  ],
  fitting: [
    column('id'),
    column('link'),
    column('part'),
    column('host'),
    column('event'),
    column('at', 'number'),
    column('by'),
    column('coordinates', 'json'),
  ],
};

/** Kinds that take columns named `attributes.<name>`. */
export const WITH_ATTRIBUTES: readonly EntityKind[] = [
  'person',
  'group',
  'credential',
  'permission',
  'zone',
  'firm',
  'employment',
  'plannedDay',
  'pass',
  'deal',
  'fitting',
];

/**
 * Columns with which a row of the persons' table gives the person a credential of that type. There is one
 * for each type and person: another value in a later import replaces it, so the old one stops opening.
 */
export const CREDENTIAL_COLUMNS = [
  'card',
  'pin',
  'qr',
  'plate',
  'bluetooth',
] as const satisfies readonly CredentialType[];
export type CredentialColumn = (typeof CREDENTIAL_COLUMNS)[number];

export const ATTRIBUTE = 'attributes.';

/** The column of one attribute, named `attributes.<name>`. */
export function attributeColumn(name: string): Column {
  return { name, form: 'text', path: ['attributes', name.slice(ATTRIBUTE.length)] };
}

function column(name: string, form: CellForm = 'text'): Column {
  return { name, form, path: [name] };
}
