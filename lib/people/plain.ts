import { AccessError } from '../model/errors.ts';

/** An object with named fields, as JSON has it. */
export type PlainObject = Record<string, unknown>;

const MAX_DEPTH = 8;
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Objects of function nodes come from another realm, so prototypes are not compared. */
export function isPlainObject(value: unknown): value is PlainObject {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/**
 * The value as an object of plain JSON data. Throws INPUT_INVALID, naming the place below `where`, for
 * anything else: functions, buffers, cycles, more than 8 levels, names such as `__proto__`.
 */
export function plainObject(value: unknown, where: string): PlainObject {
  if (!isPlainObject(value)) throw new AccessError('INPUT_INVALID', `${where} is not an object`);
  requirePlain(value, where, MAX_DEPTH);
  return value;
}

function requirePlain(value: unknown, where: string, depth: number): void {
  if (typeof value === 'object' && value !== null) {
    if (depth === 0) throw new AccessError('INPUT_INVALID', `${where} is nested too deeply`);
    requirePlainFields(value, where, depth);
  } else if (!isScalar(value)) {
    throw new AccessError('INPUT_INVALID', `${where} is not plain data`);
  }
}

function requirePlainFields(value: object, where: string, depth: number): void {
  if (!Array.isArray(value) && !isPlainObject(value)) {
    throw new AccessError('INPUT_INVALID', `${where} is not plain data`);
  }
  for (const [key, field] of Object.entries(value)) {
    if (FORBIDDEN.includes(key)) {
      throw new AccessError('INPUT_INVALID', `${where} has a field with the forbidden name ${key}`);
    }
    requirePlain(field, `${where}.${key}`, depth - 1);
  }
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value === null || value === undefined || ['string', 'boolean'].includes(typeof value);
}
