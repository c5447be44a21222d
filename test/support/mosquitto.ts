import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, freePort } from './node-red.ts';

export interface Mosquitto {
  port: number;
  folder: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** A Mosquitto that lets everybody do everything: a broker that was taken over. */
export async function openMosquitto(): Promise<Mosquitto> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-mosquitto-'));
  const config = (port: number): string =>
    `listener ${String(port)} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 0\n`;
  return start(folder, config);
}

/**
 * A Mosquitto with exactly the certificates, configuration and rules of docs/mosquitto.md, for devices that show a
 * password or a certificate.
 */
export async function documentedMosquitto(
  devices: 'password' | 'certificate' = 'password',
): Promise<Mosquitto> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-mosquitto-'));
  const text = await readFile(path.join(ROOT, 'docs', 'mosquitto.md'), 'utf8');
  const here = (block: string): string => block.replaceAll('/etc/mosquitto/gatewire', folder);
  const blocks = (kind: string): string[] =>
    [...text.matchAll(new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``, 'g'))].map(([, block = '']) =>
      here(block),
    );
  for (const script of blocks('sh')) execFileSync('bash', ['-ec', script], { stdio: 'ignore' });
  await writeFile(path.join(folder, 'acl'), blocks('acl')[0] ?? '');
  const user = process.getuid?.() === 0 ? 'user root\n' : '';
  const [passwords = '', certificates = ''] = blocks('conf');
  const conf =
    devices === 'password' ? passwords : passwords.replace(/^password_file .*$/m, certificates);
  const config = (port: number): string =>
    user + conf.replace('listener 8883', `listener ${String(port)} 127.0.0.1`);
  return start(folder, config);
}

async function start(folder: string, config: (port: number) => string): Promise<Mosquitto> {
  const port = await freePort();
  const file = path.join(folder, 'mosquitto.conf');
  await writeFile(file, config(port));
  const child = spawn('mosquitto', ['-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`mosquitto has ended: ${log}`);
  }
  return {
    port,
    folder,
    process: child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  } finally {
    socket.destroy();
  }
}
