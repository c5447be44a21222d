import type { PermissionSubject } from '../model/permission.ts';

/** A row of the permission table and whom it speaks about. */
export interface SubjectRow {
  readonly subject: PermissionSubject;
  readonly row: number;
}

/** The list of rows that speak about everyone. */
export const EVERYONE = 0;

/**
 * Lists of permission rows by whom they speak about, each in ascending order. List 0 is for everyone, then
 * follow those of the groups in the order of their numbers, then those of single persons.
 */
export class SubjectIndex {
  readonly #rows: Int32Array;
  /** Where each list begins; behind the last one, where it ends. */
  readonly #starts: Int32Array;
  readonly #groups: number;
  readonly #listOfPerson: ReadonlyMap<string, number>;

  /** A permission of a group that does not exist (number -1) speaks about nobody. */
  constructor(entries: readonly SubjectRow[], groupNumber: (id: string) => number) {
    const everyone: number[] = [];
    const groups: number[][] = [];
    const persons = new Map<string, number[]>();
    for (const { subject, row } of entries) {
      if ('everyone' in subject) everyone.push(row);
      else if ('person' in subject) listIn(persons, subject.person).push(row);
      else listAt(groups, groupNumber(subject.group))?.push(row);
    }
    const lists = [everyone, ...groups, ...persons.values()];
    const starts = [0];
    for (const list of lists) starts.push((starts.at(-1) ?? 0) + list.length);
    this.#rows = Int32Array.from(lists.flat());
    this.#starts = Int32Array.from(starts);
    this.#groups = groups.length;
    this.#listOfPerson = new Map(
      [...persons.keys()].map((id, index) => [id, 1 + groups.length + index]),
    );
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  get hasPersons(): boolean {
    return this.#listOfPerson.size > 0;
  }

  /** The list of a group; -1 if there is none. */
  ofGroup(group: number): number {
    return group < this.#groups ? group + 1 : -1;
  }

  /** The list of a person; -1 if there is none. */
  ofPerson(id: string): number {
    return this.#listOfPerson.get(id) ?? -1;
  }

  start(list: number): number {
    return list < 0 ? 0 : (this.#starts[list] ?? 0);
  }

  end(list: number): number {
    return list < 0 ? 0 : (this.#starts[list + 1] ?? 0);
  }

  /** The row at a place between `start` and `end` of a list. */
  row(place: number): number {
    return this.#rows[place] ?? -1;
  }
}

function listIn(lists: Map<string, number[]>, id: string): number[] {
  const list = lists.get(id) ?? [];
  lists.set(id, list);
  return list;
}

function listAt(lists: number[][], number: number): number[] | undefined {
  while (lists.length <= number) lists.push([]);
  return lists[number];
}
