import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ROOT, freePort, type FlowNode } from '../support/node-red.ts';
import { runTool, type Program } from '../support/program.ts';
import { rdm6300 } from '../support/rdm6300.ts';

const ANNA = '0A00B3C4D5';
const NEWCOMER = '0A00B36D21';
const READER = '9001';
const BOARD = '10502';

const environment = { ...process.env };
for (const name of Object.keys(environment)) {
  if (name.startsWith('GATEWIRE_')) Reflect.deleteProperty(environment, name);
}

interface Line {
  gateway: string;
  name: string;
  outcome: string;
}

/** Two commands in two terminals: a server, and a gateway whose hardware is simulated. */
describe('a server and a gateway', function () {
  this.timeout(180_000);
  let folder: string;
  let server: Program;
  let gateway: Program;
  let password: string;
  let readerPort: number;
  const ports = { server: 0, gateway: 0, broker: 0 };

  before(async () => {
    folder = makeFolder();
    for (const name of ['server', 'gateway', 'broker'] as const) ports[name] = await freePort();
  });

  after(async () => {
    for (const program of [gateway, server]) {
      program.process.kill('SIGTERM');
      await program.ended();
    }
    removeFolder(folder);
  });

  function launch(flow: string, name: 'server' | 'gateway', more: string[] = []): Program {
    const port = String(ports[name]);
    const broker = ['--broker-port', String(ports.broker)];
    const args = [flow, '--data', path.join(folder, name), '--port', port, ...broker, ...more];
    return runTool('start.js', args, environment);
  }

  async function startServer(): Promise<void> {
    server = launch('server', 'server');
    await server.until(/Started flows/);
  }

  /** The flows of a new gateway, with reader, board and broker on ports that are free here. */
  async function placeGateway(): Promise<void> {
    readerPort = await freePort();
    const moved = new Map([
      [READER, String(readerPort)],
      [BOARD, String(await freePort())],
    ]);
    const nodes = ['hybrid', 'simulator'].flatMap(
      (name) =>
        JSON.parse(readFileSync(path.join(ROOT, 'flows', `${name}.json`), 'utf8')) as FlowNode[],
    );
    for (const node of nodes) {
      for (const field of ['port', 'tcpPort', 'serverPort']) {
        node[field] = moved.get(String(node[field])) ?? node[field];
      }
      if (node.type === 'gatewire-link') node.url = `mqtt://127.0.0.1:${ports.broker}`;
    }
    mkdirSync(path.join(folder, 'gateway'), { mode: 0o700 });
    writeFileSync(path.join(folder, 'gateway', 'flows.json'), JSON.stringify(nodes));
  }

  /** What the reader at the gateway is told. */
  async function badge(card: string): Promise<string> {
    const socket = net.connect(readerPort, '127.0.0.1');
    socket.write(rdm6300(card));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString().trim();
  }

  function ask(name: string, body?: object): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    return fetch(`http://127.0.0.1:${ports.server}/server/${name}`, {
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
  }

  async function page<T>(name: string, body?: object): Promise<T> {
    const answer = await ask(name, body);
    assert.equal(answer.status, 200, name);
    return (await answer.json()) as T;
  }

  /** Asks until the answer is as expected: nothing tells this process when the other two are through. */
  async function eventually<T>(look: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await look();
      if (isSo(answer)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  const grantsOf = async (name: string): Promise<number> =>
    (await page<Line[]>('records')).filter(
      (line) => line.name === name && line.outcome === 'granted',
    ).length;

  it('find each other by the code that the server prints', async () => {
    await startServer();
    const printed = server.printed();
    password = /Password: {2}(\w{16})/.exec(printed)?.[1] ?? assert.fail(printed);
    const code = /--pair ([A-Z0-9-]+)/.exec(printed)?.[1] ?? assert.fail(printed);
    await placeGateway();
    gateway = launch('hybrid', 'gateway', ['--pair', code]);
    await gateway.until(/Started flows/);
    const fleet = await eventually(
      () => page<{ gateway: string; pending: number }[]>('gateways'),
      (list) => list.some(({ pending }) => pending === 0),
    );
    assert.deepEqual(
      fleet.map(({ gateway: name }) => name),
      ['north'],
    );
  });

  it('show no picture that is not there', async () => {
    for (const snapshot of ['none.jpg', '../gateway.db']) {
      const answer = await ask(
        `picture?${String(new URLSearchParams({ gateway: 'north', snapshot }))}`,
      );
      assert.equal(answer.status, 400);
      assert.deepEqual(await answer.json(), {
        error: 'there is no such picture',
        code: 'NOT_FOUND',
      });
    }
    assert.equal((await ask('picture')).status, 400);
  });

  it('a person entered at the server opens the door of the gateway, and a removed one does not', async () => {
    assert.equal(await eventually(() => badge(ANNA), Boolean), 'GRANTED');
    assert.equal(await badge(NEWCOMER), 'DENIED');
    await page('enrol', { name: 'Newcomer', card: NEWCOMER });
    await eventually(
      () => badge(NEWCOMER),
      (answer) => answer === 'GRANTED',
    );
    await page('remove', { id: `p-${NEWCOMER}` });
    await eventually(
      () => badge(NEWCOMER),
      (answer) => answer === 'DENIED',
    );
  });

  it('the server is gone: the gateway goes on, and afterwards every record is there once', async () => {
    await eventually(
      () => grantsOf('Anna Keller'),
      (count) => count === 1,
    );
    server.process.kill('SIGTERM');
    await server.ended();
    for (let time = 0; time < 3; time++) {
      // The reader takes the same card again after two seconds only.
      await new Promise((resolve) => setTimeout(resolve, 2100));
      assert.equal(await badge(ANNA), 'GRANTED');
    }
    await startServer();
    await eventually(
      () => ask('people'),
      ({ status }) => status === 200,
    );
    await eventually(
      () => grantsOf('Anna Keller'),
      (count) => count === 4,
    );
    const [fleet] = await eventually(
      () => page<{ outbox: number; online: boolean }[]>('gateways'),
      ([one]) => one?.online === true && one.outbox === 0,
    );
    assert.ok(fleet);
    assert.equal(await grantsOf('Anna Keller'), 4);
  });

  it('both are quiet in their logs', () => {
    for (const program of [server, gateway]) {
      assert.doesNotMatch(program.printed(), /\[error\]/);
    }
  });
});
