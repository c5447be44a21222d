import { createHash } from 'node:crypto';
import type { EntityKind } from '../model/entity.ts';
import { cellText, records, separatorOf, type CsvRecord } from './csv.ts';
import { cellReaders, unnamed, type CellReader, type Draft } from './heading.ts';
import { idOf, type ImportRow, type RowPart } from './row.ts';

/** The longest id that there may be. */
const ID_LENGTH = 36;

/**
 * The rows of a CSV file of one kind, below the record that names the columns. Throws INPUT_INVALID for a
 * column that is not known.
 */
export function* csvRows(text: string, kind: EntityKind): Generator<ImportRow, void> {
  let readers: CellReader[] | undefined;
  for (const record of records(text, separatorOf(text))) {
    if (readers === undefined) readers = cellReaders(record, kind);
    else yield rowOf(record, readers, kind);
  }
}

function rowOf(record: CsvRecord, readers: readonly CellReader[], kind: EntityKind): ImportRow {
  const draft: Draft = { value: {}, credentials: [], problems: [] };
  for (const [index, cell] of record.cells.entries()) {
    const text = cellText(cell);
    const read = readers[index] ?? unnamed(index + 1);
    if (text !== '') read(text, draft);
  }
  const parts = [{ kind, value: draft.value }, ...credentialParts(draft)];
  return { line: record.line, parts, problems: draft.problems };
}

function credentialParts({ value: person, credentials }: Draft): RowPart[] {
  const holder = idOf(person);
  if (holder === undefined) return [];
  return credentials.map(({ type, value }) => ({
    kind: 'credential',
    value: { id: credentialId(holder, type), person: holder, type, value },
    column: type,
  }));
}

/** The same at every import; readable where that is short enough. */
function credentialId(person: string, type: string): string {
  const readable = `${person}.${type}`;
  if (readable.length <= ID_LENGTH) return readable;
  const digest = createHash('sha256').update(person).digest('base64url');
  return `${type}~${digest}`.slice(0, ID_LENGTH);
}
