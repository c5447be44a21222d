import type { Clock } from '../../model/clock.ts';
import { AccessError, toAccessError } from '../../model/errors.ts';
import { Backoff } from '../backoff.ts';
import { endOf, type Timers } from '../timers.ts';
import type { DriverListener } from './driver.ts';
import type { ModbusTable } from './modbus-boards.ts';
import type { ModbusLink } from './modbus-link.ts';
import { Turns } from './turns.ts';

export interface ModbusBusOptions {
  /** Sets up a connection, in a limited time. The signal ends the attempt. */
  connect: (signal: AbortSignal) => Promise<ModbusLink>;
  /**
   * A serial line: answers carry no number, so after a missing one the port is opened anew, to be sure that no
   * late answer is taken for the next.
   */
  serial: boolean;
  clock: Clock;
  timers: Timers;
  random?: () => number;
}

/** What may be asked of one device while nobody else talks to it. */
export interface ModbusSession {
  read(table: ModbusTable, address: number): Promise<number>;
  /** `opens`: the write that must not be executed late. */
  write(table: ModbusTable, address: number, value: number, opens: boolean): Promise<void>;
}

export interface ModbusTurn {
  /** Address of the device, 0 to 255. */
  unit: number;
  /** Milliseconds to wait for each answer. */
  limit: number;
  /** If the bus closes before its turn has come, it goes out at once, before the connection ends. */
  urgent: boolean;
}

/** Milliseconds between attempts to connect: the first, and the longest. */
const RECONNECT = { first: 100, most: 10_000 };
/** Milliseconds for which a silent connection is kept: with and without an opening that may still be executed. */
const PATIENCE = { opening: 60_000, nothing: 3000 };
/** Milliseconds for the answers to what goes out when the bus closes. */
const FAREWELL = 150;

/**
 * One connection to a Modbus device or line, shared by all outputs on it. One request is in flight at a time,
 * and nothing is ever sent again.
 *
 * What a device has been sent cannot be taken back, not even by ending the connection: it may execute it when it
 * wakes up. Therefore a connection on which an opening may still be executed is kept for a long time, so that what
 * makes the output safe follows on it; and outputs are told when their device is silent, and when it answers again.
 */
export class ModbusBus {
  readonly #options: ModbusBusOptions;
  readonly #backoff: Backoff;
  readonly #listeners = new Map<DriverListener, number>();
  /** Devices that have answered, and owe nothing. */
  readonly #answering = new Set<number>();
  #link: ModbusLink | undefined;
  #opening: Promise<void>;
  #lost = true;
  #unreachable = notConnected();
  readonly #turns = new Turns(() => this.#opening);
  readonly #pending = new Set<(error: AccessError) => void>();
  #sent = 0;
  /** Number of the last opening that is not known to have been executed; infinite if there is none. */
  #openingSent = Infinity;
  #silentSince: number | undefined;
  #cancelOpen: (() => void) | undefined;
  readonly #closing = new AbortController();

  constructor(options: ModbusBusOptions) {
    this.#options = options;
    this.#backoff = new Backoff(RECONNECT.first, RECONNECT.most, options.random);
    this.#opening = this.#open();
  }

  /** Tells of one device when it can be tried again, and when it has stopped answering. */
  subscribe(unit: number, listener: DriverListener): () => void {
    this.#listeners.set(listener, unit);
    return () => this.#listeners.delete(listener);
  }

  /** Runs a task that nobody interrupts, after those that came before. */
  async run<T>(turn: ModbusTurn, task: (session: ModbusSession) => Promise<T>): Promise<T> {
    const session: ModbusSession = {
      read: (table, address) =>
        this.#request(turn, false, (link) => link.read(turn.unit, table, address)),
      write: (table, address, value, opens) =>
        this.#request(turn, opens, (link) => link.write(turn.unit, table, address, value)),
    };
    return await this.#turns.run(() => task(session), turn.urgent);
  }

