import type { BatchLetter } from '../../link/sync/batch.ts';
import type { Answer } from '../../link/sync/receipt.ts';
import type { Clock } from '../../model/clock.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { Store } from '../store/store.ts';
import type { Pair } from '../sync/exchange.ts';
import { Comparison, type Entries } from './comparison.ts';
import { isAsking, type Dialogue } from './dialogue.ts';
import type { Letters } from './letters.ts';

/** So often everything is compared that a gateway holds, in milliseconds. */
const COMPARE_EVERY = 6 * 3_600_000;
const PAGE = 1000;

interface Parts {
  store: Store;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  letters: Letters;
}

/** Finds out what a gateway really holds (N17). */
export class Inspection {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins as soon as nothing is to be sent. */
  begin(dialogue: Dialogue): void {
    dialogue.compareAt = this.#parts.clock.monotonic();
    dialogue.isCompared = false;
    delete dialogue.comparison;
    delete dialogue.askedAt; // whatever was asked is of no interest any more
  }

  /** The next question, if one is due and none is open. */
  async question(pair: Pair, dialogue: Dialogue): Promise<BatchLetter | undefined> {
    const now = this.#parts.clock.monotonic();
    if (dialogue.flights.length > 0 || isAsking(dialogue, now)) return undefined;
    if (dialogue.comparison === undefined) {
      if (now < dialogue.compareAt) return undefined;
      const { gateway } = pair;
      if (dialogue.move !== undefined) await this.#parts.store.sync('beginMove', { gateway });
      const row = await this.#parts.store.sync('gateway', { gateway });
      const wanted = (kind: SyncKind) => this.#wanted(gateway, kind);
      dialogue.comparison = new Comparison(row?.received ?? 0, wanted);
    }
    const { site, gateway } = pair;
    const question = dialogue.comparison.question({ site, gateway });
    if (question === undefined) {
      delete dialogue.comparison;
      dialogue.compareAt = now + COMPARE_EVERY;
      dialogue.isCompared = true;
      return undefined;
    }
    dialogue.askedAt = now;
    if (question.kind !== 'roots' || dialogue.move?.to !== 'cloud') return question;
    return { ...question, keys: this.#parts.letters.sharedKeys(pair, dialogue.exchange) };
  }

  async #wanted(gateway: string, kind: SyncKind): Promise<Entries> {
    const entries = new Map<string, string>();
    let after = '';
    for (;;) {
      const page = await this.#parts.store.sync('wanted', { gateway, kind, after, limit: PAGE });
      for (const [id, digest] of page) entries.set(id, digest);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return entries;
      [after] = last;
    }
  }

  /** What the gateway holds otherwise is kept. */
  async take(gateway: string, dialogue: Dialogue, answer: Answer): Promise<void> {
    const { comparison } = dialogue;
    if (answer.number !== comparison?.number) return;
    const correction = await comparison.take(answer);
    delete dialogue.askedAt;
    if (correction === undefined || correction.held.length === 0) return;
    const now = this.#parts.clock.now();
    await this.#parts.store.sync('correct', { gateway, ...correction, now });
  }
}
