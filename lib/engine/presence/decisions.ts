import type { Decision } from '../../model/decision.ts';

/** Grants whose passage may still come. */
const MOST_REMEMBERED = 10_000;

/** Who a grant was for: what a passage says of its decision is never believed if the decision is known. */
export class RecentGrants {
  readonly #grants = new Map<string, Decision>();

  add(decision: Decision): void {
    const oldest =
      this.#grants.size < MOST_REMEMBERED ? undefined : this.#grants.keys().next().value;
    if (oldest !== undefined) this.#grants.delete(oldest);
    this.#grants.set(decision.id, decision);
  }

  find(id: string | undefined): Decision | undefined {
    return id === undefined ? undefined : this.#grants.get(id);
  }
}