  /** Ends the connection. What is urgent goes out before; nothing else does. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelOpen?.();
    this.#failAll(notConnected());
    await endOf(this.#turns.hurry(), FAREWELL, this.#options.timers);
    const link = this.#link;
    this.#link = undefined;
    this.#failAll(notConnected());
    await link?.close();
    await this.#opening;
  }

  async #open(): Promise<void> {
    try {
      this.#closing.signal.throwIfAborted();
      this.#attach(await this.#options.connect(this.#closing.signal));
    } catch (reason) {
      this.#lose(toAccessError(reason));
      this.#openLater();
    }
  }

  #attach(link: ModbusLink): void {
    if (this.#closing.signal.aborted) {
      void link.close();
      return;
    }
    this.#link = link;
    link.onClosed(() => {
      if (link !== this.#link) return;
      this.#lose(notConnected());
      this.#openLater();
    });
    // A serial line that was only opened anew tells nothing: its devices are heard, or not.
    if (this.#lost) this.#tell('ready');
    this.#lost = false;
  }

  #openLater(): void {
    if (this.#closing.signal.aborted) return;
    this.#cancelOpen = this.#options.timers.after(this.#backoff.next(), () => {
      this.#opening = this.#open();
    });
  }

  #reopen(link: ModbusLink): void {
    this.#opening = link.reset().then(() => this.#open());
  }

  /** There is no connection any more, and nothing is known of any device. */
  #lose(reason: AccessError): void {
    this.#link = undefined;
    this.#lost = true;
    this.#unreachable = reason;
    this.#answering.clear();
    this.#openingSent = Infinity;
    this.#silentSince = undefined;
    this.#tell('lost');
    this.#failAll(reason);
  }

  #request<T>(
    turn: ModbusTurn,
    opens: boolean,
    send: (link: ModbusLink) => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const link = this.#link;
      if (link === undefined) throw this.#unreachable;
      const number = ++this.#sent;
      if (opens) this.#openingSent = number;
      const end = (): void => {
        cancel();
        this.#pending.delete(fail);
      };
      const fail = (error: AccessError): void => {
        end();
        reject(error);
      };
      const cancel = this.#options.timers.after(turn.limit, () => {
        fail(new AccessError('OUTPUT_TIMEOUT', `no answer within ${turn.limit} ms`));
        this.#missed(link, turn.unit);
      });
      this.#pending.add(fail);
      send(link).then(
        (value) => {
          this.#heard(link, turn.unit, number);
          end();
          resolve(value);
        },
        (reason: unknown) => {
          const error = toAccessError(reason);
          if (error.code === 'OUTPUT_TIMEOUT') this.#missed(link, turn.unit);
          else this.#heard(link, turn.unit, number);
          fail(error);
        },
      );
    });
  }

  /** An answer has come, perhaps late: everything sent before it has been executed too. */
  #heard(link: ModbusLink, unit: number, number: number): void {
    if (link !== this.#link) return;
    this.#backoff.reset();
    this.#silentSince = undefined;
    if (number >= this.#openingSent) this.#openingSent = Infinity;
    if (this.#answering.has(unit)) return;
    this.#answering.add(unit);
    this.#tell('ready', unit);
  }

  /** An answer is missing. Other devices on the line must not suffer for it. */
  #missed(link: ModbusLink, unit: number): void {
    if (link !== this.#link) return;
    this.#answering.delete(unit);
    this.#tell('lost', unit);
    if (this.#options.serial) {
      this.#link = undefined;
      this.#reopen(link);
    } else if (this.#isOutOfPatience()) {
      this.#lose(notConnected());
      this.#reopen(link);
    }
  }

  #isOutOfPatience(): boolean {
    const now = this.#options.clock.monotonic();
    this.#silentSince ??= now;
    const patience = this.#openingSent === Infinity ? PATIENCE.nothing : PATIENCE.opening;
    return now - this.#silentSince >= patience;
  }

  #failAll(reason: AccessError): void {
    for (const fail of [...this.#pending]) fail(reason);
  }

  #tell(what: 'ready' | 'lost', unit?: number): void {
    for (const [listener, of] of [...this.#listeners]) {
      if (unit === undefined || unit === of) listener[what]();
    }
  }
}

function notConnected(): AccessError {
  return new AccessError('OUTPUT_FAILED', 'the board is not connected');
}
