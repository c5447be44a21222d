import type { EntityKind } from '../model/entity.ts';

/** Kinds whose entities refer to others of their own kind, and by which field. */
const OWN_REFERENCES: Readonly<Partial<Record<EntityKind, string>>> = {
  zone: 'parent',
  pass: 'replaces',
};

/** The same entities, each behind the one of its kind that it refers to, so that they can be imported as they stand. */
export function inImportOrder<E extends { id: string }>(
  kind: EntityKind,
  entities: readonly E[],
): readonly E[] {
  const field = OWN_REFERENCES[kind];
  if (field === undefined) return entities;
  const waiting = new Map(entities.map((entity) => [entity.id, entity]));
  const ordered: E[] = [];
  for (const entity of entities) {
    const chain: E[] = [];
    for (let next: E | undefined = entity; next !== undefined;) {
      if (!waiting.delete(next.id)) break;
      chain.push(next);
      const reference: unknown = (next as Readonly<Record<string, unknown>>)[field];
      next = typeof reference === 'string' ? waiting.get(reference) : undefined;
    }
    ordered.push(...chain.reverse());
  }
  return ordered;
}
