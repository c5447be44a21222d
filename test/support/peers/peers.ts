import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A write of a coil, as a peer saw it. Addresses from 0; the system's monotonic time in milliseconds. */
export interface CoilWrite {
  address: number;
  on: boolean;
  at: number;
}

/** The system's monotonic time in milliseconds, the same in all processes. */
export function systemTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A Modbus server of somebody else's making, in a process of its own. */
export class ModbusPeer {
  readonly writes: CoilWrite[] = [];
  readonly #process: ChildProcess;
  #port = 0;
  #onWrite: (() => void) | undefined;

  private constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  static async start(command: string, args: readonly string[]): Promise<ModbusPeer> {
    const peer = new ModbusPeer(command, args);
    await peer.#ready();
    return peer;
  }

  get port(): number {
    return this.#port;
  }

  /** Stops the process in the middle of whatever it does, at once; what is sent to it waits. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
    const status = `/proc/${this.#process.pid ?? 0}/stat`;
    while (!readFileSync(status, 'utf8').includes(') T ')) continue;
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** Waits until a write has come for which this is true. */
  async wrote(found: (write: CoilWrite) => boolean): Promise<void> {
    while (!this.writes.some(found)) {
      await new Promise<void>((resolve) => {
        this.#onWrite = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async #ready(): Promise<void> {
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('the peer has no output');
    const failed = once(this.#process, 'exit').then(() => {
      throw new Error('the peer has ended');
    });
    const ready = new Promise<void>((resolve) => {
      createInterface(stdout).on('line', (line) => {
        const [word, ...numbers] = line.split(' ');
        if (word === 'ready') {
          this.#port = Number(numbers[0]);
          resolve();
        } else if (word === 'coil') this.#note(numbers.map(Number));
      });
    });
    await Promise.race([ready, failed]);
    failed.catch(() => undefined);
  }

  #note([address = 0, value = 0, at = 0]: number[]): void {
    this.writes.push({ address, on: value !== 0, at });
    this.#onWrite?.();
  }
}

const here = import.meta.dirname;
/** The distribution's own Python, which has the distribution's modules. */
const PYTHON = '/usr/bin/python3';

/** What has to be installed for the peers: file by Debian package. */
const NEEDED = {
  'python3-pymodbus': '/usr/lib/python3/dist-packages/pymodbus',
  'python3-serial-asyncio': '/usr/lib/python3/dist-packages/serial_asyncio',
  'libmodbus-dev': '/usr/include/modbus/modbus.h',
  mbpoll: '/usr/bin/mbpoll',
  socat: '/usr/bin/socat',
  gcc: '/usr/bin/gcc',
};

/** Skips the tests of a suite where Debian packages are missing; on a build server that is a failure. */
export function needPackages(test: Mocha.Context, ...packages: (keyof typeof NEEDED)[]): void {
  const missing = packages.filter((name) => !existsSync(NEEDED[name]));
  if (missing.length === 0) return;
  if (process.env.CI !== undefined) throw new Error(`not installed: ${missing.join(', ')}`);
  test.skip();
}

export function startPymodbus(...args: ['tcp'] | ['rtu', string]): Promise<ModbusPeer> {
  return ModbusPeer.start(PYTHON, [join(here, 'pymodbus_server.py'), ...args]);
}

let libmodbusServer: string | undefined;

export function startLibmodbus(): Promise<ModbusPeer> {
  if (libmodbusServer === undefined) {
    libmodbusServer = join(mkdtempSync(join(tmpdir(), 'gatewire-peer-')), 'libmodbus_server');
    const source = join(here, 'libmodbus_server.c');
    const flags = ['-O1', '-Wall', '-Werror', '-I/usr/include/modbus', '-o', libmodbusServer];
    execFileSync('/usr/bin/gcc', [...flags, source, '-lmodbus']);
  }
  return ModbusPeer.start(libmodbusServer, []);
}

/** Reads a coil with mbpoll, through a connection of its own. Addresses from 0. */
export async function pollCoil(port: number, address: number): Promise<boolean> {
  const args = [
    '-m',
    'tcp',
    '-p',
    String(port),
    '-t',
    '0',
    '-0',
    '-r',
    String(address),
    '-1',
    '-q',
  ];
  const { stdout } = await promisify(execFile)('/usr/bin/mbpoll', [...args, '127.0.0.1']);
  const value = /\]:\s*([01])/.exec(stdout)?.[1];
  if (value === undefined) throw new Error(`mbpoll said: ${stdout}`);
  return value === '1';
}
