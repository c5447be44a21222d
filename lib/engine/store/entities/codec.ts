import type { EntityKind, StoredEntities } from '../../../model/entity.ts';
import type { PolicyChange } from '../../../policy/policy.ts';
import type { ChangeValue } from '../store.ts';
import type { Json, Rows } from './tables.ts';

/** A change that writes, of one kind. */
export interface Write<K extends EntityKind> {
  op: 'create' | 'update' | 'put';
  kind: K;
  value: ChangeValue<K>;
}

/** Another entity that this one needs. */
export interface Reference {
  kind: EntityKind;
  id: string;
}

/** A reference as one text, for sets. */
export function referenceKey({ kind, id }: Reference): string {
  return `${kind}:${id}`;
}

/** Everything of a row except its id and its search text. */
export type Columns<K extends EntityKind> = Omit<Rows[K], 'id' | 'search'>;

/** How one kind of entity is stored: the way between the model's objects and the columns of a row. */
export interface Codec<K extends EntityKind> {
  /** A row that has nothing yet. */
  readonly blank: { readonly [C in keyof Columns<K>]: Columns<K>[C] | null };
  /** Properties without which it cannot be stored; one of the columns of each must be filled. */
  readonly required: readonly (readonly [property: string, ...columns: (keyof Columns<K>)[]])[];
  /** The columns that the given properties fill; absent properties fill none. */
  columns(value: ChangeValue<K>): Partial<Columns<K>>;
  /** The entity as it is read back; never a secret. */
  entity(row: Rows[K]): StoredEntities[K];
  /** What decisions need of it; absent for a kind of which they need nothing. Tags are apart, see `tagChanges`. */
  policy?(row: Rows[K]): PolicyChange;
  /** What a person would search for. */
  words(row: Columns<K>): readonly (string | null)[];
  references(columns: Partial<Columns<K>>): readonly Reference[];
  /** Columns of the stored row that stay on a `put` that does not give them. */
  kept?(columns: Partial<Columns<K>>, stored: Rows[K]): Partial<Columns<K>>;
  /** What only one entity of the kind may have. */
  unique?: Unique<K>;
  /** Throws what else speaks against a row. */
  check?(row: Rows[K], stored: Rows[K] | undefined): void;
}

/** A claim that only one entity of a kind may have, such as a card number. */
export interface Unique<K extends EntityKind> {
  /** Columns of an index by which other owners are looked for. */
  by: readonly (keyof Columns<K> & string)[];
  /** Equal for equal claims; undefined for a row without a claim. */
  readonly key: (row: Columns<K>) => string | undefined;
  /** Why the claim of another entity is refused. */
  taken(owner: Rows[K]): string;
}

/** The form in which texts are compared in a search: any case, any width, any script. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

export function searchText(words: readonly (string | null)[]): string {
  return foldText(words.filter((word) => word !== null).join('\n'));
}

/** Leaves out what is undefined, so that it does not replace what is stored. */
export function given<T extends object>(columns: {
  [C in keyof T]?: T[C] | undefined;
}): Partial<T> {
  return without(undefined, columns);
}

/** Leaves out what is null: in the model an absent value has no property. */
export function present<T extends object>(values: {
  [P in keyof T]-?: Exclude<T[P], undefined> | null;
}): T {
  return without(null, values) as T;
}

function without(unwanted: null | undefined, values: object): object {
  const source = values as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = {};
  for (const name in source) {
    if (source[name] !== unwanted) result[name] = source[name];
  }
  return result;
}

export function toJson<T extends object>(value: T | undefined): Json<T> | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

export function fromJson<T>(text: Json<T> | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

export function toFlag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

export function fromFlag(flag: number | null): boolean | null {
  return flag === null ? null : flag !== 0;
}

const KIND_NAMES: Readonly<Record<EntityKind, string>> = {
  person: 'person',
  group: 'group',
  consent: 'consent',
  credential: 'credential',
  permission: 'permission',
  schedule: 'schedule',
  holidayGroup: 'holiday group',
  zone: 'zone',
  firm: 'firm',
  employment: 'employment',
  plannedDay: 'planned day',
  timeCorrection: 'time correction',
  pass: 'pass',
  waiver: 'waiver',
  deal: 'deal',
  fitting: 'service record',
};

/** How messages name an entity: `person "p-17"`. */
export function describe(kind: EntityKind, id: string): string {
  return `${KIND_NAMES[kind]} "${id}"`;
}
