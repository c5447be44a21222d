import Type from 'typebox';
import { CREDENTIAL_FORMS, CREDENTIAL_TYPES, canonicalValue } from '../model/credential.ts';
import { ENTITY_KINDS, ENTITY_SCHEMAS, type EntityKind } from '../model/entity.ts';
import { toAccessError } from '../model/errors.ts';
import { closed } from '../model/fields.ts';
import { parser, type Parser } from '../model/parse.ts';
import type { PlainObject } from './plain.ts';
import { idOf, type Problem } from './row.ts';

type Forms = Readonly<Record<EntityKind, Parser<unknown>>>;

const WHOLE = formsOf((kind) => parser(ENTITY_SCHEMAS[kind]));
const PARTIAL = formsOf((kind) => parser(Type.Partial(ENTITY_SCHEMAS[kind], closed)));

function formsOf(make: (kind: EntityKind) => Parser<unknown>): Forms {
  return Object.fromEntries(ENTITY_KINDS.map((kind) => [kind, make(kind)])) as Forms;
}

/**
 * What is wrong with the form of an entity, naming the field; nothing if it may be sent to the engine,
 * which checks it again and knows what it refers to. `partial`: fields may be left out, except the id.
 */
export function formProblem(
  kind: EntityKind,
  value: PlainObject,
  partial: boolean,
): Problem | undefined {
  if (idOf(value) === undefined) {
    return { column: 'id', code: 'INPUT_INVALID', reason: 'is missing' };
  }
  try {
    (partial ? PARTIAL : WHOLE)[kind].parse(value, '');
  } catch (error) {
    return located(toAccessError(error).message);
  }
  return kind === 'credential' ? valueProblem(value) : undefined;
}

/** Takes `.validTo: must …` apart. */
export function located(message: string): Problem {
  const match = /^\.(?<column>attributes\.[^:]+|[^.:]+)[^:]*: (?<reason>.*)$/su.exec(message);
  const { column, reason } = match?.groups ?? {};
  if (column === undefined || reason === undefined) {
    return { code: 'INPUT_INVALID', reason: message.replace(/^: /, '') };
  }
  return { column, code: 'INPUT_INVALID', reason };
}

function valueProblem({ type, value }: PlainObject): Problem | undefined {
  const known = CREDENTIAL_TYPES.find((name) => name === type);
  if (known === undefined || typeof value !== 'string') return undefined;
  const { pattern, form } = CREDENTIAL_FORMS[known];
  if (pattern.test(canonicalValue(known, value))) return undefined;
  return { column: 'value', code: 'INPUT_INVALID', reason: `must be ${form}` };
}
