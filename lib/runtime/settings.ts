import { AccessError } from '../model/errors.ts';

/** What Node-RED hands to a constructor: whatever the editor saved, of any version. */
export type RawConfig = Readonly<Record<string, unknown>>;

/**
 * Reads the saved settings of a node field by field. Numbers and switches may arrive as text, because
 * Node-RED puts environment variables (`${NAME}`) in as text. Throws CONFIG_INVALID naming the field.
 */
export class Settings {
  readonly #raw: RawConfig;

  constructor(raw: RawConfig) {
    this.#raw = raw;
  }

  text(field: string, fallback?: string): string {
    const value = this.#raw[field];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
    if (fallback !== undefined) return fallback;
    throw invalid(field, 'is missing');
  }

  optionalText(field: string): string | undefined {
    return this.text(field, '') || undefined;
  }

  number(field: string, range: { min: number; max: number; fallback?: number }): number {
    const value = this.#raw[field];
    const empty = value === undefined || value === null || value === '';
    if (empty && range.fallback !== undefined) return range.fallback;
    const number = typeof value === 'number' ? value : Number(empty ? Number.NaN : value);
    if (!Number.isFinite(number)) throw invalid(field, 'is not a number');
    if (number < range.min || number > range.max) {
      throw invalid(field, `must be between ${range.min} and ${range.max}, not ${number}`);
    }
    return number;
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.#raw[field];
    if (value === undefined || value === null || value === '') return fallback;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw invalid(field, 'must be true or false');
  }

  choice<T extends string>(field: string, choices: readonly T[], fallback?: T): T {
    const value = this.text(field, fallback);
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw invalid(field, `must be one of ${choices.join(', ')}, not "${value}"`);
  }

  choices<T extends string>(field: string, choices: readonly T[], fallback: readonly T[]): T[] {
    const value = this.#raw[field];
    if (value === undefined || value === null || value === '') return [...fallback];
    if (!Array.isArray(value)) throw invalid(field, 'must be a list');
    return value.map((entry) => {
      const found = choices.find((choice) => choice === entry);
      if (found === undefined) throw invalid(field, `does not know "${String(entry)}"`);
      return found;
    });
  }

  /** A value that the editor saved as JSON text or as an object; `fallback` if the field is empty. */
  json(field: string, fallback: unknown): unknown {
    const value = this.#raw[field];
    if (value === undefined || value === null || value === '') return fallback;
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch (error) {
      throw invalid(field, `is not JSON: ${error instanceof Error ? error.message : ''}`);
    }
  }
}

function invalid(field: string, what: string): AccessError {
  return new AccessError('CONFIG_INVALID', `${field} ${what}`);
}
