import type { ChangeFailure, Engine, FindQuery } from '../../lib/engine/engine.ts';
import { CREDENTIAL_TYPES, canonicalValue, type Credential } from '../../lib/model/credential.ts';
import {
  ENTITY_KINDS,
  ENTITY_SCHEMAS,
  type Change,
  type EntityKind,
  type StoredEntities,
} from '../../lib/model/entity.ts';
import { AccessError, toAccessError } from '../../lib/model/errors.ts';
import { parser, type Parser } from '../../lib/model/parse.ts';

const PARSERS = new Map<EntityKind, Parser<unknown>>(
  ENTITY_KINDS.map((kind) => [kind, parser(ENTITY_SCHEMAS[kind])]),
);

type Row = Record<string, unknown> & { id: string };

/** Keeps people in memory, refuses what the engine refuses, and remembers how it was called. */
export class MemoryPeople implements Pick<Engine, 'change' | 'find'> {
  readonly calls: { changes: Change[]; author: string; atomic: boolean }[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #holders = new Map<string, string>();
  #version = 1;

  /** What is stored, secrets included. */
  get(kind: EntityKind, id: string): Row | undefined {
    return this.#rows.get(`${kind} ${id}`);
  }

  count(kind: EntityKind): number {
    return this.#all(kind).length;
  }

  async change(request: Parameters<Engine['change']>[0]): ReturnType<Engine['change']> {
    const { changes, options } = request;
    this.calls.push({ changes, author: options.author, atomic: options.atomic ?? true });
    const before = options.atomic === false ? undefined : new Map(this.#rows);
    const failed = changes.flatMap((change, index) => this.#try(change, index));
    const undone = failed.length > 0 && before !== undefined;
    if (undone) this.#restore(before);
    this.#version += 1;
    const applied = undone ? 0 : changes.length - failed.length;
    return Promise.resolve({ version: this.#version, applied, failed });
  }

  async find<K extends EntityKind>(query: FindQuery<K>): Promise<StoredEntities[K][]> {
    const found = this.#candidates(query)
      .filter((row) => query.after === undefined || row.id > query.after)
      .filter((row) =>
        JSON.stringify(row)
          .toLowerCase()
          .includes((query.text ?? '').toLowerCase()),
      )
      .slice(0, query.limit ?? 100);
    return Promise.resolve(found.map((row) => shown(query.kind, row)) as StoredEntities[K][]);
  }

  #candidates({ kind, id, credential }: FindQuery): Row[] {
    const wanted = credential === undefined ? id : (this.#holders.get(keyOf(credential)) ?? '');
    if (wanted === undefined) return this.#all(kind);
    const row = this.get(kind, wanted);
    return row === undefined ? [] : [row];
  }

  #all(kind: EntityKind): Row[] {
    const rows = [...this.#rows].filter(([key]) => key.startsWith(`${kind} `));
    return rows.map(([, row]) => row).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #restore(rows: ReadonlyMap<string, Row>): void {
    this.#rows.clear();
    for (const [key, row] of rows) this.#rows.set(key, row);
  }

  #try(change: Change, index: number): ChangeFailure[] {
    try {
      this.#apply(change);
      return [];
    } catch (reason) {
      const { code, message } = toAccessError(reason);
      return [{ index, code, message }];
    }
  }

  #apply(change: Change): void {
    const { kind } = change;
    const id = change.op === 'delete' ? change.id : String(change.value.id);
    const stored = this.get(kind, id);
    if (change.op === 'create' && stored) throw new AccessError('CONFLICT', 'exists already');
    if ((change.op === 'update' || change.op === 'delete') && !stored) {
      throw new AccessError('NOT_FOUND', 'does not exist');
    }
    if (change.op === 'delete') {
      this.#rows.delete(`${kind} ${id}`);
      return;
    }
    const next = change.op === 'update' ? { ...stored, ...change.value } : change.value;
    const row = PARSERS.get(kind)?.parse(next, kind);
    this.#requireReferences(row as Row);
    if (kind === 'credential') this.#hold(row as Credential);
    this.#rows.set(`${kind} ${id}`, row as Row);
  }

  #requireReferences(row: Row): void {
    for (const group of (row.groups ?? []) as string[]) {
      if (!this.get('group', group)) throw new AccessError('NOT_FOUND', `no group "${group}"`);
    }
    if (typeof row.person === 'string' && !this.get('person', row.person)) {
      throw new AccessError('NOT_FOUND', `no person "${row.person}"`);
    }
  }

  #hold(credential: Credential): void {
    const key = keyOf(credential);
    const holder = this.#holders.get(key);
    if (holder !== undefined && holder !== credential.id && this.get('credential', holder)) {
      throw new AccessError('CONFLICT', 'another credential has this value');
    }
    this.#holders.set(key, credential.id);
  }
}

function keyOf({ type, value }: { type: string; value: string }): string {
  const known = CREDENTIAL_TYPES.find((name) => name === type);
  return `${type} ${known === undefined ? value : canonicalValue(known, value)}`;
}

function shown(kind: EntityKind, row: Row): Row {
  if (kind !== 'credential') return row;
  const { value, template, tokenKey, ...rest } = row;
  return {
    ...rest,
    hint: `••${String(value).slice(-2)}`,
    ...(template !== undefined && { hasTemplate: true }),
    ...(tokenKey !== undefined && { hasTokenKey: true }),
  };
}
