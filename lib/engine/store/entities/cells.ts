import type { Entities, EntityKind, StoredEntities } from '../../../model/entity.ts';
import { fromFlag, fromJson, present, toJson, type Codec, type Columns } from './codec.ts';
import type { Json } from './tables.ts';

type Value = string | number | null;
type Columnar = Readonly<Record<string, Value>>;

/** The way between one property of an entity and the columns in which it stands. */
export interface Cell<V, C extends string> {
  readonly columns: readonly C[];
  readonly write: (value: V) => Columnar;
  /** Null for an absent value. */
  readonly read: (row: Columnar) => V | null;
}

type Properties<K extends EntityKind> = Omit<Entities[K], 'id'>;

/** The cells of all properties of a kind. */
export type Cells<K extends EntityKind> = {
  readonly [P in keyof Properties<K>]-?: Cell<
    NonNullable<Properties<K>[P]>,
    keyof Columns<K> & string
  >;
};

/** A text or a number as it is. */
export function plain<C extends string, V extends string | number>(column: C): Cell<V, C> {
  return cell(column, {
    write: (value) => value,
    read: (value) => value as V | null,
  });
}

export function flag<C extends string>(column: C): Cell<boolean, C> {
  return cell(column, {
    write: Number,
    read: (value) => fromFlag(value as number | null),
  });
}

export function json<C extends string, V extends object>(column: C): Cell<V, C> {
  return cell(column, {
    write: (value) => toJson(value) ?? null,
    read: (value) => fromJson(value as Json<V> | null),
  });
}

function cell<C extends string, V>(
  column: C,
  { write, read }: { write: (value: V) => Value; read: (value: Value) => V | null },
): Cell<V, C> {
  return {
    columns: [column],
    write: (value) => ({ [column]: write(value) }),
    read: (row) => read(row[column] ?? null),
  };
}

type Derived = 'blank' | 'columns' | 'entity';

/** A codec in which each property stands in columns of its own; the rest of it is given. */
export function codecOf<K extends EntityKind>(
  cells: Cells<K>,
  rest: Omit<Codec<K>, Derived>,
): Codec<K> {
  const all = Object.entries(cells) as [string, Cell<unknown, string>][];
  const blank = Object.fromEntries(all.flatMap(([, { columns }]) => columns).map(nothing));
  return {
    ...rest,
    blank: blank as Codec<K>['blank'],
    columns(value) {
      const values = value as Readonly<Record<string, unknown>>;
      const written = all.flatMap(([property, { write }]) =>
        values[property] === undefined ? [] : Object.entries(write(values[property])),
      );
      return Object.fromEntries(written) as Partial<Columns<K>>;
    },
    entity(row) {
      const columnar = row as unknown as Columnar;
      const values: Record<string, unknown> = { id: row.id };
      for (const [property, { read }] of all) values[property] = read(columnar);
      return present(values) as StoredEntities[K];
    },
  };
}

function nothing(column: string): [string, null] {
  return [column, null];
}

/** A reference for each of these columns that is filled. */
export function referencesIn<K extends EntityKind>(
  columns: Partial<Columns<K>>,
  kinds: Partial<Record<keyof Columns<K> & string, EntityKind>>,
): { kind: EntityKind; id: string }[] {
  const cells = columns as Columnar;
  return (Object.entries(kinds) as [string, EntityKind][]).flatMap(([column, kind]) => {
    const id = cells[column];
    return typeof id === 'string' ? [{ kind, id }] : [];
  });
}
