import type { Clock } from '../../model/clock.ts';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { endOf, type Timers } from '../timers.ts';
import { LONGEST_LIFE, checkCommand, type RelayCommand, type RelayResult } from './command.ts';
import type { RelayDriver } from './driver.ts';
import { RelayOutput, type RelayStatus } from './output.ts';
import { RECHECK, ReadBack } from './read-back.ts';

export interface RelayControllerOptions {
  driver: RelayDriver;
  clock: Clock;
  timers: Timers;
  /** 0 to 1, spreads the retries. */
  random?: () => number;
  /** Milliseconds for which the read-back may differ before it is an alarm, default 1,000. */
  mismatchLimit?: number;
  /** Milliseconds between two readings of an output that has nothing to do, default 1,000. */
  pollInterval?: number;
  /** Told of every change; must not throw. */
  onStatus?: (status: RelayStatus) => void;
}

interface Waiting {
  command: RelayCommand;
  /** Monotonic instant from which the command must not be written any more. */
  expires: number;
  resolve: (result: RelayResult) => void;
}

type Job = 'close' | 'open' | 'look';

const MISMATCH_LIMIT = 1000;
const POLL_INTERVAL = 1000;
/** Milliseconds for the last switching off; the rest of a second is for releasing the board. */
const STOP_LIMIT = 600;

/**
 * Drives one output of a relay board, one job at a time: close, else open, else look. The rules it keeps:
 *
 * - off is forced at start, at stop, when the board comes back, and after every failure to switch on;
 * - on is written once, only while its command lives (N1), and never again after a failure or a reconnect;
 * - one opening is in work and one may wait: a third is BUSY, what waits too long is COMMAND_EXPIRED;
 * - a pulse ends by itself on the monotonic clock; a further grant moves its end without a new edge;
 * - what was written is read back; a difference that lasts is a fault until the output obeys.
 */
export class RelayController {
  readonly #driver: RelayDriver;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #readBack: ReadBack;
  readonly #output: RelayOutput;
  readonly #pollInterval: number;
  #job: Job | undefined;
  #closeWanted = false;
  #waiting: Waiting | undefined;
  #lookWanted = false;
  #closers: (() => void)[] = [];
  #cancelLook: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  #stopped = false;

  constructor(options: RelayControllerOptions) {
    const { driver, clock, timers } = options;
    this.#driver = driver;
    this.#clock = clock;
    this.#timers = timers;
    this.#pollInterval = options.pollInterval ?? POLL_INTERVAL;
    const limit = options.mismatchLimit ?? MISMATCH_LIMIT;
    this.#readBack = new ReadBack(driver, clock, timers, limit);
    this.#output = new RelayOutput({
      driver,
      clock,
      timers,
      readBack: this.#readBack,
      random: options.random,
      onDue: () => {
        this.#wantClose();
      },
      onStatus: options.onStatus ?? (() => undefined),
    });
  }

  get status(): RelayStatus {
    return this.#output.status;
  }

  /** Forces the safe state. Resolves after the first attempt; goes on trying if that failed. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#driver.subscribe({
      ready: () => {
        if (this.#output.state === 'fault' && this.#job !== 'close') this.#wantClose();
      },
      lost: () => {
        if (this.#output.state !== 'fault') this.#wantClose();
      },
    });
    await this.#closed();
  }

  /** Carries out one command. Never rejects; the result comes after the effect. */
  async execute(command: RelayCommand): Promise<RelayResult> {
    try {
      if (this.#stopped) throw stopped();
      checkCommand(command);
      if (command.action === 'off') return await this.#off();
      return await this.#enqueue(command);
    } catch (reason) {
      return this.#output.failure(toAccessError(reason));
    }
  }

  /** Forces the safe state and releases everything, within a second. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#output.halt();
    this.#cancelLook?.();
    this.#unsubscribe?.();
    this.#dropWaiting(stopped());
    this.#readBack.halt();
    // Whatever is in work comes first on the wire, so this is the last word.
    if (this.#output.state !== 'safe') {
      await endOf(this.#driver.switchOff(), STOP_LIMIT, this.#timers);
    }
    this.#settle(this.#closers.splice(0));
    await this.#driver.close();
  }

  async #off(): Promise<RelayResult> {
    this.#dropWaiting(new AccessError('CONFLICT', 'switched off before it was carried out'));
    await this.#closed();
    const { state, error } = this.#output.status;
    if (state === 'safe') return this.#output.success(this.#driver.readable);
    return this.#output.failure(error ?? stopped());
  }

  #enqueue(command: RelayCommand): Promise<RelayResult> {
    if (this.#waiting !== undefined) {
      throw new AccessError('BUSY', 'another command already waits for this output');
    }
    const expires = this.#clock.monotonic() + Math.min(command.life, LONGEST_LIFE);
    return new Promise((resolve) => {
      this.#waiting = { command, expires, resolve };
      if (this.#job === 'look') this.#readBack.interrupt();
      this.#next();
    });
  }

  #dropWaiting(reason: AccessError): void {
    this.#waiting?.resolve(this.#output.failure(reason));
    this.#waiting = undefined;
  }

  /** Resolves when the output has been switched off, or could not be. */
  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#closers.push(resolve);
      this.#wantClose();
    });
  }

  #wantClose(): void {
    this.#closeWanted = true;
    if (this.#job !== 'close') this.#readBack.interrupt();
    this.#next();
  }

  /** Starts the most urgent job, if none is in work. */
  #next(): void {
    if (this.#job !== undefined || this.#stopped) return;
    this.#cancelLook?.();
    if (this.#closeWanted) this.#begin('close', () => this.#close());
    else if (this.#waiting !== undefined) this.#begin('open', () => this.#open());
    else if (this.#lookWanted) this.#begin('look', () => this.#look());
    else this.#lookLater();
  }

  #begin(job: Job, work: () => Promise<void>): void {
    this.#job = job;
    void work().then(() => {
      this.#job = undefined;
      this.#next();
    });
  }

  async #close(): Promise<void> {
    const closers = this.#closers.splice(0);
    this.#closeWanted = false;
    await this.#output.close();
    this.#settle(closers);
  }

  async #open(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    const { command, expires, resolve } = waiting;
    resolve(await this.#output.open(command, () => this.#refusal(expires)));
  }

  #refusal(expires: number): AccessError | undefined {
    if (this.#stopped) return stopped();
    if (this.#closeWanted) return new AccessError('CONFLICT', 'switched off in the meantime');
    if (this.#clock.monotonic() < expires) return undefined;
    return new AccessError('COMMAND_EXPIRED', 'the command ran out before it could be written');
  }

  async #look(): Promise<void> {
    this.#lookWanted = false;
    await this.#output.look();
  }

  #lookLater(): void {
    const { state } = this.#output;
    if (!this.#driver.readable || (state !== 'safe' && state !== 'open')) return;
    const delay = this.#readBack.doubtful ? RECHECK : this.#pollInterval;
    this.#cancelLook = this.#timers.after(delay, () => {
      this.#lookWanted = true;
      this.#next();
    });
  }

  #settle(closers: (() => void)[]): void {
    for (const closer of closers) closer();
  }
}

function stopped(): AccessError {
  return new AccessError('OUTPUT_FAILED', 'the relay is stopped');
}
