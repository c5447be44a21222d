import { AccessError } from '../model/errors.ts';
import { joinList, splitList } from './csv.ts';

/** How the cells of a column are written. */
export const CELL_FORMS = ['text', 'number', 'flag', 'date', 'list', 'json'] as const;
export type CellForm = (typeof CELL_FORMS)[number];

/** What spreadsheets write for a tick, in English, Chinese and Russian versions. */
const TRUE_WORDS: readonly string[] = ['true', '1', 'истина'];
const FALSE_WORDS: readonly string[] = ['false', '0', 'ложь'];

const TIME = String.raw`(?:[ T](?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?`;

/** Year first, or day first with points. Forms with the day or month first and `/` are ambiguous. */
const DATES = [
  new RegExp(String.raw`^(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})${TIME}$`),
  new RegExp(String.raw`^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})${TIME}$`),
];

/** The value of a cell that is not empty. Throws INPUT_INVALID saying what was expected. */
export function readCell(cell: string, form: CellForm): unknown {
  switch (form) {
    case 'text':
      return cell;
    case 'number':
      return numberOf(cell);
    case 'flag':
      return flagOf(cell);
    case 'date':
      return dateOf(cell);
    case 'list':
      return splitList(cell);
    case 'json':
      return jsonOf(cell);
  }
}

/** The cell for a value; nothing for one that is absent. */
export function writeCell(value: unknown, form: CellForm): string {
  if (value === undefined || value === null) return '';
  if (form === 'list' && Array.isArray(value)) return joinList(value.map(String));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numberOf(cell: string): number {
  if (/^-?\d+(?:\.\d+)?$/.test(cell)) return Number(cell);
  throw new AccessError('INPUT_INVALID', 'must be a number');
}

function flagOf(cell: string): boolean {
  const word = cell.toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  if (FALSE_WORDS.includes(word)) return false;
  throw new AccessError('INPUT_INVALID', 'must be true or false');
}

/** `2026-12-31` or `2026-12-31T18:00:00`, also from the forms into which spreadsheets turn them. */
function dateOf(cell: string): string {
  const match = DATES.map((pattern) => pattern.exec(cell)).find((found) => found !== null);
  if (match?.groups === undefined) {
    throw new AccessError('INPUT_INVALID', 'must be a date such as 2026-12-31 or 2026-12-31 18:00');
  }
  const { year, month = '', day = '', hour, minute, second = '00' } = match.groups;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return hour === undefined ? date : `${date}T${hour.padStart(2, '0')}:${minute}:${second}`;
}

function jsonOf(cell: string): unknown {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    throw new AccessError('INPUT_INVALID', 'is not JSON');
  }
}
