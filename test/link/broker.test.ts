import assert from 'node:assert/strict';
import { once as onceOf } from 'node:events';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { guestOf, mayHear, maySend, userOf } from '../../lib/link/wire/broker-rules.ts';
import { EmbeddedBroker } from '../../lib/link/wire/broker.ts';
import { MqttWire } from '../../lib/link/wire/mqtt-wire.ts';
import { MAX_PACKET, PacketMeter } from '../../lib/link/wire/packet-guard.ts';
import { DOWN, UP, filterOf, topicOf } from '../../lib/link/wire/topics.ts';

const NORTH = { site: 'park', gateway: 'north' };

function once(client: MqttClient, event: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    client.once(event, () => {
      resolve();
    });
  });
}

describe('the rules of a broker', () => {
  it('know a guest by the name that he was given, and by no other spelling', () => {
    for (const kind of ['paired', 'pairing'] as const) {
      const guest = { kind, site: 'a/b', gateway: 'pairing' };
      assert.deepEqual(guestOf(userOf(guest)), guest);
    }
    for (const user of ['', 'park', 'park/', '/north', 'a/b/c', 'pairing/a/b/c', 'p%61rk/north']) {
      assert.equal(guestOf(user), undefined, user);
    }
  });

  it('let a gateway send up and hear down, of itself only', () => {
    const guest = { kind: 'paired', ...NORTH } as const;
    for (const channel of UP) {
      assert.ok(maySend(guest, topicOf({ ...NORTH, channel }), false));
      assert.ok(!mayHear(guest, topicOf({ ...NORTH, channel })));
      assert.ok(!maySend(guest, topicOf({ ...NORTH, gateway: 'south', channel }), false));
    }
    for (const channel of DOWN) {
      assert.ok(mayHear(guest, topicOf({ ...NORTH, channel })));
      assert.ok(!maySend(guest, topicOf({ ...NORTH, channel }), false));
      assert.ok(!mayHear(guest, filterOf(channel, 'park')));
    }
    for (const filter of ['#', '+', '$SYS/#', filterOf('+', NORTH), filterOf('paired', NORTH)]) {
      assert.ok(!mayHear(guest, filter), filter);
    }
  });

  it('let nothing but a state be kept', () => {
    const guest = { kind: 'paired', ...NORTH } as const;
    const kept = UP.filter((channel) => maySend(guest, topicOf({ ...NORTH, channel }), true));
    assert.deepEqual(kept, ['state']);
  });

  it('let a stranger ask to be paired, and nothing else', () => {
    const guest = { kind: 'pairing', ...NORTH } as const;
    const all = [...UP, ...DOWN, 'pairing', 'paired'] as const;
    const topics = all.map((channel) => [channel, topicOf({ ...NORTH, channel })] as const);
    const sent = topics.filter(([, topic]) => maySend(guest, topic, false));
    const heard = topics.filter(([, topic]) => mayHear(guest, topic));
    assert.deepEqual([sent[0]?.[0], sent.length], ['pairing', 1]);
    assert.deepEqual([heard[0]?.[0], heard.length], ['paired', 1]);
  });
});

describe('the meter of packets', () => {
  const packet = (length: number): Buffer => {
    const bytes = [0x30];
    let left = length;
    do {
      bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
      left >>>= 7;
    } while (left > 0);
    return Buffer.concat([Buffer.from(bytes), Buffer.alloc(length)]);
  };

  it('follows packets of all lengths, however they were cut', () => {
    const stream = Buffer.concat([0, 1, 127, 128, 300, 16_384, 0, 5].map(packet));
    for (const size of [1, 2, 3, 7, 1000, stream.length]) {
      const meter = new PacketMeter(16_384);
      for (let at = 0; at < stream.length; at += size) {
        assert.ok(meter.take(stream.subarray(at, at + size)));
      }
      assert.equal(meter.take(packet(16_385).subarray(0, 4)), false);
    }
  });

  it('takes no length of more than four bytes', () => {
    assert.equal(new PacketMeter(1000).take(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0)), false);
  });
});

describe('the embedded broker with a certificate', () => {
  it('is reached over TLS by whoever knows its authority, and by nobody else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-tls-'));
    const [keyFile, certFile] = [path.join(folder, 'key'), path.join(folder, 'cert')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const name = ['-nodes', '-days', '2', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...request, ...name, ...names, '-keyout', keyFile, '-out', certFile], {
      stdio: 'ignore',
    });
    const [cert, key] = await Promise.all(
      [certFile, keyFile].map((file) => readFile(file, 'utf8')),
    );
    const all = { isPassword: () => true, isExpected: () => false };
    const tls = { cert: cert ?? '', key: key ?? '' };
    const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0, tls, ...all });
    await broker.open();
    const url = `mqtts://localhost:${String(broker.port)}`;
    const account = { url, clientId: 'park/north', user: 'park/north', version: 4 } as const;
    const knowing = new MqttWire({ account: () => ({ ...account, tls: { ca: tls.cert } }) });
    const unaware = new MqttWire({ account: () => account });
    const up = new Promise<void>((resolve) => knowing.on('up', resolve));
    const down = new Promise<{ reason: string }>((resolve) => unaware.on('down', resolve));
    knowing.connect();
    unaware.connect();
    await up;
    assert.match((await down).reason, /certificate/);
    await Promise.all([knowing.close(), unaware.close()]);
    await broker.close();
    await rm(folder, { recursive: true });
  });
});

