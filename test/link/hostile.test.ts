import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { judgeCommand, type Arrival } from '../../lib/link/ends/fence.ts';
import type { RemoteCommand } from '../../lib/link/ends/command.ts';
import { sealLetter } from '../../lib/link/trust/letter.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import { systemClock, type Clock } from '../../lib/model/clock.ts';
import type { BrokerAccess } from '../../lib/runtime/link-account.ts';
import type { GatewayHost } from '../../lib/runtime/gateway-host.ts';
import type { ServerHost } from '../../lib/runtime/server-host.ts';
import {
  reached,
  recordingSite,
  startGateway,
  startServer,
  type RecordingSite,
} from '../support/link-hosts.ts';
import { documentedMosquitto, openMosquitto, type Mosquitto } from '../support/mosquitto.ts';

const COMMANDS = topicOf({ site: 'park', gateway: 'north', channel: 'commands' });
const HOURS = 3_600_000;

/** What the tests start, and end in the reverse order. */
class Things {
  readonly #ends: (() => Promise<unknown>)[] = [];

  add<T extends { close(): Promise<unknown> }>(thing: T): T {
    this.#ends.push(() => thing.close());
    return thing;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

function openCommand(server: ServerHost): RemoteCommand {
  const { beat } = server.server.heard('north') ?? assert.fail('no beat was heard');
  return {
    id: randomUUID(),
    site: 'park',
    gateway: 'north',
    order: { kind: 'open', accessPoint: 'door' },
    beat,
    life: 10_000,
    author: 'ann',
  };
}

/** What the fence of a gateway says of everything that comes as a command; all ids that passed count as used. */
function verdicts({ gateway: end }: GatewayHost): {
  passed: string[];
  next(): Promise<string>;
  judge(arrival: Arrival): string;
} {
  const passed: string[] = [];
  const waiting: ((verdict: string) => void)[] = [];
  const judge = (arrival: Arrival): string => {
    const verdict = judgeCommand(arrival, {
      ...end.address,
      keys: end.serverKeys,
      beats: end.beats,
      isUsed: (id) => passed.includes(id),
    });
    if ('refusal' in verdict) return verdict.refusal;
    passed.push(verdict.command.id);
    return 'passed';
  };
  end.on('commands', (arrival) => {
    waiting.shift()?.(judge(arrival));
  });
  return {
    passed,
    judge,
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
  };
}

function beatHeard(server: ServerHost): Promise<void> {
  return new Promise((resolve) => {
    const off = server.server.on('beat', () => {
      off();
      resolve();
    });
  });
}

describe('a link among enemies', function () {
  this.timeout(60_000);
  const things = new Things();

  afterEach(() => things.end());

  async function embeddedPair(clocks: { server?: Clock; gateway?: Clock } = {}): Promise<{
    server: ServerHost;
    gateway: GatewayHost;
    sites: [RecordingSite, RecordingSite];
  }> {
    const trusted = { clock: 'trusted' } as never;
    const sites: [RecordingSite, RecordingSite] = [recordingSite(), recordingSite()];
    for (const site of sites) things.add(site);
    Object.assign(sites[0].api, { health: trusted });
    const { server: serverClock = systemClock, gateway: gatewayClock = systemClock } = clocks;
    const server = things.add(await startServer(sites[0].api, { clock: serverClock }));
    const gateway = things.add(startGateway(sites[1].api, server.port, { clock: gatewayClock }));
    await gateway.pair(server.invite('north', 'ann').code, 'bob');
    await reached(gateway, 'online');
    return { server, gateway, sites };
  }

  for (const hours of [-6, 6]) {
    it(`lets fresh commands work and old ones not with a clock ${String(hours)} h off`, async () => {
      const wrong = { ...systemClock, now: () => Date.now() + hours * HOURS };
      const { server, gateway, sites } = await embeddedPair({ gateway: wrong });
      const fence = verdicts(gateway);
      const command = openCommand(server);
      const verdict = fence.next();
      await server.server.send('north', 'commands', command);
      assert.equal(await verdict, 'passed');
      const again = fence.next();
      await server.server.send('north', 'commands', command);
      assert.equal(await again, 'used');
      const { category, details } = await sites[1].recorded('serverClockDrift');
      assert.deepEqual([category, Math.round(Number(details?.seconds) / 3600)], ['alarm', -hours]);
      gateway.gateway.beats.begin();
      const late = fence.next();
      await server.server.send('north', 'commands', { ...command, id: randomUUID() });
      assert.equal(await late, 'otherSession');
    });
  }

  it('has no command passed that a broker with all rights makes up, keeps or repeats', async () => {
    const mosquitto: Mosquitto = await openMosquitto();
    things.add({ close: () => mosquitto.stop() });
    const url = `mqtt://127.0.0.1:${String(mosquitto.port)}`;
    const sites = [things.add(recordingSite()), things.add(recordingSite())] as const;
    const broker = { url, version: 5 } as const;
    const server = things.add(await startServer(sites[0].api, { broker: { external: broker } }));
    const gateway = things.add(startGateway(sites[1].api, mosquitto.port));
    await gateway.pair(server.invite('north', 'ann').code, 'bob');
    await reached(gateway, 'online');
    const fence = verdicts(gateway);
    const enemy: MqttClient = await connectAsync(url);
    things.add({ close: () => enemy.endAsync(true) });

    const genuine = new Promise<string>((resolve) => {
      enemy.on('message', (_topic, payload) => {
        resolve(payload.toString('utf8'));
      });
    });
    await enemy.subscribeAsync(COMMANDS, { qos: 1 });
    if (server.server.heard('north') === undefined) await beatHeard(server);
    const command = openCommand(server);
    const first = fence.next();
    await server.server.send('north', 'commands', command);
    assert.equal(await first, 'passed');

    const stranger = generateKeyPairSync('ed25519').privateKey;
    const recorded = await genuine;
    const attacks = [
      ['notSigned', JSON.stringify(command)],
      ['notSigned', sealLetter('commands', { ...command, id: randomUUID() }, stranger)],
      ['notSigned', recorded.replace('door', 'gate')],
      ['used', recorded],
    ] as const;
    for (const [refusal, text] of attacks) {
      const verdict = fence.next();
      await enemy.publishAsync(COMMANDS, text, { qos: 1 });
      assert.equal(await verdict, refusal);
    }
    await enemy.publishAsync(COMMANDS, recorded, { qos: 1, retain: true });
    assert.equal(fence.judge({ text: recorded, retained: true }), 'retained');
    await gateway.close();
    const restarted = things.add(startGateway(sites[1].api, mosquitto.port));
    const after = verdicts(restarted);
    const verdict = after.next();
    await reached(restarted, 'online');
    assert.equal(await verdict, 'retained');
    assert.deepEqual([...fence.passed, ...after.passed], [command.id]);
  });

  it('is told when a copy of a gateway turns up, and listens to the older one', async () => {
    const { server, gateway, sites } = await embeddedPair();
    const copy = things.add(recordingSite());
    await cp(path.join(sites[1].api.folder, 'link'), path.join(copy.api.folder, 'link'), {
      recursive: true,
    });
    const clone = things.add(startGateway(copy.api, server.port));
    const { details } = await sites[0].recorded('duplicateGateway');
    assert.deepEqual(details, { gateway: 'north' });
    await reached(clone, 'refused');
    await copy.recorded('duplicateGateway');
    await reached(gateway, 'online');
    const letter = new Promise((resolve) => server.server.on('report', resolve));
    await gateway.gateway.send('report', { mine: true });
    assert.deepEqual(await letter, { gateway: 'north', content: { mine: true } });
  });

  /** What this user sends on the topics of another, or hears there, gets through to nobody. */
  async function southIsConfined(server: ServerHost, access: BrokerAccess): Promise<void> {
    const { user: username, password, tls } = access;
    const south = await connectAsync(access.url, {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
    });
    things.add({ close: () => south.endAsync(true) });
    const refused: string[] = [];
    const own = new Promise<void>((resolve) => {
      server.server.on('refused', ({ gateway }) => {
        refused.push(gateway);
        if (gateway === 'south') resolve();
      });
    });
    for (const gateway of ['north', 'south']) {
      const topic = topicOf({ site: 'park', gateway, channel: 'report' });
      await south.publishAsync(topic, 'forged', { qos: 1 });
    }
    await own;
    assert.deepEqual(refused, ['south']);

    const topics = ['north', 'south'].map((gateway) =>
      topicOf({ site: 'park', gateway, channel: 'batches' }),
    );
    // The broker may say no, or say nothing and pass nothing on.
    await south.subscribeAsync(topics, { qos: 1 }).catch(() => undefined);
    const heard: string[] = [];
    const mine = new Promise<void>((resolve) => {
      south.on('message', (topic) => {
        heard.push(topic);
        if (topic === topics[1]) resolve();
      });
    });
    for (const gateway of ['north', 'south']) await server.server.send(gateway, 'batches', {});
    await mine;
    assert.deepEqual(heard, topics.slice(1));
  }

  it('works over the Mosquitto of the docs, with its certificates, users and rules', async () => {
    const mosquitto = await documentedMosquitto();
    things.add({ close: () => mosquitto.stop() });
    const ca = await readFile(path.join(mosquitto.folder, 'ca.crt'), 'utf8');
    const access = (user: string, version: 4 | 5 = 5) =>
      ({
        url: `mqtts://localhost:${String(mosquitto.port)}`,
        version,
        tls: { ca },
        user,
        password: `a long password of ${user === 'server' ? 'the server' : user}`,
      }) as const;
    const sites = [0, 1, 2].map(() => things.add(recordingSite()));
    const site = (index: number): RecordingSite => sites[index] ?? assert.fail();
    const broker = { external: access('server') };
    const server = things.add(await startServer(site(0).api, { broker }));
    const north = things.add(startGateway(site(1).api, 0, { broker: access('north', 4) }));
    await north.pair(server.invite('north', 'ann').code, 'bob');
    await reached(north, 'online');

    await southIsConfined(server, access('south'));
    const { code } = server.invite('south', 'ann');
    const strangersOnly = { ...access('south'), tls: {} };
    const unaware = things.add(
      startGateway(site(2).api, 0, { gateway: 'south', broker: strangersOnly }),
    );
    const message = /certificate/;
    await assert.rejects(unaware.pair(code, 'eve'), { code: 'LINK_DOWN', message });

    await server.revoke('north', 'ann');
    const refused = new Promise((resolve) => server.server.on('refused', resolve));
    await north.gateway.send('report', {});
    assert.deepEqual(await refused, { gateway: 'north', channel: 'report' });
  });

  it('works over the Mosquitto of the docs with a certificate for each device', async () => {
    const mosquitto = await documentedMosquitto('certificate');
    things.add({ close: () => mosquitto.stop() });
    const file = (name: string) => readFile(path.join(mosquitto.folder, name), 'utf8');
    const ca = await file('ca.crt');
    const access = async (device: string) => ({
      url: `mqtts://localhost:${String(mosquitto.port)}`,
      version: 5 as const,
      tls: { ca, cert: await file(`${device}.crt`), key: await file(`${device}.key`) },
    });
    const sites = [0, 1, 2].map(() => things.add(recordingSite()));
    const site = (index: number): RecordingSite => sites[index] ?? assert.fail();
    const broker = { external: await access('server') };
    const server = things.add(await startServer(site(0).api, { broker }));
    const north = things.add(startGateway(site(1).api, 0, { broker: await access('north') }));
    await north.pair(server.invite('north', 'ann').code, 'bob');
    await reached(north, 'online');

    await southIsConfined(server, await access('south'));
    const { code } = server.invite('south', 'ann');
    const nobody = { ...(await access('south')), tls: { ca } };
    const stranger = things.add(startGateway(site(2).api, 0, { gateway: 'south', broker: nobody }));
    await assert.rejects(stranger.pair(code, 'eve'), { code: 'LINK_DOWN' });
  });
});
