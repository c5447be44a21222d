import type { DriverListener, RelayDriver, WriteOptions } from './driver.ts';
import { addressOf, timerValue, type ModbusBoard } from './modbus-boards.ts';
import type { ModbusBus, ModbusSession } from './modbus-bus.ts';

export interface ModbusRelayOptions {
  bus: ModbusBus;
  board: ModbusBoard;
  /** Address of the device, 0 to 255. */
  unit: number;
  /** Counted from 1. */
  channel: number;
  /** Milliseconds to wait for each answer, 50 to 800. */
  limit: number;
  /** The contact is open while the output is on. The board's own timer is not used then. */
  inverted: boolean;
  /** Gives the connection back. */
  release: () => Promise<void>;
}

/**
 * An output of a Modbus relay board, driven directly. Right before it switches on, the board has to answer a read
 * on the same connection: one that is frozen never gets the command, and so cannot execute it when it wakes up.
 *
 * What remains is a board that freezes in the moment between that answer and the command. It finds off behind on
 * when it wakes up, and the contact does not move; unless it has been cut off from us as well, or takes its time
 * from one request to the next. Only a timer on the board ends the opening then, so use one where it is there.
 */
export class ModbusRelay implements RelayDriver {
  readonly readable = true;
  readonly #options: ModbusRelayOptions;
  readonly #address: number;

  constructor(options: ModbusRelayOptions) {
    this.#options = options;
    this.#address = addressOf(options.board, options.channel);
  }

  async switchOn({ guard, pulse }: WriteOptions): Promise<void> {
    const { board } = this.#options;
    await this.#turn(false, async (session) => {
      guard();
      await session.read(board.table, this.#address);
      guard();
      await this.#writeOn(session, pulse);
    });
  }

  async switchOff(): Promise<void> {
    const { board, inverted } = this.#options;
    await this.#turn(true, (session) =>
      session.write(board.table, this.#address, inverted ? board.on : board.off, false),
    );
  }

  async read(): Promise<boolean> {
    const { board, inverted } = this.#options;
    const value = await this.#turn(false, (session) => session.read(board.table, this.#address));
    return (value === board.reads) !== inverted;
  }

  subscribe(listener: DriverListener): () => void {
    return this.#options.bus.subscribe(this.#options.unit, listener);
  }

  async close(): Promise<void> {
    await this.#options.release();
  }

  async #writeOn(session: ModbusSession, pulse: number | undefined): Promise<void> {
    const { board, inverted } = this.#options;
    const timed = pulse === undefined || inverted ? undefined : timerValue(board, pulse);
    if (timed !== undefined && board.timer !== undefined) {
      await session.write(board.table, this.#address + board.timer.offset, timed, true);
    } else {
      await session.write(board.table, this.#address, inverted ? board.off : board.on, true);
    }
  }

  #turn<T>(urgent: boolean, task: (session: ModbusSession) => Promise<T>): Promise<T> {
    const { bus, unit, limit } = this.#options;
    return bus.run({ unit, limit, urgent }, task);
  }
}
