import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LANGUAGES } from '../lib/model/site.ts';
import { makeFolder, removeFolder } from './support/folder.ts';
import { ROOT, startNodeRed, type FlowNode, type RunningNodeRed } from './support/node-red.ts';

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const manifest = json(path.join(ROOT, 'package.json')) as {
  name: string;
  'node-red': { nodes: Record<string, string> };
};
const names = Object.keys(manifest['node-red'].nodes);
const example = json(path.join(ROOT, 'examples', 'relay.json')) as FlowNode[];

interface NodeSet {
  module: string;
  name: string;
  types: string[];
  enabled: boolean;
  err?: unknown;
}

interface CommandRow {
  action: string;
  state: string;
  output: string;
  result: string;
}

/** Without what an npm around the tests says about the folder that it works in. */
const environment = { ...process.env };
Reflect.deleteProperty(environment, 'npm_config_local_prefix');

/** npm's own words are of interest only if it fails. */
function npm(folder: string, ...args: string[]): string {
  const options = ['--no-audit', '--no-fund', '--loglevel=error'];
  return execFileSync('npm', [...args, ...options], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What the command log and the decision that it names say, newest last. */
function commands(userDir: string, site: string): CommandRow[] {
  const file = path.join(userDir, 'gatewire', site, 'gateway.db');
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(
        `SELECT c.action, c.state, c.output, a.result FROM command_log AS c
         JOIN access_log AS a ON a.decision = c.decision ORDER BY c.seq`,
      )
      .all() as unknown as CommandRow[];
  } finally {
    database.close();
  }
}

describe('the package, installed as a palette module', function () {
  this.timeout(120_000);
  let folder: string;
  let files: string[];
  let nodeRed: RunningNodeRed;

  before(async () => {
    folder = makeFolder();
    const [packed] = JSON.parse(
      npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
    ) as [{ filename: string; files: { path: string }[] }];
    files = packed.files.map((file) => file.path);
    npm(folder, 'init', '--yes');
    const archive = path.join(folder, packed.filename.replace('@', '').replace('/', '-'));
    npm(folder, 'install', '--ignore-scripts', '--prefer-offline', archive);
    // No nodes but those that Node-RED finds in its user folder by itself.
    nodeRed = await startNodeRed({ flows: [], userDir: folder, nodesDir: [] });
  });

  after(async () => {
    await nodeRed.stop();
    removeFolder(folder);
  });

  async function admin(route: string, accept = 'application/json'): Promise<string> {
    const answer = await fetch(`${nodeRed.url}${route}`, { headers: { accept } });
    assert.equal(answer.status, 200, route);
    return answer.text();
  }

  it('holds what is built, examples, flows and papers, and no sources or tests', () => {
    for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'])
      assert.ok(files.includes(file), file);
    const places = new Set(
      files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]),
    );
    assert.deepEqual([...places].sort(), ['dist', 'docs', 'examples', 'flows', 'tools']);
    assert.deepEqual(
      files.filter((file) => /\.ts$|\.test\./.test(file)),
      [],
    );
  });

  it('brings its tools as commands', () => {
    for (const tool of ['gatewire-backup', 'gatewire-explain', 'gatewire-verify-log']) {
      const command = path.join(folder, 'node_modules', '.bin', tool);
      assert.match(execFileSync(command, ['--help'], { encoding: 'utf8' }), /data folder/, tool);
    }
  });

  it('brings few packages with it, and none that has to be compiled', () => {
    const tree = JSON.parse(npm(folder, 'ls', '--all', '--json')) as { problems?: string[] };
    assert.equal(tree.problems, undefined);
    const { packages } = json(path.join(folder, 'package-lock.json')) as {
      packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
    };
    const compiled = Object.entries(packages).filter(
      ([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true,
    );
    assert.deepEqual(
      compiled.map(([name]) => name),
      [],
    );
  });

  it('loads every node without an error', async () => {
    const sets = (JSON.parse(await admin('/nodes')) as NodeSet[]).filter(
      ({ module }) => module === manifest.name,
    );
    assert.deepEqual(sets.map(({ name }) => name).sort(), [...names].sort());
    for (const { name, types, enabled, err } of sets) {
      assert.deepEqual(types, [`gatewire-${name}`]);
      assert.equal(err, undefined, name);
      assert.ok(enabled, name);
    }
  });

  it('serves words, help, icons and the examples to the editor', async () => {
    for (const language of LANGUAGES) {
      for (const name of names) {
        const route = `/nodes/${manifest.name}/${name}/messages?lng=${language}`;
        assert.ok(Object.keys(JSON.parse(await admin(route)) as object).length > 0, route);
      }
    }
    const forms = await admin('/nodes', 'text/html');
    for (const name of names) assert.ok(forms.includes(`data-help-name="gatewire-${name}"`), name);
    const icons = JSON.parse(await admin('/icons')) as Record<string, string[]>;
    assert.ok(icons[manifest.name]?.includes('gatewire-relay.svg'));
    assert.ok((await admin('/library/examples/flows')).includes(manifest.name));
  });

  it('carries out a grant of the example flow, and records it', async () => {
    await nodeRed.deploy([...example, ...exitButtonOverHttp()]);
    const site = String(example.find(({ type }) => type === 'gatewire-site')?.siteId);
    await pressUntilDone(site);
    const [first] = commands(folder, site).filter(({ action }) => action === 'pulse');
    assert.equal(first?.output, 'door-lock');
    assert.equal(first.result, 'success');
  });

  /** The inject node of the example, as a request that the test can make. */
  function exitButtonOverHttp(): FlowNode[] {
    const button = example.find(({ type, name }) => type === 'inject' && name === 'exit button');
    const set = { t: 'set', p: 'requestToExit', pt: 'msg', to: 'true', tot: 'bool' };
    const z = button?.z;
    return [
      {
        ...{ id: 'press', type: 'http in', z, url: '/press', method: 'post' },
        wires: [['exit', 'answer']],
      },
      { id: 'exit', type: 'change', z, rules: [set], wires: button?.wires },
      { id: 'answer', type: 'http response', z, statusCode: '204', wires: [] },
    ];
  }

  /** The engine starts with the deploy; a press before it is ready is refused, so it is pressed again. */
  async function pressUntilDone(site: string): Promise<void> {
    for (;;) {
      await fetch(`${nodeRed.url}/press`, { method: 'POST' });
      for (let look = 0; look < 10; look++) {
        if (isDone(site)) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  function isDone(site: string): boolean {
    try {
      return commands(folder, site).some(({ state }) => state === 'done');
    } catch {
      return false; // no database yet
    }
  }
});
