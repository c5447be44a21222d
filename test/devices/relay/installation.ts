import { RelayController } from '../../../lib/devices/relay/controller.ts';
import { MODBUS_BOARDS } from '../../../lib/devices/relay/modbus-boards.ts';
import { ModbusBus } from '../../../lib/devices/relay/modbus-bus.ts';
import {
  connectModbus,
  type ModbusLink,
  type ModbusTarget,
} from '../../../lib/devices/relay/modbus-link.ts';
import { ModbusRelay } from '../../../lib/devices/relay/modbus.ts';
import type { RelayState } from '../../../lib/devices/relay/output.ts';
import { systemTimers } from '../../../lib/devices/timers.ts';
import { systemClock } from '../../../lib/model/clock.ts';
import { systemTime } from '../../support/peers/peers.ts';

/** Short, so that the tests are. */
export const PULSE = { action: 'pulse', duration: 400, life: 500 } as const;
export const ON = { action: 'on', life: 500 } as const;

/** A relay on channel 1 of a real server, in real time. */
export class Installation {
  readonly relay: RelayController;
  /** Called right before an opening is written, after the board has answered the probe. */
  beforeOpening: () => void = () => undefined;
  readonly #waiting: { state: RelayState; resolve: () => void }[] = [];

  constructor(target: ModbusTarget) {
    const bus = new ModbusBus({
      connect: async (signal) => this.#watched(await connectModbus(target, signal)),
      serial: target.kind === 'rtu',
      clock: systemClock,
      timers: systemTimers,
    });
    const driver = new ModbusRelay({
      bus,
      board: MODBUS_BOARDS.coil,
      unit: 1,
      channel: 1,
      limit: 400,
      inverted: false,
      release: () => bus.close(),
    });
    this.relay = new RelayController({
      driver,
      clock: systemClock,
      timers: systemTimers,
      onStatus: ({ state }) => {
        for (const waiting of this.#waiting) if (waiting.state === state) waiting.resolve();
      },
    });
  }

  async becomes(state: RelayState): Promise<void> {
    if (this.relay.status.state === state) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ state, resolve });
    });
  }

  /** Executes a command; the code of its failure, or `done`, and the milliseconds it took. */
  async execute(command: typeof PULSE | typeof ON): Promise<{ end: string; took: number }> {
    const begun = systemTime();
    const result = await this.relay.execute(command);
    const end = result.state === 'failed' ? result.code : result.state;
    return { end, took: systemTime() - begun };
  }

  #watched(link: ModbusLink): ModbusLink {
    return {
      ...link,
      write: (unit, table, address, value) => {
        if (value !== 0) this.beforeOpening();
        return link.write(unit, table, address, value);
      },
    };
  }
}
