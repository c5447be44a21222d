/** Small numbers for things that come and go. A number that was released is given out again. */
export class Slots {
  readonly #numbers = new Map<string, number>();
  readonly #free: number[] = [];

  get count(): number {
    return this.#numbers.size;
  }

  /** The number of an id; -1 if it has none. */
  of(id: string): number {
    return this.#numbers.get(id) ?? -1;
  }

  /** Gives a number to an id that has none. */
  add(id: string): number {
    const slot = this.#free.pop() ?? this.#numbers.size;
    this.#numbers.set(id, slot);
    return slot;
  }

  release(id: string): void {
    const slot = this.#numbers.get(id);
    if (slot === undefined) return;
    this.#numbers.delete(id);
    this.#free.push(slot);
  }
}
