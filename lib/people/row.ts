import type { EntityKind } from '../model/entity.ts';
import { AccessError, type ErrorCode } from '../model/errors.ts';
import type { PlainObject } from './plain.ts';

/** The most rows in one import. */
export const MAX_ROWS = 200_000;

/** What is wrong with one row, or with one cell of it. Never holds the value: it may be a secret. */
export interface Problem {
  /** The column, or in JSON the field. */
  column?: string;
  code: ErrorCode;
  reason: string;
}

/** A problem together with where it is; the rows of the report of an import. */
export interface Rejection extends Problem {
  /** The line of a CSV file, or the place in the list in JSON, both from 1. */
  line: number;
  kind?: EntityKind;
  id?: string;
}

/** One entity that a row asks for. */
export interface RowPart {
  kind: EntityKind;
  value: PlainObject;
  /** The column it comes from, if that is a single one. */
  column?: string;
}

/** One row of an import. Its first part is written first; the others only if that went well. */
export interface ImportRow {
  line: number;
  parts: RowPart[];
  problems: Problem[];
}

/** The id of an entity, if it has one that can be looked up. */
export function idOf(value: PlainObject): string | undefined {
  return typeof value.id === 'string' && value.id !== '' ? value.id : undefined;
}

/** Throws INPUT_INVALID if an import has more rows than there may be. */
export function requireRows(rows: number): void {
  if (rows <= MAX_ROWS) return;
  throw new AccessError('INPUT_INVALID', `the import has more than ${MAX_ROWS} rows`);
}
