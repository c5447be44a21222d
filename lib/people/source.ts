import { setImmediate } from 'node:timers/promises';
import type { EntityKind } from '../model/entity.ts';
import { AccessError } from '../model/errors.ts';
import { csvRows } from './csv-rows.ts';
import { records, separatorOf } from './csv.ts';
import { jsonRows } from './json-rows.ts';
import { requireRows, type ImportRow } from './row.ts';
import { textOf, type Encoding } from './text.ts';

export interface SourceOptions {
  /** What the rows of a CSV file are, and the entries of a JSON list that do not say it themselves. */
  kind: EntityKind | undefined;
  encoding: Encoding;
}

/** Records that are looked at before other work of the process goes on. */
const STRIDE = 250;

/**
 * The rows of an import: of a JSON value, of JSON text, or of a CSV file; text and bytes that do not begin
 * with a bracket are CSV. Throws INPUT_INVALID if the import as a whole is unusable, at the latest when its
 * first row is taken, so before anything of it has been written.
 */
export async function importSource(
  content: unknown,
  { kind, encoding }: SourceOptions,
): Promise<Iterable<ImportRow>> {
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
    return jsonRows(content, kind);
  }
  const text = textOf(content, encoding);
  if (isJson(text)) return jsonRows(parsed(text), kind);
  if (kind === undefined) {
    throw new AccessError('INPUT_INVALID', 'a CSV file holds one kind of entity; choose the kind');
  }
  await requireSound(text);
  return csvRows(text, kind);
}

/** Whether a text is JSON and not CSV. */
export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** The value of a JSON text. Throws INPUT_INVALID without repeating any of it. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The parser's own message repeats a piece of the text, which may be a secret.
    const [where = ''] = / at position \d+/.exec(String(error)) ?? [];
    throw new AccessError('INPUT_INVALID', `the import is not JSON${where}`);
  }
}

/** Throws INPUT_INVALID for a file with open quotes, which may have swallowed rows, or with too many rows. */
export async function requireSound(text: string): Promise<void> {
  let count = 0;
  for (const { line, broken } of records(text, separatorOf(text))) {
    if (broken) {
      throw new AccessError('INPUT_INVALID', `line ${line}: the quotes of a cell are not closed`);
    }
    count += 1;
    requireRows(count - 1);
    if (count % STRIDE === 0) await setImmediate();
  }
  if (count === 0) throw new AccessError('INPUT_INVALID', 'the file is empty');
}
