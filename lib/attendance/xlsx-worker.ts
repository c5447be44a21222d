import { parentPort, workerData } from 'node:worker_threads';
import writeXlsxFile from 'write-excel-file/node';
import type { Cell } from './timesheet-table.ts';
import type { XlsxSheet } from './xlsx.ts';

/** Characters that XML cannot hold. */
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

const sheets = workerData as XlsxSheet[];
const workbook = await writeXlsxFile(
  sheets.map(({ name, table }) => ({
    sheet: name,
    stickyRowsCount: 1,
    columns: (table[0] ?? []).map(() => ({ width: 18 })),
    data: table.map((row, index) => row.map((cell) => cellOf(cell, index === 0))),
  })),
).toBuffer();
parentPort?.postMessage(new Uint8Array(workbook));

/** Texts are written as texts, whatever they begin with: no cell is a formula. */
function cellOf(cell: Cell, isHeading: boolean) {
  if (cell === undefined || cell === '') return null;
  if (typeof cell === 'number') return { value: cell, type: Number };
  const text = cell.replaceAll(NOT_XML, ' ');
  return isHeading
    ? { value: text, type: String, fontWeight: 'bold' as const }
    : { value: text, type: String };
}
