import type { Clock } from '../../model/clock.ts';
import type { Moment } from '../clock-trust.ts';
import type { SideWrite } from '../store/store.ts';

/** Name of the setting under which the store keeps until when the base is confirmed. */
const SETTING = 'baseConfirmedUntil';
/** What is stored may lie behind by this share of the period: not every confirmation is worth a commit. */
const STORED_BEHIND = 0.1;

/**
 * Until when the server has confirmed what a gateway holds. Where it never has, nothing has to be confirmed: the site
 * is its own master. While the process lives, its monotonic clock counts; after a restart the wall clock, if it can
 * be trusted.
 */
export class Confirmation {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Wall time, as it was stored last. */
  #stored: number | undefined;
  /** Monotonic time of this process. */
  #until: number | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>, settings: Readonly<Record<string, string>>) {
    this.#clock = clock;
    const stored = settings[SETTING];
    this.#stored = stored === undefined ? undefined : Number(stored);
  }

  /** Whether rights that are held here may be relied on. */
  holds({ now, trusted }: Moment): boolean {
    if (this.#until !== undefined) return this.#clock.monotonic() < this.#until;
    return this.#stored === undefined || (trusted && now < this.#stored);
  }

  /** Confirms for a period from now, in milliseconds; returns what has to be committed, if anything. */
  confirm(period: number, { now }: Moment): SideWrite[] {
    this.#until = this.#clock.monotonic() + period;
    const until = now + period;
    const behind = Math.abs(until - (this.#stored ?? 0));
    if (this.#stored !== undefined && period > 0 && behind < period * STORED_BEHIND) return [];
    this.#stored = until;
    return [{ kind: 'setting', key: SETTING, value: String(until) }];
  }
}
