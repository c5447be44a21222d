import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { takeOwnership } from '../lib/engine/store/owner-lock.ts';
import { makeFolder, removeFolder } from './support/folder.ts';
import { ROOT, freePort, type FlowNode } from './support/node-red.ts';
import { runTool, type Program } from './support/program.ts';

const ANNA = '0A00B3C4D5';

const environment = { ...process.env };
for (const name of Object.keys(environment)) {
  if (name.startsWith('GATEWIRE_')) Reflect.deleteProperty(environment, name);
}

const start = (...args: string[]): Program => runTool('start.js', args, environment);

/** Runs to the end, and gives what was printed with the exit code. */
async function finish(program: Program): Promise<{ code: number | null; text: string }> {
  return { code: await program.ended(), text: program.printed().trim() };
}

/** The flows of a new installation, on ports that are free here. */
async function writeFlows(file: string): Promise<void> {
  const ports = new Map([
    ['9001', String(await freePort())],
    ['10502', String(await freePort())],
  ]);
  const nodes = ['offline', 'simulator'].flatMap(
    (name) =>
      JSON.parse(readFileSync(path.join(ROOT, 'flows', `${name}.json`), 'utf8')) as FlowNode[],
  );
  for (const node of nodes) {
    for (const field of ['port', 'tcpPort', 'serverPort']) {
      const moved = ports.get(String(node[field]));
      if (moved !== undefined) node[field] = moved;
    }
  }
  writeFileSync(file, JSON.stringify(nodes));
}

