/** Whole numbers from `from` to `to`, both included. */
export interface Range {
  from: number;
  to: number;
}

/** A set of whole numbers, kept as few ranges: sorted, apart from each other, none empty. */
export class Ranges {
  #ranges: Range[] = [];

  get list(): readonly Range[] {
    return this.#ranges;
  }

  add({ from, to }: Range): void {
    if (to < from) return;
    const touching = this.#ranges.filter((range) => range.from <= to + 1 && range.to >= from - 1);
    const apart = this.#ranges.filter((range) => !touching.includes(range));
    const merged = {
      from: Math.min(from, ...touching.map((range) => range.from)),
      to: Math.max(to, ...touching.map((range) => range.to)),
    };
    this.#ranges = [...apart, merged].sort((a, b) => a.from - b.from);
  }

  remove({ from, to }: Range): void {
    this.#ranges = this.#ranges.flatMap((range) =>
      [
        { from: range.from, to: Math.min(range.to, from - 1) },
        { from: Math.max(range.from, to + 1), to: range.to },
      ].filter((part) => part.from <= part.to),
    );
  }

  has(number: number): boolean {
    return this.#ranges.some(({ from, to }) => from <= number && number <= to);
  }

  /** Whether every number of the range is in the set. */
  covers({ from, to }: Range): boolean {
    return this.#ranges.some((range) => range.from <= from && to <= range.to);
  }

  /** The first run of numbers in `within` that are not in the set, at most `most` of them. */
  gap({ from, to }: Range, most: number): Range | undefined {
    let start = from;
    for (const range of this.#ranges) {
      if (range.to < start) continue;
      if (range.from > start) return cut(start, Math.min(to, range.from - 1), most);
      start = range.to + 1;
    }
    return cut(start, to, most);
  }
}

function cut(from: number, to: number, most: number): Range | undefined {
  return from > to ? undefined : { from, to: Math.min(to, from + most - 1) };
}
