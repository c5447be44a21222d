import { systemClock } from '../../model/clock.ts';
import { AccessError } from '../../model/errors.ts';
import { systemTimers } from '../timers.ts';
import { ModbusBus } from './modbus-bus.ts';
import { connectModbus, type ModbusTarget } from './modbus-link.ts';

interface Shared {
  bus: ModbusBus;
  target: string;
  users: number;
}

const shared = new Map<string, Shared>();
const closing = new Map<string, Promise<void>>();

export interface BusHandle {
  bus: ModbusBus;
  /** Closes the connection with its last user. */
  release: () => Promise<void>;
}

/**
 * The one connection to a device or serial line, for all outputs on it. Throws CONFIG_INVALID if it is in use
 * with other line settings.
 */
export function acquireBus(target: ModbusTarget): BusHandle {
  const key = target.kind === 'tcp' ? `${target.host}:${target.port}` : target.path;
  const settings = JSON.stringify(target);
  const entry = shared.get(key) ?? { bus: openBus(key, target), target: settings, users: 0 };
  if (entry.target !== settings) {
    throw new AccessError('CONFIG_INVALID', `${key} is in use with other settings`);
  }
  shared.set(key, entry);
  entry.users += 1;
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    entry.users -= 1;
    if (entry.users === 0) await closeBus(key, entry.bus);
  };
  return { bus: entry.bus, release };
}

function openBus(key: string, target: ModbusTarget): ModbusBus {
  const connect = async (signal: AbortSignal): ReturnType<typeof connectModbus> => {
    // A serial port can be opened once only: wait until the one before has let go.
    await closing.get(key);
    return await connectModbus(target, signal);
  };
  return new ModbusBus({
    connect,
    serial: target.kind === 'rtu',
    clock: systemClock,
    timers: systemTimers,
  });
}

async function closeBus(key: string, bus: ModbusBus): Promise<void> {
  shared.delete(key);
  const closed = bus.close().finally(() => {
    if (closing.get(key) === closed) closing.delete(key);
  });
  closing.set(key, closed);
  await closed;
}
