import { AccessError } from '../../model/errors.ts';

/**
 * JSON with sorted keys and no white space (RFC 8785), so that everyone who holds the value computes the
 * same hash. Properties that are `undefined` are left out. Throws INPUT_INVALID for a value that JSON
 * cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
  }
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Number.isFinite(value)
  ) {
    return JSON.stringify(value);
  }
  throw new AccessError('INPUT_INVALID', `a record cannot hold a ${typeof value} like this one`);
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '';
  for (const item of items) text += `${text && ','}${canonicalJson(item)}`;
  return `[${text}]`;
}

function canonicalObject(object: object): string {
  let text = '';
  const properties = object as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(properties).sort()) {
    const value = properties[key];
    if (value !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}
