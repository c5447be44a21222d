import { AccessError } from '../model/errors.ts';

/** Lets work be done one after the other, and refuses more when too much waits. */
export class Turns {
  readonly #most: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** `most`: how many may wait, beside the one at work. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves as the work does when its turn has come. Rejects with BUSY. */
  take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting > this.#most) {
      return Promise.reject(new AccessError('BUSY', 'Too many pictures wait'));
    }
    this.#waiting += 1;
    const turn = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
