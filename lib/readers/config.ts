import type { Static, TSchema } from 'typebox';
import { AccessError, toAccessError } from '../model/errors.ts';
import { parser } from '../model/parse.ts';

/** A check of settings against a schema that throws `CONFIG_INVALID` naming `where` and the path. */
export function checkedConfig<S extends TSchema>(
  schema: S,
  where: string,
): (value: unknown) => Static<S> {
  const checked = parser(schema);
  return (value) => {
    try {
      return checked.parse(value, where);
    } catch (error) {
      throw new AccessError('CONFIG_INVALID', toAccessError(error).message, { cause: error });
    }
  };
}
