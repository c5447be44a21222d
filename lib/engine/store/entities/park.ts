import { AccessError } from '../../../model/errors.ts';
import type { Fitting } from '../../../model/fitting.ts';
import { DEAL_MARKS, type Deal } from '../../../model/release.ts';
import { codecOf, flag, json, plain, referencesIn, type Cell } from './cells.ts';
import { describe, present, type Codec } from './codec.ts';

export const zone: Codec<'zone'> = codecOf<'zone'>(
  {
    name: plain('name'),
    parent: plain('parent'),
    antiPassback: json('anti_passback'),
    occupancy: json('occupancy'),
    attributes: json('attributes'),
  },
  {
    required: [['name', 'name']],
    policy: (row) => ({ kind: 'zone', put: zone.entity(row) }),
    words: (row) => [row.name],
    references: (columns) => referencesIn<'zone'>(columns, { parent: 'zone' }),
    check: ({ id, parent }) => {
      if (id !== parent) return;
      throw new AccessError('INPUT_INVALID', `${describe('zone', id)} cannot be its own parent`);
    },
  },
);

export const firm: Codec<'firm'> = codecOf<'firm'>(
  {
    name: plain('name'),
    roles: json('roles'),
    accounting: json('accounting'),
    release: json('release'),
    penalty: json('penalty'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['name', 'name'],
      ['roles', 'roles'],
    ],
    policy: (row) => ({ kind: 'firm', put: firm.entity(row) }),
    words: (row) => [row.name],
    references: () => [],
  },
);

export const employment = codecOf<'employment'>(
  {
    person: plain('person'),
    firm: plain('firm'),
    validFrom: plain('valid_from'),
    validTo: plain('valid_to'),
    workMode: plain('work_mode'),
    nonWorkingDays: flag('non_working_days'),
    priority: plain('priority'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['person', 'person'],
      ['firm', 'firm'],
    ],
    words: (row) => [row.work_mode],
    references: (columns) =>
      referencesIn<'employment'>(columns, { person: 'person', firm: 'firm' }),
    unique: {
      by: ['person', 'firm'],
      key: ({ person, firm, valid_from }) => JSON.stringify([person, firm, valid_from]),
      taken: (owner) => `${describe('employment', owner.id)} begins on the same day`,
    },
  },
);

export const plannedDay = codecOf<'plannedDay'>(
  {
    person: plain('person'),
    firm: plain('firm'),
    date: plain('date'),
    arrival: plain('arrival'),
    departure: plain('departure'),
    stay: plain('stay'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['person', 'person'],
      ['firm', 'firm'],
      ['date', 'date'],
    ],
    words: (row) => [row.date],
    references: (columns) =>
      referencesIn<'plannedDay'>(columns, { person: 'person', firm: 'firm' }),
    unique: {
      by: ['person', 'firm', 'date'],
      key: ({ person, firm, date }) => JSON.stringify([person, firm, date]),
      taken: (owner) => `${describe('plannedDay', owner.id)} is for the same person, firm and day`,
    },
  },
);

const MARK_COLUMNS = DEAL_MARKS.map((mark) => `${mark}_at` as const);

const marks: Cell<Deal['marks'], (typeof MARK_COLUMNS)[number]> = {
  columns: MARK_COLUMNS,
  write: (value) =>
    Object.fromEntries(DEAL_MARKS.map((mark) => [`${mark}_at`, value[mark] ?? null])),
  read: (row) =>
    present<Deal['marks']>({
      goods: instant(row.goods_at),
      documents: instant(row.documents_at),
      payment: instant(row.payment_at),
      permission: instant(row.permission_at),
    }),
};

function instant(value: string | number | null | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

export const deal: Codec<'deal'> = codecOf<'deal'>(
  {
    person: plain('person'),
    firm: plain('firm'),
    role: plain('role'),
    openedAt: plain('opened_at'),
    marks,
    reference: plain('reference'),
    closedAt: plain('closed_at'),
    note: plain('note'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['person', 'person'],
      ['firm', 'firm'],
      ['role', 'role'],
      ['openedAt', 'opened_at'],
    ],
    policy: (row) => ({ kind: 'deal', put: deal.entity(row) }),
    words: (row) => [row.reference, row.note],
    references: (columns) => referencesIn<'deal'>(columns, { person: 'person', firm: 'firm' }),
  },
);

export const pass = codecOf<'pass'>(
  {
    tag: plain('tag'),
    person: plain('person'),
    type: plain('type'),
    status: plain('status'),
    validFrom: plain('valid_from'),
    validTo: plain('valid_to'),
    reason: plain('reason'),
    replaces: plain('replaces'),
    host: plain('host'),
    firm: plain('firm'),
    endedAt: plain('ended_at'),
    end: plain('end'),
    note: plain('note'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['tag', 'tag'],
      ['person', 'person'],
      ['type', 'type'],
      ['status', 'status'],
      ['validFrom', 'valid_from'],
    ],
    words: (row) => [row.note],
    references: (columns) =>
      referencesIn<'pass'>(columns, {
        tag: 'credential',
        person: 'person',
        replaces: 'pass',
        host: 'person',
        firm: 'firm',
      }),
    unique: {
      by: ['tag'],
      key: ({ tag, status }) => (status === 'active' ? tag : undefined),
      taken: (owner) =>
        `${describe('credential', owner.tag)} is held by ${describe('person', owner.person)} with ${describe('pass', owner.id)}`,
    },
  },
);

export const waiver = codecOf<'waiver'>(
  { pass: plain('pass'), reason: plain('reason'), author: plain('author'), at: plain('at') },
  {
    required: [
      ['pass', 'pass'],
      ['reason', 'reason'],
      ['author', 'author'],
      ['at', 'at'],
    ],
    words: (row) => [row.reason, row.author],
    references: (columns) => referencesIn<'waiver'>(columns, { pass: 'pass' }),
    unique: {
      by: ['pass'],
      key: (row) => row.pass,
      taken: (owner) => `${describe('waiver', owner.id)} has waived these points already`,
    },
  },
);

export const fitting = codecOf<'fitting'>(
  {
    link: plain('link'),
    part: plain('part'),
    host: plain('host'),
    event: plain('event'),
    at: plain('at'),
    by: plain('by'),
    coordinates: json<'coordinates', NonNullable<Fitting['coordinates']>>('coordinates'),
    attributes: json('attributes'),
  },
  {
    required: [
      ['link', 'link'],
      ['part', 'part'],
      ['host', 'host'],
      ['event', 'event'],
      ['at', 'at'],
    ],
    words: (row) => [row.part, row.host, row.by],
    references: () => [],
  },
);
