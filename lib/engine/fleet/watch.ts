import type { Clock } from '../../model/clock.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { Store } from '../store/store.ts';

interface Parts {
  store: Store;
  clock: Clock;
  trust: ClockTrust;
  journal: Journal;
}

/** Looks whether what was taken away has been taken away everywhere, and says so once where it has not. */
export class RevocationWatch {
  readonly #parts: Parts;
  readonly #told = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async look(limit: number): Promise<void> {
    const { store, clock, trust, journal } = this.#parts;
    const overdue = await store.sync('overdue', { before: clock.now() - limit });
    const late = new Set(overdue.map(({ gateway }) => gateway));
    for (const gateway of this.#told) {
      if (late.has(gateway)) continue;
      this.#told.delete(gateway);
      const entry = {
        category: 'system',
        code: 'revocationConfirmed',
        details: { gateway },
      } as const;
      await journal.event(entry, trust.read());
    }
    for (const details of overdue) {
      if (this.#told.has(details.gateway)) continue;
      this.#told.add(details.gateway);
      await journal.event(
        { category: 'alarm', code: 'revocationUnconfirmed', details: { ...details } },
        trust.read(),
      );
    }
  }
}
