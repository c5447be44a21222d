import type { Move } from '../../link/sync/move.ts';
import type { EntityKind } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { uuidv7 } from '../../model/ids.ts';
import { MASTERED_KINDS, MASTERS, type Master, type MasterState } from '../../model/master.ts';
import { optional } from '../../model/optional.ts';
import type { EventEntry } from '../../model/record.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';
import type { SideWrite } from '../store/store.ts';

/** Name of the setting under which the store keeps the master in force. */
export const MASTER_SETTING = 'master';

interface Parts {
  /** The master in force at the last run; undefined for a new database. */
  stored: string | undefined;
  journal: Journal;
  trust: ClockTrust;
}

/** The end of a way to another master: what is committed for it, and what makes it visible then. */
export interface Settlement {
  event: EventEntry;
  side: SideWrite;
  enforce: () => void;
}

/**
 * Who may change people, credentials and permissions here. What the flow wants is not yet in force while both sides
 * may hold different data: then nobody changes anything until each difference is decided (N14).
 */
export class Mastership {
  readonly #journal: Journal;
  readonly #trust: ClockTrust;
  #master: Master;
  #move: Move | undefined;

  constructor({ stored, journal, trust }: Parts) {
    this.#journal = journal;
    this.#trust = trust;
    this.#master = MASTERS.find((master) => master === stored) ?? 'local';
  }

  get state(): MasterState {
    return { master: this.#master, ...optional('movingTo', this.#move?.to) };
  }

  /** The way that it is on; each has a name of its own, so that no letter about an earlier one counts for it. */
  get move(): Move | undefined {
    return this.#move;
  }

  /** What the site's settings ask for. Where nothing is held that could differ, it is in force at once. */
  async want(master: Master, isEmpty: boolean): Promise<void> {
    if (master === this.#master) this.#move = undefined;
    else if (master !== this.#move?.to) this.#move = { to: master, id: uuidv7() };
    if (isEmpty && this.#move !== undefined) await this.settle(this.#move.to, 'gatewire');
  }

  /** Both sides hold the same, or somebody answers for it that they do not: this master takes over. */
  async settle(to: Master, author: string, reason?: string): Promise<void> {
    const { event, side, enforce } = this.settlement(to, author, reason);
    await this.#journal.event(event, this.#trust.read(), [side]);
    enforce();
  }

  /** As `settle`, for somebody who commits more with it. */
  settlement(to: Master, author: string, reason?: string): Settlement {
    const details = { from: this.#master, to, ...optional('reason', reason) };
    return {
      event: { category: 'administration', code: 'masterChanged', author, details },
      side: { kind: 'setting', key: MASTER_SETTING, value: to },
      enforce: () => {
        this.#master = to;
        if (this.#move?.to === to) this.#move = undefined;
      },
    };
  }

  /** Whether a batch is taken over: from the server that is the master, or as the last part of the way to `local`. */
  takesBatch(move?: string): boolean {
    if (this.#move === undefined) return this.#master === 'cloud';
    return this.#move.to === 'local' && this.#move.id === move;
  }

  /** Throws NOT_MASTER, naming the mode, if one of these kinds may not be changed here now. */
  requireLocal(kinds: Iterable<EntityKind>): void {
    const { master, movingTo } = this.state;
    if (master === 'local' && movingTo === undefined) return;
    for (const kind of kinds) {
      if (!MASTERED_KINDS.has(kind)) continue;
      const where =
        movingTo === undefined
          ? 'the site is in cloud mode: change it at the server'
          : `the site is moving from ${master} to ${movingTo} mode: nothing is changed until each difference is decided`;
      throw new AccessError('NOT_MASTER', `${kind} cannot be changed here: ${where}`);
    }
  }
}
