import type { Engine } from '../../lib/engine/engine.ts';
import type { StoredRecord, Stream } from '../../lib/model/record.ts';

/** All stored records of a stream, oldest first. */
export async function allRecords<S extends Stream>(
  engine: Pick<Engine, 'readRecords'>,
  stream: S,
): Promise<StoredRecord<S>[]> {
  const all: StoredRecord<S>[] = [];
  for (;;) {
    const after = all.at(-1)?.seq ?? 0;
    const page = await engine.readRecords({ stream, after, limit: 1000 });
    if (page.length === 0) return all;
    all.push(...page);
  }
}
