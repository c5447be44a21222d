/**
 * The combinations of groups that people are in, each stored once: its length, then its members. People
 * who do the same job share one.
 */
export class GroupSets {
  readonly #known = new Map<string | number, number>();
  #cells = new Int32Array(1024);
  #used = 0;

  /** The number of a set of groups. */
  add(groups: readonly number[]): number {
    const key = groups.length > 1 ? groups.join() : (groups[0] ?? '');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const set = this.#used;
    this.#reserve(groups.length + 1);
    this.#cells[set] = groups.length;
    this.#cells.set(groups, set + 1);
    this.#known.set(key, set);
    return set;
  }

  size(set: number): number {
    return this.#cells[set] ?? 0;
  }

  /** The member at a position from 0. */
  member(set: number, index: number): number {
    return this.#cells[set + 1 + index] ?? -1;
  }

  members(set: number): number[] {
    return Array.from({ length: this.size(set) }, (_, index) => this.member(set, index));
  }

  #reserve(length: number): void {
    this.#used += length;
    if (this.#used <= this.#cells.length) return;
    const cells = new Int32Array(this.#used * 2);
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
