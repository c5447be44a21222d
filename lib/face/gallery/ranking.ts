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
    const known = this.#list.findIndex(({ person }) => person === candidate.person);
    const rival = this.#list[known];
    if (rival !== undefined) {
      if (compare(rival, candidate) <= 0) return;
      this.#list.splice(known, 1);
    }
    this.#list.splice(this.#placeOf(candidate), 0, candidate);
    this.#list.length = Math.min(this.#list.length, this.#limit);
  }

  #placeOf(candidate: FaceCandidate): number {
    const place = this.#list.findIndex((other) => compare(candidate, other) < 0);
    return place < 0 ? this.#list.length : place;
  }
}

function compare(one: FaceCandidate, other: FaceCandidate): number {
  return other.score - one.score || (one.credential < other.credential ? -1 : 1);
}
