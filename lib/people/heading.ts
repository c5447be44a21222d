import type { EntityKind } from '../model/entity.ts';
import { AccessError, toAccessError } from '../model/errors.ts';
import { readCell } from './cells.ts';
import type { CsvRecord } from './csv.ts';
import {
  ATTRIBUTE,
  CREDENTIAL_COLUMNS,
  LAYOUTS,
  WITH_ATTRIBUTES,
  attributeColumn,
  type Column,
  type CredentialColumn,
} from './layout.ts';
import type { PlainObject } from './plain.ts';
import type { Problem } from './row.ts';

/** What the cells of a row have said so far. */
export interface Draft {
  value: PlainObject;
  credentials: { type: CredentialColumn; value: string }[];
  problems: Problem[];
}

/** Takes a cell that is not empty into the draft of its row. */
export type CellReader = (text: string, draft: Draft) => void;

/** How much of an unknown name is repeated in a message. */
const SHOWN = 64;

/**
 * One reader for each column of the first record, which names them in any order and any case. Throws
 * INPUT_INVALID, with the line, for a column that is not known or stands there twice: a limit in a column
 * with a misspelt name must not get lost.
 */
export function cellReaders(header: CsvRecord, kind: EntityKind): CellReader[] {
  const seen = new Set<string>();
  return header.cells.map((cell, index) => {
    const name = cell.trim();
    if (name === '') return unnamed(index + 1);
    const reader = readerOf(name, kind);
    if (reader === undefined)
      throw refused(header, name, `is not known; there are ${namesOf(kind)}`);
    const key = canonicalName(name);
    if (seen.has(key)) throw refused(header, name, 'stands there twice');
    seen.add(key);
    return reader;
  });
}

/** Cells without text may stand below and beside the named columns, others may not. */
export function unnamed(place: number): CellReader {
  return (_text, { problems }) => {
    problems.push({ column: String(place), code: 'INPUT_INVALID', reason: 'has no column name' });
  };
}

/** Columns are named in any case, attributes are not. */
function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.startsWith(ATTRIBUTE) ? ATTRIBUTE + name.slice(ATTRIBUTE.length) : lower;
}

function refused(header: CsvRecord, name: string, what: string): AccessError {
  const shown = JSON.stringify(name.slice(0, SHOWN));
  return new AccessError('INPUT_INVALID', `line ${header.line}: column ${shown} ${what}`);
}

function readerOf(name: string, kind: EntityKind): CellReader | undefined {
  const canonical = canonicalName(name);
  const column = LAYOUTS[kind].find((known) => known.name.toLowerCase() === canonical);
  if (column !== undefined) return column.only === 'export' ? skipped : field(column);
  if (WITH_ATTRIBUTES.includes(kind) && canonical.startsWith(ATTRIBUTE)) {
    return field(attributeColumn(canonical));
  }
  const type = CREDENTIAL_COLUMNS.find((known) => known === canonical);
  return kind === 'person' && type !== undefined ? credential(type) : undefined;
}

function namesOf(kind: EntityKind): string {
  const names = LAYOUTS[kind].map((column) => column.name);
  if (kind === 'person') names.push(...CREDENTIAL_COLUMNS);
  if (WITH_ATTRIBUTES.includes(kind)) names.push(`${ATTRIBUTE}…`);
  return names.join(', ');
}

const skipped: CellReader = () => undefined;

function credential(type: CredentialColumn): CellReader {
  return (value, { credentials }) => {
    credentials.push({ type, value });
  };
}

function field({ name, form, path: [first, second] }: Column): CellReader {
  return (text, { value, problems }) => {
    try {
      const read = readCell(text, form);
      value[first] =
        second === undefined ? read : { ...(value[first] as object | undefined), [second]: read };
    } catch (error) {
      problems.push({ column: name, code: 'INPUT_INVALID', reason: toAccessError(error).message });
    }
  };
}
