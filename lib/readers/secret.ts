import { inspect } from 'node:util';

/** What stands in the place of a secret. */
export const MASK = '••••';

/** A value that must not show up anywhere: printing, JSON and string conversion give a mask. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value in the clear, for the one place that seals or compares it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
