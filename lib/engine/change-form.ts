import Type, { type Static } from 'typebox';
import { ENTITY_KINDS, ENTITY_SCHEMAS, type EntityKind } from '../model/entity.ts';
import { AccessError } from '../model/errors.ts';
import { Id, LocalDateTime, closed } from '../model/fields.ts';
import { parser, type Parser } from '../model/parse.ts';
import { isRealDate } from './dates.ts';

/** What the value of any change has; the rest is as the schema of its kind says. */
const ChangeValue = Type.Object({
  id: Id,
  validFrom: Type.Optional(LocalDateTime),
  validTo: Type.Optional(LocalDateTime),
});
export type ChangeValue = Static<typeof ChangeValue>;

const DATE = /^\d{4}-\d{2}-\d{2}/;
const DATE_FIELDS: ReadonlySet<string> = new Set([
  'validFrom',
  'validTo',
  'from',
  'to',
  'date',
  'endedAt',
]);

const changeValue = parser(ChangeValue);

type Forms = Readonly<Record<EntityKind, Parser<unknown>>>;

const WHOLE = formsOf((kind) => parser(ENTITY_SCHEMAS[kind]));
const PART = formsOf((kind) => parser(Type.Partial(ENTITY_SCHEMAS[kind], closed)));

function formsOf(make: (kind: EntityKind) => Parser<unknown>): Forms {
  return Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, make(kind)])) as Forms;
}

/**
 * Checks the form of a value: whole for create and put, any part of it for update; its dates exist and its
 * validity does not end before it begins. Throws `INPUT_INVALID`.
 */
export function checkForm(
  op: 'create' | 'update' | 'put',
  kind: EntityKind,
  value: unknown,
): ChangeValue {
  (op === 'update' ? PART : WHOLE)[kind].parse(value, kind);
  const known = changeValue.parse(value, kind);
  checkDates(known, `${kind} ${known.id}`);
  const { validFrom, validTo } = known;
  if (validFrom !== undefined && validTo !== undefined && !isBefore(validFrom, validTo)) {
    throw new AccessError('INPUT_INVALID', `${kind} ${known.id}: validTo lies before validFrom`);
  }
  return known;
}

/** Whether a period ends after it begins: a bare date begins at midnight and, as an end, includes its day. */
export function isBefore(from: string, to: string): boolean {
  const end = to.includes('T') ? to : `${to}T24`;
  return (from.includes('T') ? from : `${from}T00`) < end;
}

function checkDates(value: object, where: string): void {
  for (const [key, field] of Object.entries(value) as [string, unknown][]) {
    if (typeof field === 'object' && field !== null) {
      if (key !== 'attributes') checkDates(field, `${where}.${key}`);
    } else if (typeof field === 'string' && DATE_FIELDS.has(key) && DATE.test(field)) {
      if (!isRealDate(field)) {
        throw new AccessError('INPUT_INVALID', `${where}.${key}: there is no ${field}`);
      }
    }
  }
}
