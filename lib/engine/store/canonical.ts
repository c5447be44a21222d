import { AccessError } from '../../model/errors.ts';

/** Text that JSON writes as it is: no quote, no backslash, no control character, no surrogate. */
const PLAIN = /^[\u0020\u0021\u0023-\u005b\u005d-\ud7ff\ue000-\uffff]*$/;

/**
 * JSON with sorted keys and no white space (RFC 8785), so that everyone who holds the value computes the
 * same hash. Properties that are `undefined` are left out. Throws INPUT_INVALID for a value that JSON
 * cannot hold.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalText(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      break;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value);
  }
  throw new AccessError('INPUT_INVALID', `a record cannot hold a ${typeof value} like this one`);
}

/** Most texts need no escapes, and to find that out is faster than to call for them. */
function canonicalText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function canonicalArray(items: readonly unknown[]): string {
  let text = '';
  for (const item of items) text += `${text && ','}${canonicalJson(item)}`;
  return `[${text}]`;
}

function canonicalObject(object: object): string {
  let text = '';
  const properties = object as Readonly<Record<string, unknown>>;
  for (const key of sort(Object.keys(properties))) {
    const value = properties[key];
    if (value !== undefined) text += `${text && ','}${canonicalText(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

/** Sorts by UTF-16 units, in place; for a dozen keys this takes half the time of the built-in sort. */
function sort(keys: string[]): string[] {
  for (let end = 1; end < keys.length; end += 1) {
    const key = keys[end] ?? '';
    let place = end;
    for (; place > 0 && (keys[place - 1] ?? '') > key; place -= 1) {
      keys[place] = keys[place - 1] ?? '';
    }
    keys[place] = key;
  }
  return keys;
}
