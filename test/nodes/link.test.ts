import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { LinkApi } from '../../lib/runtime/link.ts';
import register from '../../nodes/link/link.ts';
import type { FakeSite } from '../support/fake-site.ts';
import { fakeEngine, fakeSite } from '../support/fake-site.ts';
import { reached } from '../support/link-hosts.ts';
import { ROOT, freePort } from '../support/node-red.ts';
import { errorsFrom, loadFlow, nodeById, useRuntime } from '../support/runtime.ts';

const TOOL = path.join(ROOT, 'tools', 'pair.js');

describe('link', function () {
  this.timeout(30_000);
  useRuntime();

  let sites: FakeSite[];
  let admin: http.Server;
  let url: string;

  before(async () => {
    admin = http.createServer((request, response) => void relay(request, response));
    admin.listen(0, '127.0.0.1');
    await once(admin, 'listening');
    const address = admin.address();
    assert.ok(typeof address === 'object' && address !== null);
    url = `http://127.0.0.1:${String(address.port)}`;
  });

  after(() => {
    admin.close();
  });

  /** The helper's admin API has no address of its own. */
  async function relay(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const { method, url: route = '' } = request;
    const body = await text(request);
    const asked =
      method === 'POST'
        ? helper.request().post(route).set('content-type', 'application/json').send(body)
        : helper.request().get(route);
    const { status, headers, text: answer } = await asked;
    const cache = (headers as Record<string, string>)['cache-control'] ?? '';
    response.writeHead(status, { 'cache-control': cache }).end(answer);
  }

  beforeEach(() => {
    const recordEvent = (): Promise<never> => Promise.resolve({ seq: 1 } as never);
    sites = [0, 1].map(() => fakeSite(fakeEngine({ recordEvent }), { id: 'park' }));
  });

  afterEach(async () => {
    await helper.unload();
    for (const site of sites) await site.close();
  });

  /** Two sites in one Node-RED: the config nodes of both have the same type. */
  function load(...links: object[]): Promise<void> {
    const registerSites: FakeSite['register'] = (RED) => {
      RED.nodes.registerType('gatewire-site', function (this: Node, definition) {
        RED.nodes.createNode(this, definition);
        const index = definition.id === 'server-site' ? 0 : 1;
        Object.assign(this, { gatewire: sites[index]?.api });
      });
    };
    const config = ['server-site', 'gateway-site'].map((id) => ({ id, type: 'gatewire-site' }));
    return loadFlow([registerSites, register], [...config, ...links]);
  }

  const server = (port: number, more: object = {}): object => ({
    id: 'server-link',
    type: 'gatewire-link',
    site: 'server-site',
    role: 'server',
    port,
    ...more,
  });
  const gateway = (port: number, more: object = {}): object => ({
    id: 'gateway-link',
    type: 'gatewire-link',
    site: 'gateway-site',
    role: 'gateway',
    gateway: 'north',
    url: `mqtt://127.0.0.1:${String(port)}`,
    ...more,
  });
  const link = (id: string): LinkApi =>
    (nodeById(id) as Node & { gatewire?: LinkApi }).gatewire ?? assert.fail(id);

  function post(route: string, body: object): Promise<Response> {
    return fetch(`${url}/gatewire/links/${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  it('pairs a gateway with a server through the admin API, and revokes it', async () => {
    const port = await freePort();
    await load(server(port), gateway(port));
    await reached(link('server-link'), 'online');
    const invited = await post('server-link/invite', { gateway: 'north' });
    assert.equal(invited.headers.get('cache-control'), 'no-store');
    const { code } = (await invited.json()) as { code: string };
    assert.equal((await post('gateway-link/pair', { code })).status, 200);
    await reached(link('gateway-link'), 'online');
    const state: unknown = await (await fetch(`${url}/gatewire/links/server-link/state`)).json();
    assert.partialDeepStrictEqual(state, {
      role: 'server',
      state: { name: 'online' },
      gateways: [{ gateway: 'north', online: true }],
    });
    assert.equal((await post('server-link/revoke', { gateway: 'north' })).status, 200);
    await reached(link('gateway-link'), 'offline');
    assert.equal((await post('server-link/revoke', { gateway: 'north' })).status, 404);
  });

  it('answers what does not fit with a code and what is wrong', async () => {
    const port = await freePort();
    await load(server(port), gateway(port));
    await reached(link('server-link'), 'online');
    const refusals = [
      ['server-link/pair', { code: 'AAAAA-AAAAA' }, 400],
      ['gateway-link/invite', { gateway: 'north' }, 400],
      ['server-link/invite', {}, 400],
      ['server-link/invite', { gateway: 'x'.repeat(37) }, 400],
      ['nobody/invite', { gateway: 'north' }, 404],
    ] as const;
    for (const [route, body, status] of refusals) {
      assert.equal((await post(route, body)).status, status, route);
    }
  });

  it('is paired on the command line, too', async () => {
    const port = await freePort();
    await load(server(port), gateway(port));
    await reached(link('server-link'), 'online');
    const at = (id: string): string[] => [TOOL, '--url', url, '--link', id];
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [...at('server-link'), 'invite', 'north']);
    const [code = ''] = stdout.split('\n');
    const joining = spawn(process.execPath, [...at('gateway-link'), 'join'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    joining.stdin.end(`${code}\n`);
    assert.deepEqual(await once(joining, 'exit'), [0, null]);
    await reached(link('gateway-link'), 'online');
    const listed = await run(process.execPath, [...at('server-link'), 'list']);
    assert.match(listed.stdout, /"gateway": "north"/);
  });

  for (const [what, node] of [
    ['no address', gateway(1, { url: '' })],
    ['an address with a password', gateway(1, { url: 'mqtt://me:secret@host' })],
    ['another protocol', gateway(1, { url: 'http://host' })],
    ['no name', gateway(1, { gateway: '' })],
    ['a file that is not there', gateway(1, { ca: '/nowhere/ca.crt' })],
    ['a role that nobody has', gateway(1, { role: 'king' })],
  ] as const) {
    it(`is misconfigured with ${what}`, async () => {
      await load(node);
      assert.equal((await errorsFrom('gateway-link', 1)).length, 1);
      assert.equal((nodeById('gateway-link') as Node & { gatewire?: LinkApi }).gatewire, undefined);
    });
  }
});
