import { isDeepStrictEqual } from 'node:util';
import type { ChangeFailure, Engine } from '../engine/engine.ts';
import { CREDENTIAL_TYPES } from '../model/credential.ts';
import type { Change } from '../model/entity.ts';
import { isPlainObject, type PlainObject } from './plain.ts';
import { idOf, type RowPart } from './row.ts';

/** The part of the engine that people are kept with. */
export type PeopleStore = Pick<Engine, 'change' | 'find'>;

/**
 * What happens to an entity that is stored already. `merge`: the fields and attributes of the import
 * replace those it has and the others stay, so that a list without limits does not lift a limit; what is
 * stored just so is not written again. `replace`: it becomes exactly what the import says.
 */
export const EXISTING = ['merge', 'replace'] as const;
export type Existing = (typeof EXISTING)[number];

export interface Written {
  /** The policy version that holds the parts; absent if there was nothing to write. */
  version?: number;
  /** The parts that were refused. */
  failed: Map<RowPart, ChangeFailure>;
}

/** Brings parts into the store in one call to the engine, each on its own. */
export async function writeParts(
  store: PeopleStore,
  parts: readonly RowPart[],
  options: { author: string; existing: Existing },
): Promise<Written> {
  const isReplacing = options.existing === 'replace';
  const wanted = await Promise.all(
    parts.map(async (part) => ({
      part,
      change: isReplacing ? put(part) : await merging(store, part),
    })),
  );
  const writes = wanted.flatMap(({ part, change }) => (change ? [{ part, change }] : []));
  if (writes.length === 0) return { failed: new Map() };
  const report = await store.change({
    changes: writes.map(({ change }) => change),
    options: { author: options.author, atomic: false },
  });
  const failed = new Map<RowPart, ChangeFailure>();
  for (const failure of report.failed) {
    const write = writes[failure.index];
    if (write !== undefined) failed.set(write.part, failure);
  }
  return { version: report.version, failed };
}

function put({ kind, value }: RowPart): Change {
  return { op: 'put', kind, value };
}

/** The change that adds what a part says to what is stored; nothing if it is all there. */
async function merging(store: PeopleStore, part: RowPart): Promise<Change | undefined> {
  const { kind, value } = part;
  const stored = await storedEntity(store, part);
  if (stored === undefined) return { op: 'create', kind, value };
  const known = (await hasValue(store, part, stored)) ? { ...stored, value: value.value } : stored;
  const news = Object.entries(merged(value, stored)).filter(
    ([name, field]) => !isDeepStrictEqual(field, known[name]),
  );
  if (news.length === 0) return undefined;
  return { op: 'update', kind, value: { id: value.id, ...Object.fromEntries(news) } };
}

async function storedEntity(
  store: PeopleStore,
  { kind, value }: RowPart,
): Promise<PlainObject | undefined> {
  const id = idOf(value);
  if (id === undefined) return undefined;
  const [stored] = await store.find({ kind, id, limit: 1 });
  return stored === undefined ? undefined : { ...stored };
}

/** A stored value is never read back, but the engine knows whose it is. */
async function hasValue(
  store: PeopleStore,
  { kind, value: { type, value, id } }: RowPart,
  stored: PlainObject,
): Promise<boolean> {
  const known = CREDENTIAL_TYPES.find((name) => name === (type ?? stored.type));
  if (kind !== 'credential' || known === undefined || typeof value !== 'string') return false;
  const [holder] = await store.find({ kind, credential: { type: known, value }, limit: 1 });
  return holder?.id === id;
}

function merged(value: PlainObject, { attributes }: PlainObject): PlainObject {
  if (!isPlainObject(value.attributes) || !isPlainObject(attributes)) return value;
  return { ...value, attributes: { ...attributes, ...value.attributes } };
}
