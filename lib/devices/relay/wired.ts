import type { Clock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import type { Timers } from '../timers.ts';
import type { RelayDriver, WriteOptions } from './driver.ts';
import {
  outputMessage,
  reportReader,
  type OutputFormat,
  type OutputMessage,
  type ReportMessage,
  type ReportReader,
} from './formats.ts';

/**
 * What comes back from the board: `none`: nothing; `answer`: its state, after each command; `continuous`: its
 * state, at least once in every report interval, for example from a `modbus-read` node.
 */
export type WiredReports = 'none' | 'answer' | 'continuous';

export interface WiredRelayOptions {
  format: OutputFormat;
  /** Hands a message to the flow; `on` tells whether it opens. */
  send: (message: OutputMessage, on: boolean) => void;
  clock: Clock;
  timers: Timers;
  reports: WiredReports;
  /** Milliseconds in which a report has to come. */
  reportInterval: number;
  /** The contact is open while the output is on. */
  inverted: boolean;
}

/**
 * An output that is reached through messages in a flow. What happens behind the message is out of our hands:
 * nodes that queue may deliver late. With continuous reports nothing is sent to a board that has gone silent.
 */
export class WiredRelay implements RelayDriver {
  readonly readable: boolean;
  readonly #options: WiredRelayOptions;
  readonly #read: ReportReader;
  /** What was reported and not read yet, or the last report where they come as answers only. */
  #reported: boolean | undefined;
  #reportedAt = -Infinity;
  #reader: ((on: boolean) => void) | undefined;
  #cancelReader: (() => void) | undefined;

  constructor(options: WiredRelayOptions) {
    this.#options = options;
    this.#read = reportReader(options.format);
    this.readable = options.reports !== 'none';
  }

  /** Takes a message that came from the board. Returns whether it told the state of the output. */
  report(message: ReportMessage): boolean {
    const level = this.#read(message);
    if (level === undefined) return false;
    const on = level !== this.#options.inverted;
    this.#reported = on;
    this.#reportedAt = this.#options.clock.monotonic();
    this.#reader?.(on);
    return true;
  }

  switchOn({ guard }: WriteOptions): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isSilent()) throw timeout(this.#options.reportInterval);
      guard();
      this.#send(true);
      resolve();
    });
  }

  switchOff(): Promise<void> {
    return new Promise((resolve) => {
      this.#send(false);
      resolve();
    });
  }

  /**
   * The state reported since the last command, or since the last call where reports are continuous. Waits for
   * it for one report interval.
   */
  read(): Promise<boolean> {
    const { timers, reportInterval, reports } = this.#options;
    this.#cancelReader?.();
    const reported = this.#reported;
    if (reports === 'continuous') this.#reported = undefined;
    if (reported !== undefined) return Promise.resolve(reported);
    return new Promise((resolve, reject) => {
      const cancel = timers.after(reportInterval, () => {
        this.#reader = undefined;
        reject(timeout(reportInterval));
      });
      this.#cancelReader = cancel;
      this.#reader = (on) => {
        cancel();
        this.#reader = undefined;
        if (reports === 'continuous') this.#reported = undefined;
        resolve(on);
      };
    });
  }

  subscribe(): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    this.#cancelReader?.();
    this.#reader = undefined;
    return Promise.resolve();
  }

  #isSilent(): boolean {
    const { reports, reportInterval, clock } = this.#options;
    return reports === 'continuous' && clock.monotonic() - this.#reportedAt > reportInterval;
  }

  #send(on: boolean): void {
    this.#reported = undefined;
    this.#options.send(outputMessage(this.#options.format, on !== this.#options.inverted), on);
  }
}

function timeout(interval: number): AccessError {
  return new AccessError('OUTPUT_TIMEOUT', `the board has reported nothing for ${interval} ms`);
}
