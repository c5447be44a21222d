import type { EditedNode } from './red.ts';

type Check = (this: EditedNode<object>, value: unknown) => boolean | string;

/** `${NAME}`: an environment variable, known only at run time. */
const ENVIRONMENT = /^\$\{[^}]+\}$/;

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === '_ADD_';

const isEnvironment = (value: unknown): boolean =>
  typeof value === 'string' && ENVIRONMENT.test(value);

/** Something has to be chosen or typed in. */
export const required: Check = function (value) {
  return !isEmpty(value) || this._('common.error.required');
};

/** A number in a range, an environment variable, or nothing if that is allowed. */
export function numberIn(min: number, max: number, options: { optional?: boolean } = {}): Check {
  return function (value) {
    if (isEmpty(value)) return options.optional === true || this._('common.error.required');
    if (isEnvironment(value)) return true;
    const number = Number(value);
    const fits = Number.isFinite(number) && number >= min && number <= max;
    return fits || this._('common.error.range', { min, max });
  };
}

/** Text of a form, an environment variable, or nothing if that is allowed. */
export function textLike(pattern: RegExp, options: { optional?: boolean } = {}): Check {
  return function (value) {
    if (isEmpty(value)) return options.optional === true || this._('common.error.required');
    return isEnvironment(value) || pattern.test(String(value)) || this._('common.error.pattern');
  };
}

/** Text that is JSON, or empty. */
export const json: Check = function (value) {
  if (isEmpty(value) || isEnvironment(value)) return true;
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return this._('common.error.json');
  }
};
