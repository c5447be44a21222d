import type { ScheduledMode } from '../../lib/devices/passage/mode.ts';
import { systemTimers } from '../../lib/devices/timers.ts';
import type { Direction } from '../../lib/model/access-point.ts';
import { toAccessError } from '../../lib/model/errors.ts';
import type { SiteApi } from '../../lib/runtime/site.ts';
import type { ModeRule } from './turnstile.config.ts';

export interface ModeScheduleOptions {
  site: SiteApi;
  rules: readonly ModeRule[];
  /** What has a mode of its own: each way, or `undefined` for the one lock of a door. */
  ways: readonly (Direction | undefined)[];
  tell: (mode: ScheduledMode, way: Direction | undefined) => void;
  warn: (problem: string) => void;
}

/** The answer is asked for again at least this often, should the wall clock be set. Milliseconds. */
const LONGEST = 60_000;
const RETRY = 5000;

/** Follows the schedules of a door. The first rule whose schedule is open decides, otherwise the door is locked. */
export class ModeSchedule {
  readonly #options: ModeScheduleOptions;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #unknown = new Set<string>();
  #cancel: () => void = () => undefined;
  /** Wall time until which the last answer holds. */
  #until = 0;
  #asked = 0;

  constructor(options: ModeScheduleOptions) {
    this.#options = options;
    const { site, rules } = options;
    if (rules.length === 0) return;
    const ask = (): void => void this.#ask();
    this.#unsubscribe.push(site.engine.on('policy', ask), site.onState(ask));
    ask();
  }

  close(): void {
    this.#asked += 1;
    this.#cancel();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** Only the newest question counts. */
  async #ask(): Promise<void> {
    this.#asked += 1;
    const question = this.#asked;
    this.#cancel();
    const open = await this.#openSchedules();
    if (question !== this.#asked) return;
    this.#apply(open);
    const wait = open === undefined ? RETRY : Math.min(this.#until - Date.now(), LONGEST);
    this.#cancel = systemTimers.after(Math.max(0, wait), () => void this.#ask());
  }

  /** Nobody can say what holds now: what was said before holds as long as it was meant to. */
  #apply(open: ReadonlySet<string> | undefined): void {
    if (open === undefined && Date.now() < this.#until) return;
    const { rules, ways, tell } = this.#options;
    for (const way of ways) {
      const rule = rules.find(
        ({ schedule, direction }) =>
          open?.has(schedule) === true && [undefined, way].includes(direction),
      );
      tell(rule?.mode ?? 'locked', way);
    }
  }

  /** Undefined if the engine does not answer. */
  async #openSchedules(): Promise<ReadonlySet<string> | undefined> {
    const schedules = [...new Set(this.#options.rules.map(({ schedule }) => schedule))];
    try {
      const states = await Promise.all(schedules.map((schedule) => this.#stateOf(schedule)));
      this.#until = Math.min(...states.map(({ until }) => until));
      return new Set(schedules.filter((_, index) => states[index]?.open === true));
    } catch {
      return undefined;
    }
  }

  /** A schedule that does not exist is never open. */
  async #stateOf(schedule: string): Promise<{ open: boolean; until: number }> {
    try {
      return await this.#options.site.engine.scheduleState({ schedule });
    } catch (reason) {
      if (toAccessError(reason).code !== 'NOT_FOUND') throw reason;
      if (!this.#unknown.has(schedule)) this.#options.warn(`there is no schedule "${schedule}"`);
      this.#unknown.add(schedule);
      return { open: false, until: Infinity };
    }
  }
}
