import { createConnection, type Socket } from 'node:net';
import modbus from 'modbus-serial';
import { AccessError } from '../../model/errors.ts';
import type { ModbusTable } from './modbus-boards.ts';

export interface TcpTarget {
  kind: 'tcp';
  host: string;
  port: number;
}

export interface RtuTarget {
  kind: 'rtu';
  /** The serial device, for example `/dev/ttyUSB0`. */
  path: string;
  baudRate: number;
  parity: 'none' | 'even' | 'odd';
  stopBits: 1 | 2;
}

export type ModbusTarget = TcpTarget | RtuTarget;

/**
 * One live connection. A call settles when the answer comes, however late, and never if none comes: time limits
 * are the caller's. It rejects with OUTPUT_FAILED if the device refuses, and with OUTPUT_TIMEOUT if the answer
 * says that nothing answered (a gateway), or cannot be understood.
 */
export interface ModbusLink {
  read(unit: number, table: ModbusTable, address: number): Promise<number>;
  /** `value`: 16 bits; `0xff00` and `0` for a coil. */
  write(unit: number, table: ModbusTable, address: number, value: number): Promise<void>;
  /** The connection has ended, by whichever side. */
  onClosed(listener: () => void): void;
  /** Ends the connection; what was written still goes out. Never rejects. */
  close(): Promise<void>;
  /** Ends the connection and takes back what has not reached the other side. Never rejects. */
  reset(): Promise<void>;
}

/** Milliseconds to set up a connection. */
const CONNECT_LIMIT = 2000;
/** Milliseconds for the other side to end the connection when we do. */
const CLOSE_LIMIT = 200;
const WRITE_CODE = { coil: 5, register: 6 } as const;
const COIL_ON = 0xff00;
/** How the library names a port that is not open. */
const NOT_OPEN = 'ECONNREFUSED';
/** Exceptions with which a gateway says that the device behind it is silent. */
const GATEWAY_SILENT = new Set([10, 11]);

/** Connects, with a time limit of two seconds. The signal ends the attempt. */
export async function connectModbus(
  target: ModbusTarget,
  signal: AbortSignal,
): Promise<ModbusLink> {
  return target.kind === 'tcp' ? await connectTcp(target, signal) : await connectRtu(target);
}

type Client = InstanceType<typeof modbus.default>;

async function connectTcp({ host, port }: TcpTarget, signal: AbortSignal): Promise<ModbusLink> {
  // The library's own connecting loses the close event after an error, so the socket is ours.
  const socket = await openSocket(host, port, signal);
  const client = new modbus.default();
  await client.linkTCP(socket, { host, port });
  return linkOf(client, {
    onClosed: (listener) => socket.once('close', listener),
    close: () => endSocket(socket),
    reset: () => {
      socket.resetAndDestroy();
      return Promise.resolve();
    },
  });
}

function openSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true, keepAlive: true });
    const abort = (): void => {
      socket.destroy(new Error('given up'));
    };
    signal.addEventListener('abort', abort);
    socket.setTimeout(CONNECT_LIMIT, () => {
      socket.destroy(new Error(`no connection within ${CONNECT_LIMIT} ms`));
    });
    socket.on('error', (error) => {
      reject(unreachable(`${host}:${port}`, error));
    });
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

/** Sends the end after all that was written, and does not wait for ever for the answer to it. */
function endSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), CLOSE_LIMIT);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end();
  });
}

async function connectRtu({ path, baudRate, parity, stopBits }: RtuTarget): Promise<ModbusLink> {
  const client = new modbus.default();
  try {
    await client.connectRTUBuffered(path, { baudRate, parity, stopBits, dataBits: 8 });
  } catch (error) {
    throw unreachable(path, error);
  }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, CLOSE_LIMIT);
      client.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return linkOf(client, {
    onClosed: (listener) => client.on('close', listener),
    close,
    reset: close,
  });
}

type Ending = Pick<ModbusLink, 'close' | 'reset'> & { onClosed: (listener: () => void) => unknown };

function linkOf(client: Client, { onClosed, close, reset }: Ending): ModbusLink {
  client.on('error', ignore);
  return {
    read: (unit, table, address) =>
      call((answer) => {
        const next = (error: unknown, result: unknown): void => {
          answer(error, () => firstValue(result));
        };
        if (table === 'coil') client.writeFC1(unit, address, 1, next);
        else client.writeFC3(unit, address, 1, next);
      }),
    write: (unit, table, address, value) =>
      call((answer) => {
        const bytes = [address >> 8, address & 0xff, value >> 8, value & 0xff];
        client.writeCustomFC(unit, WRITE_CODE[table], bytes, (error: unknown, result: unknown) => {
          // On a serial line the late echo of an earlier write may come first.
          if (hasFailed(error) || isEcho(result, address, value)) answer(error, ignore);
        });
      }),
    onClosed,
    close,
    reset,
  };
}

type Answer<T> = (error: unknown, result: () => T) => void;

function call<T>(send: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, result) => {
      if (hasFailed(error)) reject(failure(error));
      else resolve(result());
    });
  });
}

function hasFailed(error: unknown): boolean {
  return error !== null && error !== undefined;
}

function firstValue(result: unknown): number {
  const { data } = result as { data: readonly (boolean | number)[] };
  return Number(data[0]);
}

/** Whether a board repeats what it was told, as it has to after a write. */
function isEcho(result: unknown, address: number, value: number): boolean {
  const echo = result as { address: number; state?: boolean; value?: number };
  if (echo.address !== address) return false;
  return echo.state === undefined ? echo.value === value : echo.state === (value === COIL_ON);
}

function failure(cause: unknown): AccessError {
  const { message, modbusCode, errno } = Object(cause) as Record<string, unknown>;
  const refused = modbusCode !== undefined || errno === NOT_OPEN;
  const silent = !refused || GATEWAY_SILENT.has(Number(modbusCode));
  const code = silent ? 'OUTPUT_TIMEOUT' : 'OUTPUT_FAILED';
  return new AccessError(code, String(message), { cause });
}

function unreachable(where: string, cause: unknown): AccessError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AccessError('OUTPUT_FAILED', `${where} cannot be reached: ${why}`, { cause });
}

function ignore(): void {
  // What matters is the end of the connection, which is listened to.
}
