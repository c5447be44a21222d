import { isDeepStrictEqual } from 'node:util';
import type { Timesheet } from '../engine/reports/working-time.ts';
import type { Language } from '../model/site.ts';
import { toCsv, type Separator } from '../people/csv.ts';
import type { Zone } from '../policy/zone.ts';
import { WORDS } from './headings.ts';
import { monthOf, type Period } from './period.ts';
import { dayHeadings, dayRows, totalHeadings, totalRow, type Table } from './timesheet-table.ts';
import { xlsxOf } from './xlsx.ts';

export const TIMESHEET_FORMATS = ['json', 'csv', 'xlsx'] as const;
export type TimesheetFormat = (typeof TIMESHEET_FORMATS)[number];

export interface FileOptions {
  language: Language;
  separator: Separator;
  zone: Zone;
}

/** Without it Excel takes a file for one in the language of the machine. */
const BYTE_ORDER_MARK = '\ufeff';

/** A timesheet as the text of a CSV file, page by page. */
export async function timesheetCsv(
  pages: AsyncIterable<Timesheet>,
  { language, separator, zone }: FileOptions,
): Promise<string> {
  const words = WORDS[language];
  let text = BYTE_ORDER_MARK + toCsv(textRows([dayHeadings(words)]), separator);
  for await (const { people } of pages) {
    const rows = people.flatMap((person) => dayRows(person, words, zone));
    text += toCsv(textRows(rows), separator);
  }
  return text;
}

/** A timesheet as an Excel workbook: one sheet with a row a day, one with a row a person. */
export async function timesheetXlsx(
  pages: AsyncIterable<Timesheet>,
  { language, zone }: FileOptions,
): Promise<Buffer> {
  const words = WORDS[language];
  const days: Table = [dayHeadings(words)];
  const totals: Table = [totalHeadings(words)];
  for await (const { people } of pages) {
    for (const person of people) {
      days.push(...dayRows(person, words, zone));
      totals.push(totalRow(person));
    }
  }
  const { headings } = words;
  return xlsxOf([
    { name: headings.totals, table: totals },
    { name: headings.days, table: days },
  ]);
}

function textRows(table: Table): string[][] {
  return table.map((row) => row.map((cell) => (cell === undefined ? '' : String(cell))));
}

/** A name that every file system takes. */
export function fileName(firm: string, { from, to }: Period, format: TimesheetFormat): string {
  const safe = firm.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+/, '');
  const month = from.slice(0, 7);
  const isMonth = isDeepStrictEqual(monthOf(month), { from, to });
  return `timesheet-${safe}-${isMonth ? month : `${from}_${to}`}.${format}`;
}
