import { ReportThread } from '../reports/report-thread.ts';
import type { HistoryAnswers, HistoryKind, HistoryQueries } from '../store/presence/history.ts';
import type { Store } from '../store/store.ts';

/** What takes long with many people: neither decisions nor the writer wait for it. */
const LONG: ReadonlySet<HistoryKind> = new Set(['transits', 'stays', 'inside', 'affiliations']);

/**
 * Answers questions about the past. Long ones go to a thread that has nothing else to do: a list for an evacuation
 * must not wait for the end of a month.
 */
export class Past {
  readonly #store: Store;
  readonly #thread: ReportThread;

  /** `file` is the path of the database. */
  constructor(store: Store, file: string) {
    this.#store = store;
    this.#thread = new ReportThread(file);
  }

  async ask<K extends HistoryKind>(kind: K, query: HistoryQueries[K]): Promise<HistoryAnswers[K]> {
    if (!LONG.has(kind)) return this.#store.history(kind, query);
    return (await this.#thread.run('history', kind, query)) as HistoryAnswers[K];
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
