import type { Audience } from '../face.ts';

/** The combinations of groups that entries are in, each under one number: people who do the same job share one. */
export class Audiences {
  readonly #numbers = new Map<string, number>();
  readonly #sets: { groups: readonly string[]; count: number }[] = [];

  /** The number of a combination, which has one entry more from now on. */
  join(groups: readonly string[]): number {
    const sorted = [...groups].sort();
    const key = JSON.stringify(sorted);
    const number = this.#numbers.get(key) ?? this.#add(key, sorted);
    const set = this.#sets[number];
    if (set !== undefined) set.count += 1;
    return number;
  }

  /** An entry of this combination has gone. */
  leave(number: number): void {
    const set = this.#sets[number];
    if (set !== undefined) set.count -= 1;
  }

  /** For each combination, whether it belongs to an audience; undefined if all entries do. */
  allowed({ groups, persons }: Audience): Uint8Array | undefined {
    if (groups === undefined && persons === undefined) return undefined;
    const wanted = new Set(groups);
    return Uint8Array.from(this.#sets, (set) => Number(set.groups.some((id) => wanted.has(id))));
  }

  /** How many entries are in the combinations that belong. */
  count(allowed: Uint8Array): number {
    return this.#sets.reduce((sum, { count }, at) => sum + (allowed[at] === 1 ? count : 0), 0);
  }

  #add(key: string, groups: readonly string[]): number {
    this.#numbers.set(key, this.#sets.length);
    this.#sets.push({ groups, count: 0 });
    return this.#sets.length - 1;
  }
}
