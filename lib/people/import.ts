import { setImmediate } from 'node:timers/promises';
import { AccessError, toAccessError } from '../model/errors.ts';
import { optional } from '../model/optional.ts';
import { formProblem } from './form.ts';
import { idOf, type ImportRow, type Problem, type Rejection, type RowPart } from './row.ts';
import { writeParts, type Existing, type PeopleStore } from './writer.ts';

/** Entities in one call to the engine: few enough that decisions between two calls do not wait. */
export const CHUNK = 250;

export interface ImportOptions {
  author: string;
  existing: Existing;
  /** Looks at the form of every row and writes nothing. */
  dryRun: boolean;
  /** Ends the import between two calls to the engine. */
  signal: AbortSignal;
  /** Called after each chunk. */
  onProgress: () => void;
}

/** `rows` is always `accepted` plus `rejected`; a rejected row has at least one entry in `rejections`. */
export interface ImportReport {
  rows: number;
  accepted: number;
  rejected: number;
  dryRun: boolean;
  /** The policy version after the last change, absent if nothing was written. */
  version?: number;
  rejections: Rejection[];
}

/**
 * Brings rows into the store, a chunk at a time and each row on its own: every row is either
 * accepted or in the report. If the engine fails, the error says at which line the import stopped; it may
 * then be repeated from the start, since a row that was written before is only written again.
 */
export async function importRows(
  store: PeopleStore,
  rows: Iterable<ImportRow>,
  options: ImportOptions,
): Promise<ImportReport> {
  const run = new Import(store, options);
  for (const row of rows) {
    run.take(row);
    if (run.isChunkFull) await run.write();
  }
  await run.write();
  return run.report;
}

class Import {
  readonly report: ImportReport;
  readonly #store: PeopleStore;
  readonly #options: ImportOptions;
  readonly #firstLines = new Map<string, number>();
  #chunk: ImportRow[] = [];
  #parts = 0;

  constructor(store: PeopleStore, options: ImportOptions) {
    this.#store = store;
    this.#options = options;
    this.report = {
      rows: 0,
      accepted: 0,
      rejected: 0,
      dryRun: options.dryRun,
      rejections: [],
    };
  }

  get isChunkFull(): boolean {
    return this.#parts >= CHUNK;
  }

  /** Looks at the row itself; what is wrong with it keeps it out of the store. */
  take(row: ImportRow): void {
    this.report.rows += 1;
    this.#parts += Math.max(1, row.parts.length);
    const problems = [...row.problems, ...row.parts.flatMap((part) => this.#formProblems(part))];
    const repeated = problems.length === 0 ? this.#repeated(row) : undefined;
    if (repeated !== undefined) problems.push(repeated);
    if (problems.length === 0) this.#chunk.push(row);
    else this.#reject(row, problems);
  }

  /** Writes what was taken, and lets other work of the process go on. */
  async write(): Promise<void> {
    const rows = this.#chunk;
    this.#chunk = [];
    this.#parts = 0;
    await setImmediate();
    if (this.#options.dryRun) this.report.accepted += rows.length;
    else await this.#writeRows(rows);
    this.#options.onProgress();
  }

  async #writeRows(rows: readonly ImportRow[]): Promise<void> {
    try {
      this.#options.signal.throwIfAborted();
      const standing = await this.#writeStage(rows, (row) => row.parts.slice(0, 1));
      const complete = await this.#writeStage(standing, (row) => row.parts.slice(1));
      this.report.accepted += complete.length;
    } catch (reason) {
      throw this.#stopped(rows, toAccessError(reason));
    }
  }

  /** Writes some parts of the rows, reports the rows that failed and returns the others. */
  async #writeStage(
    rows: readonly ImportRow[],
    partsOf: (row: ImportRow) => RowPart[],
  ): Promise<ImportRow[]> {
    const written = await writeParts(this.#store, rows.flatMap(partsOf), this.#options);
    if (written.version !== undefined) this.report.version = written.version;
    return rows.filter((row) => {
      const problems = partsOf(row).flatMap((part): Problem[] => {
        const failure = written.failed.get(part);
        return failure === undefined ? [] : [at(part, failure.code, failure.message)];
      });
      if (problems.length > 0) this.#reject(row, problems);
      return problems.length === 0;
    });
  }

  #formProblems(part: RowPart): Problem[] {
    const problem = formProblem(part.kind, part.value, this.#options.existing === 'merge');
    if (problem === undefined) return [];
    return [part.column === undefined ? problem : { ...problem, column: part.column }];
  }

  /** A second row of the same entity would quietly undo the first. */
  #repeated(row: ImportRow): Problem | undefined {
    for (const part of row.parts) {
      const key = JSON.stringify([part.kind, part.value.id]);
      const first = this.#firstLines.get(key);
      if (first !== undefined) return at(part, 'CONFLICT', `stands in line ${first} already`, 'id');
      this.#firstLines.set(key, row.line);
    }
    return undefined;
  }

  #reject({ line, parts: [main] }: ImportRow, problems: readonly Problem[]): void {
    this.report.rejected += 1;
    const id = main === undefined ? undefined : idOf(main.value);
    const where = { line, ...optional('kind', main?.kind), ...optional('id', id) };
    this.report.rejections.push(...problems.map((problem) => ({ ...where, ...problem })));
  }

  #stopped(rows: readonly ImportRow[], { code, message }: AccessError): AccessError {
    const line = rows[0]?.line ?? 0;
    const { accepted, rejected } = this.report;
    return new AccessError(
      code,
      `the import stopped at line ${line}, after ${accepted} accepted and ${rejected} rejected rows: ${message}`,
    );
  }
}

function at(part: RowPart, code: Problem['code'], reason: string, fallback?: string): Problem {
  return { ...optional('column', part.column ?? fallback), code, reason };
}
