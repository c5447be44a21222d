import Papa from 'papaparse';

/** What stands between the cells. Excel takes `;` where the comma is the decimal sign. */
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type SeparatorName = keyof typeof SEPARATORS;
export type Separator = (typeof SEPARATORS)[SeparatorName];

export interface CsvRecord {
  /** The line on which the record begins, from 1. */
  line: number;
  cells: string[];
  /** A quote is opened and not closed, or text follows a closing quote. */
  broken: boolean;
}

interface Parsed {
  data: string[][];
  errors: { row: number }[];
  meta: { cursor: number };
}

/** Characters that are parsed at a time, so that no step holds up the event loop for long. */
const WINDOW = 16_384;

/** A cell that a spreadsheet would take for a formula, with any apostrophes that mark it as text. */
const FORMULA = /^'*[=+\-@\t\r\n\0＝＋－＠]/;
const MARKED_FORMULA = /^'+[=+\-@\t\r\n\0＝＋－＠]/;

/** The separator of a file: the one that its first line has most of. */
export function separatorOf(text: string): Separator {
  const [header = ''] = text.split('\n', 1);
  const count = (separator: Separator): number => header.split(separator).length;
  return Object.values(SEPARATORS).reduce((best, next) =>
    count(next) > count(best) ? next : best,
  );
}

/**
 * The records of a text in the form of RFC 4180, one after the other, blank ones left out. Lines end with
 * `\n`. Lazy: a record is parsed when it is asked for, together with the others of its window.
 */
export function* records(
  text: string,
  separator: Separator,
  window = WINDOW,
): Generator<CsvRecord, void> {
  const parser = new Papa.Parser({ delimiter: separator, newline: '\n' });
  let at = 0;
  let line = 1;
  let size = window;
  while (at < text.length) {
    const isLast = at + size >= text.length;
    const parsed = parser.parse(text.slice(at, at + size), 0, !isLast) as Parsed;
    const broken = new Set(parsed.errors.map((error) => error.row));
    for (const [row, cells] of parsed.data.entries()) {
      if (!isBlank(cells)) yield { line, cells, broken: broken.has(row) };
      line += linesOf(cells);
    }
    if (isLast) return;
    at += parsed.meta.cursor;
    size = parsed.meta.cursor === 0 ? size * 2 : window;
  }
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

function linesOf(cells: readonly string[]): number {
  return cells.reduce((lines, cell) => lines + cell.split('\n').length - 1, 1);
}

/** One line per row, safe to open in a spreadsheet: a cell that looks like a formula gets an apostrophe. */
export function toCsv(rows: readonly (readonly string[])[], separator: Separator): string {
  const config = { delimiter: separator, newline: '\r\n', escapeFormulae: FORMULA };
  return rows.length === 0 ? '' : `${Papa.unparse([...rows], config)}\r\n`;
}

/** The text of a cell: without outer blanks, and without the apostrophe that `toCsv` puts in. */
export function cellText(cell: string): string {
  return (MARKED_FORMULA.test(cell) ? cell.slice(1) : cell).trim();
}

/** Several values in one cell, with `;` between them and quotes where a value has a `;` itself. */
export function splitList(cell: string): string[] {
  const { data } = Papa.parse<string[]>(cell, { delimiter: ';', newline: '\n' });
  return data.flat().flatMap((item) => item.trim() || []);
}

export function joinList(items: readonly string[]): string {
  return Papa.unparse([[...items]], { delimiter: ';', newline: '\n' });
}
