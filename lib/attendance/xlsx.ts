import { Worker } from 'node:worker_threads';
import { AccessError } from '../model/errors.ts';
import type { Table } from './timesheet-table.ts';

export interface XlsxSheet {
  name: string;
  table: Table;
}

/** More rows in one file would take a gigabyte of memory and minutes to open; CSV has no such limit. */
export const MOST_XLSX_ROWS = 100_000;

/**
 * An Excel workbook with these sheets. It is made in a thread of its own, as compressing takes longer than a
 * flow may be held up. Rejects with INPUT_INVALID if there are too many rows.
 */
export async function xlsxOf(sheets: readonly XlsxSheet[]): Promise<Buffer> {
  const rows = sheets.reduce((sum, { table }) => sum + table.length, 0);
  if (rows > MOST_XLSX_ROWS) {
    throw new AccessError(
      'INPUT_INVALID',
      `the workbook would have ${rows} rows, more than ${MOST_XLSX_ROWS}; choose CSV or fewer days`,
    );
  }
  const url = import.meta.url;
  const entry = new URL(`./xlsx-worker${url.slice(url.lastIndexOf('.'))}`, url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { workerData: sheets });
    worker.once('message', (bytes: Uint8Array) => {
      resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new AccessError('INTERNAL', 'the workbook could not be made'));
    });
  });
}
