import { setImmediate } from 'node:timers/promises';
import { ENTITY_KINDS, type EntityKind, type StoredEntities } from '../model/entity.ts';
import { optional } from '../model/optional.ts';
import { writeCell } from './cells.ts';
import { toCsv, type Separator } from './csv.ts';
import { inImportOrder } from './import-order.ts';
import { ATTRIBUTE, LAYOUTS, attributeColumn, type Column } from './layout.ts';
import type { PeopleStore } from './writer.ts';

export const EXPORT_FORMATS = ['json', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  /** Absent: all kinds. */
  kind: EntityKind | undefined;
  format: ExportFormat;
  separator: Separator;
}

type Stored = StoredEntities[EntityKind];

/** Entities in one call to the engine. */
const PAGE = 1000;
/** Rows that are written before other work of the process goes on. */
const STRIDE = 250;

/** Without it Excel takes a file for one in the language of the machine. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Everything of one kind, as a list of entities or as the text of a CSV file; of all kinds, an object with
 * one of these for each kind. Secrets are never in it: a credential shows a masked hint of its value.
 */
export async function exportEntities(
  store: Pick<PeopleStore, 'find'>,
  { kind, format, separator }: ExportOptions,
): Promise<unknown> {
  const one = async (wanted: EntityKind): Promise<unknown> => {
    const entities = inImportOrder(wanted, await readAll(store, wanted));
    return format === 'json' ? entities : csvText(wanted, entities, separator);
  };
  if (kind !== undefined) return one(kind);
  const all: Partial<Record<EntityKind, unknown>> = {};
  for (const each of ENTITY_KINDS) all[each] = await one(each);
  return all;
}

async function readAll(store: Pick<PeopleStore, 'find'>, kind: EntityKind): Promise<Stored[]> {
  const entities: Stored[] = [];
  for (;;) {
    const after = entities.at(-1)?.id;
    const page = await store.find({ kind, limit: PAGE, ...optional('after', after) });
    entities.push(...page);
    if (page.length < PAGE) return entities;
  }
}

async function csvText(
  kind: EntityKind,
  entities: readonly Stored[],
  separator: Separator,
): Promise<string> {
  const columns = columnsOf(kind, entities);
  let text = BYTE_ORDER_MARK + toCsv([columns.map((column) => column.name)], separator);
  for (let start = 0; start < entities.length; start += STRIDE) {
    const some = entities.slice(start, start + STRIDE);
    const rows = some.map((entity) => columns.map((column) => cellOf(entity, column)));
    text += toCsv(rows, separator);
    await setImmediate();
  }
  return text;
}

function columnsOf(kind: EntityKind, entities: readonly Stored[]): Column[] {
  const fixed = LAYOUTS[kind].filter((column) => column.only !== 'import');
  const names = new Set<string>();
  for (const entity of entities) {
    if ('attributes' in entity) for (const name of Object.keys(entity.attributes)) names.add(name);
  }
  return [...fixed, ...[...names].sort().map((name) => attributeColumn(ATTRIBUTE + name))];
}

function cellOf(entity: Stored, { form, path: [first, second] }: Column): string {
  const value = fieldOf(entity, first);
  return writeCell(second === undefined ? value : fieldOf(value, second), form);
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
