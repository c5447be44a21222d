import type { Ended, Receipt } from '../../link/sync/receipt.ts';
import type { Clock } from '../../model/clock.ts';
import type { Change } from '../../model/entity.ts';
import type { Administration } from '../administration.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { Store } from '../store/store.ts';
import type { Dialogue } from './dialogue.ts';

/** A gateway that has refused a batch is offered the next one after so many milliseconds. */
const PAUSE = 5000;

interface Parts {
  store: Store;
  clock: Pick<Clock, 'monotonic'>;
  trust: ClockTrust;
  journal: Journal;
  administration: Administration;
}

/** What became of batches. */
export class Receipts {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async take(gateway: string, dialogue: Dialogue, receipt: Receipt): Promise<void> {
    const { number, received, version, refused, failed, ended } = receipt;
    if (refused !== undefined) {
      await this.#refused(gateway, dialogue, receipt);
      return;
    }
    dialogue.flights = dialogue.flights.filter((flight) => flight.number > number);
    dialogue.isComplaining = false;
    const reasons = failed.map(({ code, message, ...item }) => ({
      ...item,
      reason: `${code}: ${message}`,
    }));
    const over = ended.map(({ kind, id }) => ({ kind, id, reason: 'ended at the gateway' }));
    await this.#parts.store.sync('receipt', {
      gateway,
      number,
      received,
      version,
      failed: [...reasons, ...over],
    });
    await this.#follow(gateway, ended);
  }

  /**
   * Whatever was sent behind a refused batch is refused for the gap, or was taken over for a reason of its own. A
   * gateway that has seen a newer version than this server needs somebody to decide (F-28).
   */
  async #refused(gateway: string, dialogue: Dialogue, receipt: Receipt): Promise<void> {
    const { number, received, version, refused = 'unreadable' } = receipt;
    if (!dialogue.flights.some((flight) => flight.number === number)) return;
    const { store } = this.#parts;
    dialogue.flights = [];
    await store.sync('receipt', { gateway, number: 0, received, version, failed: [] });
    if (refused === 'gap' || refused === 'oldNumber') return;
    await this.pause(dialogue, { gateway, reason: refused, version });
  }

  /** Leaves a gateway that refuses everything alone for a while, and says so once. */
  async pause(
    dialogue: Dialogue,
    details: { gateway: string; reason: string; version?: number },
  ): Promise<void> {
    const { journal, trust, clock } = this.#parts;
    dialogue.pausedUntil = clock.monotonic() + PAUSE;
    if (dialogue.isComplaining) return;
    dialogue.isComplaining = true;
    const category = details.reason === 'localMaster' ? 'system' : 'alarm';
    await journal.event({ category, code: 'gatewayRefuses', details }, trust.read());
  }

  /** What has ended at a door has ended. */
  async #follow(gateway: string, ended: readonly Ended[]): Promise<void> {
    if (ended.length === 0) return;
    const changes = ended.map((item): Change => {
      const { kind, id, at } = item;
      const value =
        kind === 'pass'
          ? { id, status: 'inactive', end: 'exit', endedAt: at }
          : { id, closedAt: at };
      return { op: 'update', kind, value };
    });
    await this.#parts.administration.change(changes, { author: gateway, atomic: false });
  }
}