describe('npm start', function () {
  this.timeout(60_000);
  let folder: string;

  before(() => {
    folder = makeFolder();
  });

  after(() => {
    removeFolder(folder);
  });

  describe('in a new data folder', () => {
    let data: string;
    let flows: string;
    let port: number;
    let program: Program;
    let password: string;

    const address = (path: string): string => `http://127.0.0.1:${port}${path}`;
    const basic = (): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
    });

    before(async () => {
      data = path.join(folder, 'data');
      flows = path.join(data, 'flows.json');
      port = await freePort();
    });

    after(async () => {
      program.process.kill('SIGTERM');
      await program.ended();
    });

    async function launch(...options: string[]): Promise<void> {
      program = start('--data', data, '--port', String(port), ...options);
      await program.until(/Started flows/);
    }

    async function stop(): Promise<void> {
      program.process.kill('SIGTERM');
      assert.equal(await program.ended(), 0);
    }

    async function login(secret: string): Promise<Response> {
      const form = { client_id: 'node-red-admin', grant_type: 'password', scope: '*' };
      return fetch(address('/auth/token'), {
        method: 'POST',
        body: new URLSearchParams({ ...form, username: 'admin', password: secret }),
      });
    }

    async function flowsOnTheServer(): Promise<FlowNode[]> {
      const { access_token: token } = (await (await login(password)).json()) as {
        access_token: string;
      };
      const headers = { authorization: `Bearer ${token}` };
      return (await (await fetch(address('/flows'), { headers })).json()) as FlowNode[];
    }

    const readersOff = (): string[] =>
      (JSON.parse(readFileSync(flows, 'utf8')) as FlowNode[])
        .filter(({ d, type }) => d === true && type.startsWith('serial '))
        .map(({ type }) => type)
        .sort();

    it('prepares the demo site and prints the address and the password once', async () => {
      await launch('--serial', path.join(folder, 'no-such-port'));
      const text = program.printed();
      password = /Password: {2}(\w{16}) {3}\(shown only now\)/.exec(text)?.[1] ?? '';
      assert.notEqual(password, '');
      assert.equal(text.split(password).length, 2);
      assert.ok(text.includes(address('/\n')));
      assert.match(text, /A demo site with 36 people is ready/);
    });

    it('keeps the password nowhere, and its secrets from other users', () => {
      const secrets = path.join(data, 'secrets', 'node-red.json');
      assert.ok(!readFileSync(secrets, 'utf8').includes(password));
      assert.equal(statSync(secrets).mode & 0o077, 0);
      assert.equal(statSync(path.join(data, 'secrets', 'engine.key')).mode & 0o077, 0);
    });

    it('lets nobody into the editor or the simulator without the password', async () => {
      assert.equal((await fetch(address('/flows'))).status, 401);
      assert.equal((await fetch(address('/simulator'))).status, 401);
      assert.notEqual((await login('wrong')).status, 200);
    });

    it('has all shipped flows loaded', async () => {
      const tabs = (await flowsOnTheServer()).filter(({ type }) => type === 'tab');
      assert.deepEqual(tabs.map(({ label }) => label).sort(), [
        'Offline door',
        'Payment-gated exit',
        'Simulator',
      ]);
    });

    it('keeps the edits of the user and says no password at the next start', async () => {
      await stop();
      await writeFlows(flows);
      const nodes = JSON.parse(readFileSync(flows, 'utf8')) as FlowNode[];
      const mine: FlowNode = { id: 'mine', type: 'tab', label: 'My own tab' };
      writeFileSync(flows, JSON.stringify([...nodes, mine]));
      await launch();
      assert.ok(!program.printed().includes(password));
      assert.match(program.printed(), /Password: {2}as printed at the first start/);
      assert.doesNotMatch(program.printed(), /demo site with/);
      assert.ok((await flowsOnTheServer()).some(({ label }) => label === 'My own tab'));
    });

    it('is quiet in the log, whether a card reader is plugged in or not', () => {
      assert.doesNotMatch(program.printed(), /\[error\]/);
    });

    it('opens the door for a badge on the simulator page', async () => {
      const page = await fetch(address('/simulator'), { headers: basic() });
      assert.match(await page.text(), /Gatewire simulator/);
      await badgeUntilOpen();
    });

    /** A board that has not reported yet is not told to open: then the card is shown again. */
    async function badgeUntilOpen(): Promise<void> {
      for (;;) {
        const headers = { ...basic(), 'content-type': 'application/json' };
        const body = JSON.stringify({ card: ANNA });
        const answer = await fetch(address('/simulator/badge'), { method: 'POST', headers, body });
        assert.equal(answer.status, 200, await answer.text());
        for (let look = 0; look < 22; look++) {
          const door = await fetch(address('/simulator/door'), { headers: basic() });
          if (((await door.json()) as { open: boolean }).open) return;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    }

    it('explains its rules on the command line while it runs', async () => {
      const site = path.join(data, 'gatewire', 'demo');
      const anna = await finish(runTool('explain.js', [site, 'p001', 'main-door'], environment));
      assert.match(anna.text, /^Anna Keller \(p001\) at Main door, entry .*: granted/);
      assert.equal(anna.code, 0);
      const emil = await finish(runTool('explain.js', [site, 'p005', 'main-door'], environment));
      assert.match(emil.text, /denyRule/);
      assert.equal(emil.code, 1);
    });

    it('ends with all its processes on SIGTERM', async () => {
      await stop();
      // The engine holds its folder as long as it lives: that it can be had now says that none is left.
      takeOwnership(path.join(data, 'gatewire', 'demo'))();
    });

    it('switches the serial reader on when a port is named, and off only where none is', async () => {
      const port = path.join(folder, 'another-port');
      await launch('--serial', port);
      assert.deepEqual(readersOff(), []);
      await program.until(/another-port/);
      await stop();
    });
  });

  describe('that cannot work ends with one sentence', () => {
    const cases: { title: string; args: () => Promise<string[]> | string[]; says: RegExp }[] = [
      {
        title: 'a data folder that cannot be written',
        args: () => {
          writeFileSync(path.join(folder, 'file'), '');
          return ['--data', path.join(folder, 'file', 'data')];
        },
        says: /^The data folder .* cannot be written \(\w+\); choose another with --data\.$/,
      },
      {
        title: 'an unknown flow',
        args: () => ['--flows', 'x'],
        says: /^There is no flow "x"; .*\.$/,
      },
      {
        title: 'a bad port',
        args: () => ['--port', '70000'],
        says: /^"70000" is not a port; .*\.$/,
      },
      { title: 'an unknown option', args: () => ['--prot', '1'], says: /^Unknown option '--prot'/ },
    ];

    for (const { title, args, says } of cases) {
      it(title, async () => {
        const { code, text } = await finish(start(...(await args())));
        assert.match(text, says);
        assert.ok(!text.includes('\n'), text);
        assert.equal(code, 1);
      });
    }

    it('a busy port', async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      const data = path.join(folder, 'busy');
      const { code, text } = await finish(start('--port', String(port), '--data', data));
      server.close();
      assert.equal(text, `Port ${port} is in use by another program; choose another with --port.`);
      assert.equal(code, 1);
    });
  });

  it('tells its options with --help', async () => {
    const { code, text } = await finish(start('--help'));
    for (const option of ['flows', 'port', 'data', 'serial', 'empty'])
      assert.ok(text.includes(`--${option} `), option);
    assert.equal(code, 0);
  });
});
