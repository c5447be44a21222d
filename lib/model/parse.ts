import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { AccessError } from './errors.ts';

/** A compiled schema: checks unknown data at a boundary and names the first thing that is wrong. */
export interface Parser<T> {
  /** Returns the value typed, or throws `INPUT_INVALID` naming `where` and the path inside it. */
  parse(value: unknown, where: string): T;
  check(value: unknown): value is T;
}

export function parser<S extends TSchema>(schema: S): Parser<Static<S>> {
  const compiled = Compile(schema);
  const check = (value: unknown): value is Static<S> => compiled.Check(value);
  return {
    check,
    parse(value, where) {
      if (check(value)) return value;
      throw new AccessError('INPUT_INVALID', `${where}${explain(compiled.Errors(value))}`);
    },
  };
}

interface SchemaError {
  keyword: string;
  instancePath: string;
  message: string;
}

/** The most telling error: the deepest path, and a missing or unknown property before a type. */
function explain(errors: Iterable<SchemaError>): string {
  let best: SchemaError | undefined;
  for (const error of errors) {
    if (error.keyword === 'additionalProperties') continue;
    if (best === undefined || depth(error) > depth(best)) best = error;
  }
  if (best === undefined) return ': not valid';
  const path = best.instancePath.replaceAll('/', '.');
  const message = best.keyword === 'boolean' ? 'is not a known property' : best.message;
  return `${path}: ${message}`;
}

function depth(error: SchemaError): number {
  return error.instancePath.split('/').length;
}
