import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { GatewayHost } from '../../lib/runtime/gateway-host.ts';
import type { ServerHost } from '../../lib/runtime/server-host.ts';
import {
  reached,
  recordingSite,
  startGateway,
  startServer,
  type RecordingSite,
} from '../support/link-hosts.ts';

describe('a gateway and its server', function () {
  this.timeout(30_000);
  let sites: RecordingSite[];
  let server: ServerHost;
  let gateway: GatewayHost;

  beforeEach(async () => {
    sites = [recordingSite(), recordingSite()];
    server = await startServer(site(0).api);
    gateway = startGateway(site(1).api, server.port);
  });

  afterEach(async () => {
    await gateway.close();
    await server.close();
    for (const one of sites) await one.close();
  });

  const site = (index: number): RecordingSite => sites[index] ?? assert.fail();

  async function pair(): Promise<void> {
    await gateway.pair(server.invite('north', 'ann').code, 'bob');
    await reached(gateway, 'online');
  }

  it('are strangers until a one-time code makes them known to each other', async () => {
    assert.equal(gateway.state.name, 'unpaired');
    await assert.rejects(gateway.gateway.send('report', {}), { code: 'LINK_DOWN' });
    await pair();
    assert.deepEqual(
      server.gateways.map(({ gateway: name, online }) => [name, online]),
      [['north', true]],
    );
    assert.equal((await site(1).recorded('serverPaired')).author, 'bob');
    await site(0).recorded('gatewayPaired');
  });

  it('carry letters in both directions', async () => {
    await pair();
    const up = new Promise((resolve) => server.server.on('report', resolve));
    const down = new Promise((resolve) => gateway.gateway.on('batches', resolve));
    await gateway.gateway.send('report', { a: 1 });
    await server.server.send('north', 'batches', { b: 2 });
    assert.deepEqual(await up, { gateway: 'north', content: { a: 1 } });
    assert.deepEqual(await down, { content: { b: 2 } });
  });

  it('find each other again after both were started anew', async () => {
    await pair();
    const { port } = server;
    await gateway.close();
    await server.close();
    const broker = { embedded: { host: '127.0.0.1', port: port ?? 0 } };
    server = await startServer(site(0).api, { broker });
    gateway = startGateway(site(1).api, port);
    await reached(gateway, 'online');
  });

  it('are parted at once when the gateway is revoked, and stay so', async () => {
    await pair();
    await server.revoke('north', 'ann');
    const { reason } = await reached(gateway, 'offline');
    assert.ok(reason);
    assert.deepEqual(server.gateways, []);
    await gateway.close();
    gateway = startGateway(site(1).api, server.port);
    const refused = new Promise((resolve) =>
      gateway.onState(({ reason: why }) => {
        if (why?.includes('ot authorized')) resolve(why);
      }),
    );
    await refused;
  });

  it('do not pair with a wrong code, and not at all without an invitation', async () => {
    await assert.rejects(gateway.pair('AAAAA-AAAAA', 'bob'), { code: 'LINK_DOWN' });
    server.invite('north', 'ann');
    await assert.rejects(gateway.pair('AAAAA-AAAAA', 'bob'), { code: 'FORBIDDEN' });
    assert.equal(gateway.state.name, 'unpaired');
    await site(0).recorded('pairingRefused');
  });

  it('keep their secrets in files for their owner only', async () => {
    await pair();
    const files = [
      [0, 'server.key'],
      [0, 'gateways.json'],
      [1, 'gateway.key'],
      [1, 'server.json'],
    ] as const;
    for (const [index, name] of files) {
      const { mode } = await stat(path.join(site(index).api.folder, 'link', name));
      assert.equal(mode & 0o777, 0o600, name);
    }
  });
});
