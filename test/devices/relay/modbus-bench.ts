import type { RelayCommand, RelayResult } from '../../../lib/devices/relay/command.ts';
import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { MODBUS_BOARDS, type ModbusBoard } from '../../../lib/devices/relay/modbus-boards.ts';
import { ModbusBus } from '../../../lib/devices/relay/modbus-bus.ts';
import { ModbusRelay } from '../../../lib/devices/relay/modbus.ts';
import { SimulatedRelayBoard } from '../../../lib/devices/simulator/relay-board.ts';
import { CountedTimers, FakeTime } from '../fake-time.ts';
import { MemoryNetwork } from './memory-link.ts';
import { codeOf } from './relay-bench.ts';

/** Milliseconds to wait for an answer. */
export const LIMIT = 400;

export interface Place {
  channel?: number;
  unit?: number;
  board?: ModbusBoard;
  inverted?: boolean;
  /** Milliseconds between two looks at the output. */
  pollInterval?: number;
}

/** A bus with a simulated board as unit 1, over a network in memory, in a time that stands still. */
export class ModbusBench {
  readonly time = new FakeTime();
  readonly board = new SimulatedRelayBoard({ clock: this.time, timers: this.time });
  readonly network = new MemoryNetwork(this.time, (pdu, unit) =>
    unit === 1 ? this.board.serve(pdu) : Promise.resolve({ reset: false }),
  );
  /** Those of bus and relays. */
  readonly timers = new CountedTimers(this.time);
  readonly bus: ModbusBus;

  constructor(serial = false) {
    const connect = (): ReturnType<MemoryNetwork['connect']> => this.network.connect();
    const { time: clock, timers } = this;
    this.bus = new ModbusBus({ connect, serial, clock, timers, random: () => 0.5 });
  }

  relay({ channel = 1, unit = 1, inverted = false, ...place }: Place = {}): RelayController {
    const { bus, time: clock, timers } = this;
    const board = place.board ?? MODBUS_BOARDS.coil;
    const release = (): Promise<void> => Promise.resolve();
    const driver = new ModbusRelay({ bus, board, unit, channel, limit: LIMIT, inverted, release });
    const pollInterval = place.pollInterval ?? 1000;
    return new RelayController({ driver, clock, timers, pollInterval, random: () => 0.5 });
  }

  async started(place?: Place): Promise<RelayController> {
    const relay = this.relay(place);
    void relay.start();
    await this.time.advance(50);
    return relay;
  }

  /** Gives a command and lets `wait` milliseconds pass: `done` or the code of the failure, if it has come by then. */
  async run(relay: RelayController, command: RelayCommand, wait = 50): Promise<string | undefined> {
    let result: RelayResult | undefined;
    void relay.execute(command).then((value) => {
      result = value;
    });
    await this.time.advance(wait);
    return codeOf(result);
  }

  /** How often any output went on. */
  get openings(): number {
    return this.board.history.filter(({ on }) => on).length;
  }

  /** Stops the relays, then the bus. How many milliseconds that took, and how many timers were left then. */
  async stop(...relays: RelayController[]): Promise<{ took: number; left: number }> {
    const begun = this.time.monotonic();
    let end = { took: Infinity, left: Infinity };
    void Promise.all(relays.map((relay) => relay.stop()))
      .then(() => this.bus.close())
      .then(() => {
        end = { took: this.time.monotonic() - begun, left: this.timers.pending };
      });
    await this.time.advance(5000);
    return end;
  }
}
