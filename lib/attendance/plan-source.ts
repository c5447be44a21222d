import { readCell, type CellForm } from '../people/cells.ts';
import { cellText, records, separatorOf, splitList, type CsvRecord } from '../people/csv.ts';
import { isPlainObject, plainObject, type PlainObject } from '../people/plain.ts';
import { requireRows, type Problem } from '../people/row.ts';
import { isJson, parsed, requireSound } from '../people/source.ts';
import { textOf, type Encoding } from '../people/text.ts';
import { AccessError, toAccessError } from '../model/errors.ts';

/** A line as it was found, before its form is looked at. */
export interface FoundLine {
  /** The line of a CSV file, or the place in a JSON list, both from 1. */
  line: number;
  value: PlainObject;
  problems: Problem[];
}

type Reader = (cell: string) => unknown;

const COLUMNS: Readonly<Record<string, Reader>> = {
  person: (cell) => cell,
  date: dated,
  from: dated,
  to: dated,
  start: dated,
  arrival: timed,
  departure: timed,
  stay: (cell) => readCell(cell, 'number'),
  weekdays: weekdaysOf,
  rotation: (cell) => splitList(cell).map(shiftOf),
};

/**
 * The lines of a plan: of a JSON list, of an object with a list named `lines`, of JSON text, or of a CSV file.
 * Throws INPUT_INVALID if the file as a whole is unusable.
 */
export async function planSource(content: unknown, encoding: Encoding): Promise<FoundLine[]> {
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) return jsonLines(content);
  const text = textOf(content, encoding);
  if (isJson(text)) return jsonLines(parsed(text));
  await requireSound(text);
  return csvLines(text);
}

function jsonLines(data: unknown): FoundLine[] {
  const list: unknown = isPlainObject(data) ? data.lines : data;
  if (!Array.isArray(list)) {
    throw new AccessError('INPUT_INVALID', 'the plan is neither a list nor an object with lines');
  }
  requireRows(list.length);
  return list.map((entry: unknown, index) => {
    try {
      return { line: index + 1, value: plainObject(entry, 'the entry'), problems: [] };
    } catch (error) {
      return { line: index + 1, value: {}, problems: [problemOf(error)] };
    }
  });
}

function csvLines(text: string): FoundLine[] {
  const [header, ...rows] = records(text, separatorOf(text));
  if (header === undefined) return [];
  const names = header.cells.map((cell) => cell.trim().toLowerCase());
  for (const name of names) requireKnown(name, names, header.line);
  return rows.map((row) => csvLine(row, names));
}

/** A limit in a column with a misspelt name must not get lost. */
function requireKnown(name: string, names: readonly string[], line: number): void {
  const isTwice = names.indexOf(name) !== names.lastIndexOf(name);
  if (name === '' || (Object.hasOwn(COLUMNS, name) && !isTwice)) return;
  const shown = JSON.stringify(name.slice(0, 64));
  const what = isTwice
    ? 'stands there twice'
    : `is not known; there are ${Object.keys(COLUMNS).join(', ')}`;
  throw new AccessError('INPUT_INVALID', `line ${line}: column ${shown} ${what}`);
}

function csvLine({ line, cells }: CsvRecord, names: readonly string[]): FoundLine {
  const found: FoundLine = { line, value: {}, problems: [] };
  for (const [index, cell] of cells.entries()) {
    const text = cellText(cell);
    if (text === '') continue;
    const name = names[index] ?? '';
    const column = name === '' ? String(index + 1) : name;
    try {
      const read = COLUMNS[name];
      if (read === undefined) throw new AccessError('INPUT_INVALID', 'has no column name');
      found.value[name] = read(text);
    } catch (error) {
      found.problems.push({ column, ...problemOf(error) });
    }
  }
  return found;
}

function problemOf(error: unknown): Problem {
  const { code, message } = toAccessError(error);
  return { code, reason: message };
}

function dated(cell: string): unknown {
  const form: CellForm = 'date';
  return readCell(cell, form);
}

/** Spreadsheets write `8:00` and `08:00:00` for 08:00. */
function timed(cell: string): string {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})(?::00)?$/.exec(cell) ?? [];
  if (hour === '') throw new AccessError('INPUT_INVALID', 'must be a time such as 08:00');
  return `${hour.padStart(2, '0')}:${minute}`;
}

/** `1-5`, `6;7` or `1-3;5`. */
function weekdaysOf(cell: string): number[] {
  return splitList(cell).flatMap((part) => {
    const [, first, last = first] = /^([1-7])(?:-([1-7]))?$/.exec(part) ?? [];
    if (first === undefined || Number(first) > Number(last)) {
      throw new AccessError('INPUT_INVALID', 'must be days from 1 to 7 such as 1-5 or 6;7');
    }
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  });
}

function shiftOf(entry: string): string {
  const [arrival, departure, ...rest] = entry.split('-');
  if (arrival === undefined || departure === undefined || rest.length > 0 || entry === '-') {
    return entry;
  }
  return `${timed(arrival.trim())}-${timed(departure.trim())}`;
}
