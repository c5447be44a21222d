const MAX_KEYS = 1024;

/**
 * Makes one read of the many that a reader sends while a card stays in its field (T-18). Within `window`
 * milliseconds after a read was let through the same one is a repeat; 0 lets everything through. Remembers
 * at most 1024 reads; beyond that the oldest is forgotten, so that a repeat may pass but never a read be lost.
 */
export class RepeatFilter {
  readonly #window: number;
  /** When each read was let through, oldest first. */
  readonly #passed = new Map<string, number>();

  constructor(window: number) {
    this.#window = window;
  }

  /** Whether this read counts. `now` is monotonic, in milliseconds. */
  passes(key: string, now: number): boolean {
    if (this.#window === 0) return true;
    const before = this.#passed.get(key);
    if (before !== undefined && now - before < this.#window) return false;
    this.#passed.delete(key);
    this.#forget(now);
    this.#passed.set(key, now);
    return true;
  }

  #forget(now: number): void {
    for (const [key, at] of this.#passed) {
      if (now - at < this.#window && this.#passed.size < MAX_KEYS) return;
      this.#passed.delete(key);
    }
  }
}