describe('the embedded broker', function () {
  this.timeout(20_000);
  let broker: EmbeddedBroker;
  let clients: MqttClient[];

  beforeEach(async () => {
    clients = [];
    broker = new EmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      isPassword: ({ gateway }, password) => password === `of ${gateway}`,
      isExpected: ({ gateway }) => gateway === 'new',
    });
    await broker.open();
  });

  afterEach(async () => {
    for (const client of clients) client.end(true);
    await broker.close();
  });

  function client(user: string, password: string, more: IClientOptions = {}): MqttClient {
    const made = connect({
      host: '127.0.0.1',
      port: broker.port ?? 0,
      clientId: user,
      username: user,
      password,
      reconnectPeriod: 0,
      ...more,
    });
    made.on('error', () => undefined);
    clients.push(made);
    return made;
  }

  async function isLetIn(made: MqttClient): Promise<boolean> {
    return new Promise((resolve) => {
      made.on('connect', () => {
        resolve(true);
      });
      made.on('close', () => {
        resolve(false);
      });
    });
  }

  it('lets in whom it knows, under his own name and password', async () => {
    assert.ok(await isLetIn(client('park/north', 'of north')));
    assert.ok(!(await isLetIn(client('park/north', 'of south'))));
    assert.ok(!(await isLetIn(client('park/north', 'of north', { clientId: 'park/south' }))));
    assert.ok(!(await isLetIn(client('stranger', 'of north'))));
    assert.ok(await isLetIn(client('pairing/park/new', '')));
    assert.ok(!(await isLetIn(client('pairing/park/north', 'of north'))));
  });

  it('lets nobody in without a name, or with a session that is kept', async () => {
    const { port = 0 } = broker;
    const nameless = connect({ host: '127.0.0.1', port, clientId: 'x', reconnectPeriod: 0 });
    nameless.on('error', () => undefined);
    clients.push(nameless);
    assert.ok(!(await isLetIn(nameless)));
    assert.ok(!(await isLetIn(client('park/north', 'of north', { clean: false }))));
  });

  it('ends the connection of a gateway that speaks for another, and passes nothing on', async () => {
    const heard: string[] = [];
    broker.wire.subscribe(filterOf('records', 'park'));
    broker.wire.on('message', ({ text }) => {
      heard.push(text);
    });
    const north = client('park/north', 'of north');
    await once(north, 'connect');
    north.publish(topicOf({ site: 'park', gateway: 'south', channel: 'records' }), 'forged', {
      qos: 1,
    });
    await once(north, 'close');
    const south = client('park/south', 'of south');
    await once(south, 'connect');
    await south.publishAsync(
      topicOf({ site: 'park', gateway: 'south', channel: 'records' }),
      'own',
      { qos: 1 },
    );
    assert.deepEqual(heard, ['own']);
  });

  it('lets nobody listen to another', async () => {
    const north = client('park/north', 'of north');
    await once(north, 'connect');
    for (const filter of ['#', filterOf('commands', 'park'), 'gatewire/1/park/south/commands']) {
      await assert.rejects(north.subscribeAsync(filter, { qos: 1 }));
    }
  });

  it('keeps no message but a state', async () => {
    const north = client('park/north', 'of north');
    await once(north, 'connect');
    await north.publishAsync(topicOf({ ...NORTH, channel: 'state' }), 'here', {
      qos: 1,
      retain: true,
    });
    north.publish(topicOf({ ...NORTH, channel: 'report' }), 'kept', { qos: 1, retain: true });
    await once(north, 'close');
  });

  it('hangs up on a packet that is too large before it has come', async () => {
    const socket = net.connect(broker.port ?? 0, '127.0.0.1');
    socket.on('error', () => undefined);
    await onceOf(socket, 'connect');
    const length = MAX_PACKET + 1;
    socket.write(
      Buffer.of(0x10, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14),
    );
    await onceOf(socket, 'close');
  });

  it('closes although somebody has come who says nothing', async () => {
    const socket = net.connect(broker.port ?? 0, '127.0.0.1');
    socket.on('error', () => undefined);
    await onceOf(socket, 'connect');
    const closed = onceOf(socket, 'close');
    await broker.close();
    await closed;
  });

  it('passes messages on while a guest reads nothing', async () => {
    const lazy = client('park/north', 'of north');
    await once(lazy, 'connect');
    const topic = topicOf({ ...NORTH, channel: 'batches' });
    await lazy.subscribeAsync(topic, { qos: 1 });
    lazy.stream.unpipe();
    lazy.stream.pause();
    const flood = Array.from({ length: 300 }, () =>
      broker.wire.publish(topic, 'x'.repeat(100_000)),
    );
    const south = client('park/south', 'of south');
    await once(south, 'connect');
    await south.subscribeAsync(topicOf({ site: 'park', gateway: 'south', channel: 'batches' }));
    const arrived = new Promise((resolve) => south.on('message', resolve));
    void broker.wire.publish(topicOf({ site: 'park', gateway: 'south', channel: 'batches' }), 'y');
    await arrived;
    lazy.end(true);
    await Promise.allSettled(flood);
  });

  it('drops a gateway at once', async () => {
    const north = client('park/north', 'of north');
    await once(north, 'connect');
    const closed = once(north, 'close');
    broker.drop(NORTH);
    await closed;
  });

  it('says why it is not open, and opens as soon as it can', async () => {
    const options = { host: '127.0.0.1', isPassword: () => false, isExpected: () => false };
    const second = new EmbeddedBroker({ ...options, port: broker.port ?? 0 });
    const down = new Promise<string>((resolve) => {
      second.wire.on('down', ({ reason }) => {
        resolve(reason);
      });
    });
    const up = new Promise<void>((resolve) => {
      second.wire.on('up', resolve);
    });
    await second.open();
    assert.match(await down, /EADDRINUSE/);
    await assert.rejects(second.wire.publish('x', 'y'), { code: 'LINK_DOWN' });
    await broker.close();
    await up;
    await second.close();
  });
});
