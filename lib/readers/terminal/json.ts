import { broken } from '../reading.ts';
import type { Broken } from '../reading.ts';

/** Limits of T-23. */
export const MAX_JSON_BYTES = 65_536;
const MAX_DEPTH = 8;

/**
 * Parses JSON from a device: at most 64 KiB and 8 levels deep, no key `__proto__` (T-23). What it returns has
 * still to be checked against a schema.
 */
export function parseDeviceJson(text: string): { value: unknown } | { broken: Broken } {
  if (Buffer.byteLength(text) > MAX_JSON_BYTES) return broken('tooLong');
  try {
    const value: unknown = JSON.parse(text);
    const fault = faultIn(value, 1);
    return fault === undefined ? { value } : broken('form', { detail: fault });
  } catch {
    return broken('form', { detail: 'not JSON' });
  }
}

function faultIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return `deeper than ${MAX_DEPTH} levels`;
  if (Object.hasOwn(value, '__proto__')) return 'a forbidden key';
  for (const part of Object.values(value)) {
    const fault = faultIn(part, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
