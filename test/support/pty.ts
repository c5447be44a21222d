import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A pair of pseudo terminals: what goes into one end comes out of the other, like a serial cable. */
export interface SerialCable {
  /** Path of the gateway's end. */
  gateway: string;
  /** Path of the reader's end. */
  reader: string;
  unplug(): Promise<void>;
}

/** Lays a cable with socat. */
export async function serialCable(): Promise<SerialCable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-pty-'));
  const gateway = path.join(folder, 'gateway');
  const reader = path.join(folder, 'reader');
  const ends = [gateway, reader].map((link) => `pty,raw,echo=0,link=${link}`);
  const socat = spawn('socat', ['-d', '-d', ...ends], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let log = '';
    socat.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('starting data transfer loop')) resolve();
    });
    socat.once('error', reject);
    socat.once('exit', () => {
      reject(new Error(`socat ended: ${log}`));
    });
  });
  return {
    gateway,
    reader,
    async unplug() {
      if (socat.exitCode === null) {
        socat.kill();
        await once(socat, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
