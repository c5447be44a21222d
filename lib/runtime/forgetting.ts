import type { SiteApi } from './site.ts';

/** Makes the engine forget kept answers, and tries again when the engine is back: a revocation is never lost on the way. */
export class Forgetting {
  readonly #site: SiteApi;
  /** Of whom the answers have to go; an empty name stands for all. */
  readonly #due = new Set<string>();
  readonly #stop: () => void;

  constructor(site: SiteApi) {
    this.#site = site;
    this.#stop = site.onState((state) => {
      if (state !== 'down') this.#retry();
    });
  }

  forget(person = ''): void {
    this.#due.add(person);
    this.#retry();
  }

  close(): void {
    this.#stop();
  }

  #retry(): void {
    for (const person of this.#due) {
      this.#site.engine.forgetAnswers(person === '' ? {} : { person }).then(
        () => {
          this.#due.delete(person);
        },
        () => undefined, // still due
      );
    }
  }
}
