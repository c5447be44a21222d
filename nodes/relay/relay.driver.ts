import { acquireBus } from '../../lib/devices/relay/modbus-pool.ts';
import { ModbusRelay } from '../../lib/devices/relay/modbus.ts';
import type { RelayDriver } from '../../lib/devices/relay/driver.ts';
import type { OutputMessage } from '../../lib/devices/relay/formats.ts';
import { WiredRelay } from '../../lib/devices/relay/wired.ts';
import { SimulatedRelay } from '../../lib/devices/simulator/relay.ts';
import { systemTimers } from '../../lib/devices/timers.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { RelayConfig } from './relay.config.ts';

/** Opens the driver that the settings ask for. Throws CONFIG_INVALID if a line is in use otherwise. */
export function openDriver(
  { connection, inverted }: RelayConfig,
  send: (message: OutputMessage, on: boolean) => void,
): RelayDriver {
  switch (connection.kind) {
    case 'simulated':
      return new SimulatedRelay();
    case 'direct':
      return new ModbusRelay({ ...connection, ...acquireBus(connection.target), inverted });
    case 'wired':
      return new WiredRelay({
        ...connection,
        send,
        inverted,
        clock: systemClock,
        timers: systemTimers,
      });
  }
}
