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

/** What gateways have to confirm in time, and the codes of being late and of being late no more. */
const WATCHED = {
  revocation: {
    query: 'overdue',
    late: 'revocationUnconfirmed',
    over: 'revocationConfirmed',
  },
  erasure: {
    query: 'overdueErasures',
    late: 'erasureUnconfirmed',
    over: 'erasureConfirmed',
  },
} as const;

/** Looks whether what was taken away has been taken away everywhere, and says so once where it has not. */
export class LateWatch {
  readonly #parts: Parts;
  readonly #codes: (typeof WATCHED)[keyof typeof WATCHED];
  readonly #told = new Set<string>();

  constructor(parts: Parts, what: keyof typeof WATCHED) {
    this.#parts = parts;
    this.#codes = WATCHED[what];
  }

  async look(limit: number): Promise<void> {
    const { store, clock, trust, journal } = this.#parts;
    const { query, late: alarm, over } = this.#codes;
    const overdue = await store.sync(query, { before: clock.now() - limit });
    const late = new Set(overdue.map(({ gateway }) => gateway));
    for (const gateway of this.#told) {
      if (late.has(gateway)) continue;
      this.#told.delete(gateway);
      const entry = {
        category: 'system',
        code: over,
        details: { gateway },
      } as const;
      await journal.event(entry, trust.read());
    }
    for (const details of overdue) {
      if (this.#told.has(details.gateway)) continue;
      this.#told.add(details.gateway);
      await journal.event(
        { category: 'alarm', code: alarm, details: { ...details } },
        trust.read(),
      );
    }
  }
}
