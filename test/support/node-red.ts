import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');

export type FlowNode = Record<string, unknown> & { id: string; type: string };

export interface NodeRedOptions {
  flows: readonly FlowNode[];
  /** More settings, as JavaScript source of an object literal. */
  settings?: string;
  /** Where the nodes are loaded from; by default the built checkout. */
  nodesDir?: string[];
  userDir?: string;
  env?: NodeJS.ProcessEnv;
  /** Source that runs before the settings, for example a preload. */
  preamble?: string;
}

export interface RunningNodeRed {
  readonly url: string;
  readonly port: number;
  readonly userDir: string;
  readonly process: ChildProcess;
  /** Everything it has printed so far. */
  log(): string;
  /** Resolves when the pattern has been printed; rejects if the process ends first. */
  printed(pattern: RegExp): Promise<void>;
  deploy(flows: readonly FlowNode[], type?: 'full' | 'flows' | 'nodes'): Promise<void>;
  stop(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Builds the checkout if nobody has yet; the whole suite runs after a build anyway. */
export function ensureBuilt(): void {
  if (existsSync(path.join(ROOT, 'dist', 'nodes'))) return;
  execFileSync(process.execPath, [path.join(ROOT, 'tools', 'build.js')], { stdio: 'inherit' });
}

/** Starts a real Node-RED on loopback with the built nodes and these flows, and waits for "Started flows". */
export async function startNodeRed(options: NodeRedOptions): Promise<RunningNodeRed> {
  const userDir = options.userDir ?? (await mkdtemp(path.join(tmpdir(), 'gatewire-red-')));
  const port = await freePort();
  await writeFile(path.join(userDir, 'flows.json'), JSON.stringify(options.flows));
  await writeFile(path.join(userDir, 'settings.cjs'), settingsSource(options, port));
  const red = createRequire(import.meta.url).resolve('node-red/red.js');
  const child = spawn(
    process.execPath,
    [red, '--settings', path.join(userDir, 'settings.cjs'), '--userDir', userDir],
    { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const running = observe(child, port, userDir, options.userDir === undefined);
  await running.printed(/Started flows/);
  return running;
}

function settingsSource(options: NodeRedOptions, port: number): string {
  const base = {
    flowFile: 'flows.json',
    credentialSecret: 'only for this test',
    uiHost: '127.0.0.1',
    uiPort: port,
    nodesDir: options.nodesDir ?? [ROOT],
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false, allowUpload: false } },
    editorTheme: { tours: false, projects: { enabled: false } },
  };
  return `${options.preamble ?? ''}
module.exports = { ...${JSON.stringify(base)}, ...${options.settings ?? '{}'} };\n`;
}

function observe(
  child: ChildProcess,
  port: number,
  userDir: string,
  temporary: boolean,
): RunningNodeRed {
  let log = '';
  const watchers = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    log += chunk.toString('utf8');
    for (const watcher of watchers) watcher();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  child.on('exit', () => {
    for (const watcher of watchers) watcher();
  });
  const url = `http://127.0.0.1:${port}`;
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const watcher = (): void => {
        if (pattern.test(log)) resolve();
        else if (child.exitCode === null && child.signalCode === null) return;
        else reject(new Error(`Node-RED ended before it printed ${String(pattern)}:\n${log}`));
        watchers.delete(watcher);
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    url,
    port,
    userDir,
    process: child,
    log: () => log,
    printed,
    async deploy(flows, type = 'full') {
      const answer = await fetch(`${url}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': type },
        body: JSON.stringify(flows),
      });
      if (answer.status !== 204) throw new Error(`deploy: ${answer.status} ${await answer.text()}`);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      if (temporary) await rm(userDir, { recursive: true, force: true });
    },
  };
}
