import type { EntityKind } from '../../model/entity.ts';
import { AccessError } from '../../model/errors.ts';
import { MASTERED_KINDS, MASTERS, type Master, type MasterState } from '../../model/master.ts';
import { optional } from '../../model/optional.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { Journal } from '../journal.ts';

/** Name of the setting under which the store keeps the master in force. */
export const MASTER_SETTING = 'master';

interface Parts {
  /** The master in force at the last run; undefined for a new database. */
  stored: string | undefined;
  journal: Journal;
  trust: ClockTrust;
}

/**
 * Who may change people, credentials and permissions here. What the flow wants is not yet in force while both sides
 * may hold different data: then nobody changes anything until each difference is decided (N14).
 */
export class Mastership {
  readonly #journal: Journal;
  readonly #trust: ClockTrust;
  #master: Master;
  #wanted: Master;

  constructor({ stored, journal, trust }: Parts) {
    this.#journal = journal;
    this.#trust = trust;
    this.#master = MASTERS.find((master) => master === stored) ?? 'local';
    this.#wanted = this.#master;
  }

  get state(): MasterState {
    const isMoving = this.#wanted !== this.#master;
    return { master: this.#master, ...optional('movingTo', isMoving ? this.#wanted : undefined) };
  }

  /** What the site's settings ask for. Where nothing is held that could differ, it is in force at once. */
  async want(master: Master, isEmpty: boolean): Promise<void> {
    this.#wanted = master;
    if (isEmpty && master !== this.#master) await this.settle('gatewire');
  }

  /** Both sides hold the same: the wanted master takes over. */
  async settle(author: string, reason?: string): Promise<void> {
    const details = { from: this.#master, to: this.#wanted, ...optional('reason', reason) };
    const setting = { kind: 'setting', key: MASTER_SETTING, value: this.#wanted } as const;
    const event = { category: 'administration', code: 'masterChanged', author, details } as const;
    await this.#journal.event(event, this.#trust.read(), [setting]);
    this.#master = this.#wanted;
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
