import type { FaceCandidate } from '../face.ts';

/** The best candidates so far, best first, one of each person; equal scores in the order of their credentials. */
export class Ranking {
  readonly #limit: number;
  readonly #list: FaceCandidate[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is below this score does not come into the list. */
  get floor(): number {
    return this.#list.length < this.#limit ? -Infinity : (this.#list.at(-1)?.score ?? Infinity);
  }

  get candidates(): FaceCandidate[] {
    return this.#list;
  }

  offer(candidate: FaceCandidate): void {
    const list = this.#list;
    const place = this.#placeOf(candidate);
    if (place === undefined) return;
    const weaker = indexOfPerson(list, candidate.person, place);
    moveDown(list, place, Math.min(weaker, this.#limit - 1));
    list[place] = candidate;
  }

  /** Where a candidate belongs; undefined behind a better one of the same person, and behind the end. */
  #placeOf(candidate: FaceCandidate): number | undefined {
    for (let place = 0; place < this.#limit; place++) {
      const other = this.#list[place];
      if (other === undefined || compare(candidate, other) < 0) return place;
      if (other.person === candidate.person) return undefined;
    }
    return undefined;
  }
}

/** Where a person's candidate is at or behind `from`; the length of the list if there is none. */
function indexOfPerson(list: readonly FaceCandidate[], person: string, from: number): number {
  let at = from;
  while (at < list.length && list[at]?.person !== person) at += 1;
  return at;
}

/** Moves what is at `from` and behind it one place down, over what is at `to`. */
function moveDown(list: FaceCandidate[], from: number, to: number): void {
  for (let at = to; at > from; at--) {
    const above = list[at - 1];
    if (above !== undefined) list[at] = above;
  }
}

function compare(one: FaceCandidate, other: FaceCandidate): number {
  return other.score - one.score || (one.credential < other.credential ? -1 : 1);
}
