import type { Clock } from '../../model/clock.ts';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { optional } from '../../model/optional.ts';
import { Backoff } from '../backoff.ts';
import type { Timers } from '../timers.ts';
import type { RelayCommand, RelayResult } from './command.ts';
import type { RelayDriver } from './driver.ts';
import type { Observed, ReadBack } from './read-back.ts';

/** `fault`: not known to be safe; nothing opens until switching off has succeeded. */
export type RelayState = 'safe' | 'opening' | 'open' | 'closing' | 'fault';

export interface RelayStatus {
  state: RelayState;
  /** Why the output can't be relied on: OUTPUT_MISMATCH, OUTPUT_TIMEOUT or OUTPUT_FAILED. */
  error?: AccessError;
}

export interface RelayOutputOptions {
  driver: RelayDriver;
  clock: Clock;
  timers: Timers;
  readBack: ReadBack;
  /** 0 to 1, spreads the retries. */
  random: (() => number) | undefined;
  /** The output has to be switched off: its time is over, it failed, or a retry is due. */
  onDue: () => void;
  /** Told of every change; must not throw. */
  onStatus: (status: RelayStatus) => void;
}

/** Milliseconds between attempts to reach the safe state: the first, and the longest. */
const RETRY = { first: 500, most: 5000 };

/** The state of one output and the time it stays open. Its three jobs must not overlap. */
export class RelayOutput {
  readonly #driver: RelayDriver;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #readBack: ReadBack;
  readonly #retry: Backoff;
  readonly #onDue: () => void;
  readonly #onStatus: (status: RelayStatus) => void;
  #state: RelayState = 'fault';
  #error: AccessError | undefined;
  #shown: RelayStatus | undefined;
  /** Monotonic end of the opening; infinite for `on`. */
  #until = 0;
  #cancelDue: (() => void) | undefined;
  #halted = false;

  constructor(options: RelayOutputOptions) {
    this.#driver = options.driver;
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#readBack = options.readBack;
    this.#retry = new Backoff(RETRY.first, RETRY.most, options.random);
    this.#onDue = options.onDue;
    this.#onStatus = options.onStatus;
  }

  get state(): RelayState {
    return this.#state;
  }

  get status(): RelayStatus {
    const error = this.#readBack.faulty ? disobeys() : this.#error;
    return { state: this.#state, ...optional('error', error) };
  }

  /** Opens, or moves the end of the present opening. `refusal` says why it must not be written, if so. */
  async open(command: RelayCommand, refusal: () => AccessError | undefined): Promise<RelayResult> {
    if (this.#state === 'fault') return this.failure(this.#error ?? unsafe());
    const before = this.#state;
    let refused: AccessError | undefined;
    const guard = (): void => {
      refused = refusal();
      if (refused !== undefined) throw refused;
    };
    this.#cancelDue?.();
    if (before !== 'open') this.#become('opening');
    try {
      await this.#driver.switchOn({ guard, ...optional('pulse', this.#boardTime(command)) });
    } catch (reason) {
      // Nothing was written if it was refused. In every other case the board may act, so off must follow.
      if (refused === undefined) this.#onDue();
      else this.#enter(before);
      return this.failure(toAccessError(reason));
    }
    return await this.#opened(command);
  }

  /** Switches off. What can't be confirmed is a fault, and falls due again until it can. */
  async close(): Promise<void> {
    this.#cancelDue?.();
    this.#until = 0;
    if (this.#state !== 'fault') this.#become('closing');
    this.#error = await this.#switchOff();
    if (this.#error === undefined) this.#retry.reset();
    this.#enter(this.#error === undefined ? 'safe' : 'fault');
  }

  /** Compares the output with what it should be. Nothing is written: something else may have to open it. */
  async look(): Promise<void> {
    const seen = await this.#readBack.look(this.#state === 'open');
    if (seen === 'silent') this.#onDue();
    this.#show();
  }

  /** Ends all timers and reports. A job in work still ends, but starts none. */
  halt(): void {
    this.#halted = true;
    this.#cancelDue?.();
  }

  success(confirmed: boolean): RelayResult {
    return { state: 'done', confirmed, faulty: this.status.error !== undefined };
  }

  failure({ code, message }: AccessError): RelayResult {
    return { state: 'failed', code, message, faulty: this.status.error !== undefined };
  }

  async #opened(command: RelayCommand): Promise<RelayResult> {
    this.#until = Math.max(this.#until, this.#endOf(command));
    this.#enter('open');
    const seen = await this.#readBack.verify(true);
    this.#show();
    const error = errorOf(seen);
    if (error === undefined) return this.success(seen === 'confirmed');
    this.#onDue();
    return this.failure(error);
  }

  async #switchOff(): Promise<AccessError | undefined> {
    try {
      await this.#driver.switchOff();
    } catch (reason) {
      return toAccessError(reason);
    }
    return errorOf(await this.#readBack.verify(false));
  }

  #endOf({ action, duration }: RelayCommand): number {
    return action === 'on' ? Infinity : this.#clock.monotonic() + (duration ?? 0);
  }

  /** How long the board itself is to keep the output on; only for a pulse, as only that has a fixed end. */
  #boardTime(command: RelayCommand): number | undefined {
    if (command.action !== 'pulse') return undefined;
    const end = Math.max(this.#until, this.#endOf(command));
    return end === Infinity ? undefined : end - this.#clock.monotonic();
  }

  /** Becomes a state that lasts, and sets the time of what ends it. */
  #enter(state: RelayState): void {
    this.#become(state);
    this.#cancelDue = undefined;
    if (this.#halted) return;
    if (state === 'fault') this.#dueIn(this.#retry.next());
    if (state === 'open' && this.#until !== Infinity) {
      this.#dueIn(this.#until - this.#clock.monotonic());
    }
  }

  #dueIn(delay: number): void {
    this.#cancelDue = this.#timers.after(Math.max(0, delay), this.#onDue);
  }

  #become(state: RelayState): void {
    this.#state = state;
    this.#show();
  }

  #show(): void {
    if (this.#halted) return;
    const status = this.status;
    const { state, error } = this.#shown ?? {};
    if (status.state === state && status.error?.code === error?.code) return;
    this.#shown = status;
    this.#onStatus(status);
  }
}

function errorOf(seen: Observed): AccessError | undefined {
  if (seen === 'wrong') return disobeys();
  if (seen !== 'silent') return undefined;
  return new AccessError('OUTPUT_TIMEOUT', 'the board does not say what its output is');
}

function disobeys(): AccessError {
  return new AccessError('OUTPUT_MISMATCH', 'the output is not what it was switched to');
}

function unsafe(): AccessError {
  return new AccessError('OUTPUT_FAILED', 'the output is not known to be off');
}
