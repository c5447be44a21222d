import type { Clock } from '../../model/clock.ts';
import type { Moment } from '../clock-trust.ts';
import type { Site } from '../site.ts';
import type { SideWrite } from '../store/store.ts';

/** Name of the setting under which the store keeps when the base was confirmed last. */
const SETTING = 'baseConfirmedAt';
/** What is stored may lie so far behind, in milliseconds: not every confirmation is worth a commit. */
const BEHIND = 600_000;
const HOUR = 3_600_000;

interface Parts {
  clock: Pick<Clock, 'monotonic'>;
  site: Pick<Site, 'settings'>;
  settings: Readonly<Record<string, string>>;
}

/**
 * When the server has confirmed last what a gateway holds: with each letter of it that was taken over. While the
 * process lives its monotonic clock counts; after a restart the wall clock, if it can be trusted.
 */
export class Confirmation {
  readonly #parts: Parts;
  /** Wall time, as it was stored last. */
  #stored: number | undefined;
  /** Monotonic time of this process. */
  #at: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const stored = parts.settings[SETTING];
    this.#stored = stored === undefined ? undefined : Number(stored);
  }

  /** Whether rights that are held here may be relied on; always, where the site asks for no confirmation. */
  holds({ now, trusted }: Moment): boolean {
    const { clock, site } = this.#parts;
    const hours = site.settings?.confirmWithin;
    if (hours === undefined) return true;
    const within = hours * HOUR;
    if (this.#at !== undefined) return clock.monotonic() - this.#at < within;
    return this.#stored !== undefined && trusted && now - this.#stored < within;
  }

  /** The server has just confirmed; returns what has to be committed, if anything. */
  confirm({ now }: Moment): SideWrite[] {
    this.#at = this.#parts.clock.monotonic();
    if (Math.abs(now - (this.#stored ?? 0)) < BEHIND) return [];
    this.#stored = now;
    return [{ kind: 'setting', key: SETTING, value: String(now) }];
  }
}
