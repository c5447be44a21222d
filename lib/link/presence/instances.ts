/** How many starts of a gateway are remembered. */
const REMEMBERED = 32;

/**
 * Tells a gateway that was started anew from a second device with its identity (F-20): whoever was started anew never
 * comes back under its former instance. If one does, all that came after it are copies, and the server does not
 * listen to them.
 */
export class Instances {
  /** In the order in which they were seen first. */
  readonly #known: string[] = [];
  readonly #copies = new Set<string>();
  #current: string | undefined;

  /** The instance that is connected now. */
  get current(): string | undefined {
    return this.#current;
  }

  get isCopy(): boolean {
    return this.#current !== undefined && this.#copies.has(this.#current);
  }

  /** An instance has come. True if that has shown that there is a copy nobody knew of. */
  arrive(instance: string): boolean {
    if (instance === this.#current) return false;
    this.#current = instance;
    const place = this.#known.indexOf(instance);
    if (place === -1) {
      this.#known.push(instance);
      if (this.#known.length > REMEMBERED) this.#known.shift();
      return false;
    }
    if (this.#copies.has(instance)) return false;
    const copies = this.#known.slice(place + 1).filter((later) => !this.#copies.has(later));
    for (const copy of copies) this.#copies.add(copy);
    return copies.length > 0;
  }
}
