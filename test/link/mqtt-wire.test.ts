import assert from 'node:assert/strict';
import net from 'node:net';
import { connectAsync, type IPublishPacket, type MqttClient } from 'mqtt';
import { EmbeddedBroker } from '../../lib/link/wire/broker.ts';
import { MqttWire, type MqttWireOptions } from '../../lib/link/wire/mqtt-wire.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import type { Wire, WireEvents } from '../../lib/link/wire/wire.ts';
import { openMosquitto, type Mosquitto } from '../support/mosquitto.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

interface Broker {
  port: number;
  server: Wire;
  close(): Promise<void>;
}

/** Seconds: a test that waits for silence waits no longer than this. */
const KEEP_ALIVE = 1;

function wireTo(port: number, version: 4 | 5, more: Partial<MqttWireOptions> = {}): MqttWire {
  const name = 'park/north';
  const url = `mqtt://127.0.0.1:${String(port)}`;
  const account = { url, clientId: name, user: name, password: 'secret', version };
  return new MqttWire({ account: () => account, retry: { first: 5, most: 5 }, ...more });
}

function next<E extends keyof WireEvents>(wire: Wire, event: E): Promise<WireEvents[E]> {
  return new Promise((resolve) => {
    const off = wire.on(event, (data) => {
      off();
      resolve(data);
    });
  });
}

async function embedded(): Promise<Broker> {
  const broker = new EmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    isPassword: () => true,
    isExpected: () => false,
  });
  await broker.open();
  return { port: broker.port ?? 0, server: broker.wire, close: () => broker.close() };
}

async function mosquitto(): Promise<Broker> {
  const process = await openMosquitto();
  const url = `mqtt://127.0.0.1:${String(process.port)}`;
  const server = new MqttWire({ account: () => ({ url, clientId: 'server', version: 5 }) });
  const up = next(server, 'up');
  server.connect();
  await up;
  return {
    port: process.port,
    server,
    async close() {
      await server.close();
      await process.stop();
    },
  };
}

const UP = topicOf({ site: 'park', gateway: 'north', channel: 'report' });
const DOWN = topicOf({ site: 'park', gateway: 'north', channel: 'batches' });

const BROKERS = [
  ['the embedded broker', embedded, 4],
  ['Mosquitto with MQTT 3.1.1', mosquitto, 4],
  ['Mosquitto with MQTT 5', mosquitto, 5],
] as const;

for (const [title, start, version] of BROKERS) {
  describe(`the wire over ${title}`, function () {
    this.timeout(60_000);
    let broker: Broker;
    let proxy: TcpProxy;
    let wire: MqttWire;

    before(async () => {
      broker = await start();
      proxy = new TcpProxy(() => broker.port);
      await proxy.listen();
      broker.server.subscribe(UP);
    });

    beforeEach(() => connect({}));

    async function connect(options: Partial<MqttWireOptions>): Promise<void> {
      wire = wireTo(proxy.port, version, options);
      wire.subscribe(DOWN);
      const up = next(wire, 'up');
      wire.connect();
      await up;
    }

    async function connectAnew(options: Partial<MqttWireOptions>): Promise<void> {
      await wire.close();
      await connect(options);
    }

    afterEach(async () => {
      await wire.close();
      proxy.heal();
      proxy.cut();
    });

    after(async () => {
      await proxy.close();
      await broker.close();
    });

    it('carries texts both ways, even byte by byte', async () => {
      proxy.split();
      const up = next(broker.server, 'message');
      await wire.publish(UP, 'schön');
      assert.deepEqual(await up, { topic: UP, text: 'schön', retained: false });
      const down = next(wire, 'message');
      await broker.server.publish(DOWN, 'Grüße');
      assert.deepEqual(await down, { topic: DOWN, text: 'Grüße', retained: false });
    });

    it('notices a cut, and comes back with its subscriptions', async () => {
      const down = next(wire, 'down');
      const up = next(wire, 'up');
      proxy.cut();
      await down;
      await assert.rejects(wire.publish(UP, 'lost'), { code: 'LINK_DOWN' });
      await up;
      const arrival = next(wire, 'message');
      await broker.server.publish(DOWN, 'again');
      assert.equal((await arrival).text, 'again');
    });

    for (const ways of [['up'], ['down'], ['up', 'down']] as const) {
      it(`notices that nothing comes through any more (${ways.join(' and ')})`, async () => {
        await connectAnew({ keepAlive: KEEP_ALIVE });
        const down = next(wire, 'down');
        proxy.swallow(...ways);
        const lost = wire.publish(UP, 'lost');
        await assert.rejects(lost, { code: 'LINK_DOWN' });
        assert.ok((await down).reason);
      });
    }

    it('notices it without sending anything, too', async () => {
      await connectAnew({ keepAlive: KEEP_ALIVE });
      const down = next(wire, 'down');
      proxy.swallow('up', 'down');
      assert.ok((await down).reason);
    });

    it('rejects what the broker has not taken when the connection breaks, and does not send it later', async () => {
      const texts: string[] = [];
      const off = broker.server.on('message', ({ text }) => {
        texts.push(text);
      });
      proxy.swallow('up');
      const lost = wire.publish(UP, 'lost');
      const up = next(wire, 'up');
      proxy.heal();
      proxy.cut();
      await assert.rejects(lost, { code: 'LINK_DOWN' });
      await up;
      const arrival = next(broker.server, 'message');
      await wire.publish(UP, 'fresh');
      await arrival;
      off();
      assert.deepEqual(texts, ['fresh']);
    });

    it('gives way to a newer connection of the same name', async () => {
      const down = next(wire, 'down');
      const second = wireTo(broker.port, version);
      const up = next(second, 'up');
      second.connect();
      await Promise.all([up, down]);
      await Promise.all([second.close(), wire.close()]);
    });
  });
}

describe('the wire with MQTT 5', function () {
  this.timeout(20_000);
  let process: Mosquitto;
  let listener: MqttClient;
  let wire: MqttWire;

  beforeEach(async () => {
    process = await openMosquitto();
    listener = await connectAsync(`mqtt://127.0.0.1:${String(process.port)}`, {
      protocolVersion: 5,
    });
    wire = wireTo(process.port, 5);
    const up = next(wire, 'up');
    wire.connect();
    await up;
    await listener.subscribeAsync('gatewire/#', { qos: 1 });
  });

  afterEach(async () => {
    await Promise.all([wire.close(), listener.endAsync()]);
    await process.stop();
  });

  /** The properties with which the next messages come. */
  function propertiesOf(count: number): Promise<IPublishPacket['properties'][]> {
    const properties: IPublishPacket['properties'][] = [];
    return new Promise((resolve) => {
      listener.on('message', (_topic, _payload, packet) => {
        properties.push(packet.properties);
        if (properties.length === count) resolve(properties);
      });
    });
  }

  it('has the broker throw away what gets old, and keeps only what is to be kept', async () => {
    const both = propertiesOf(2);
    await wire.publish(UP, 'fleeting');
    await wire.publish(UP, 'kept', { retain: true });
    const [fleeting, kept] = (await both).map((each) => each?.messageExpiryInterval);
    assert.ok(fleeting !== undefined && fleeting <= 30);
    assert.equal(kept, undefined);
  });

  it('tells the broker which question a message belongs to, and where its answer is awaited', async () => {
    const both = propertiesOf(2);
    await wire.publish(UP, 'question', { exchange: { correlation: 'q1', responseTopic: DOWN } });
    await wire.publish(DOWN, 'answer', { exchange: { correlation: 'q1' } });
    assert.deepEqual(
      (await both).map((each) => [each?.correlationData?.toString(), each?.responseTopic]),
      [
        ['q1', DOWN],
        ['q1', undefined],
      ],
    );
  });
});

describe('the wire', function () {
  this.timeout(60_000);
  let broker: Broker;

  before(async () => {
    broker = await embedded();
  });

  after(async () => {
    await broker.close();
  });

  it('switches TCP no-delay on at both ends of every connection', async () => {
    const real = Reflect.get<net.Socket, 'setNoDelay'>(net.Socket.prototype, 'setNoDelay');
    const sockets = new Set<net.Socket>();
    net.Socket.prototype.setNoDelay = function (this: net.Socket, on?: boolean): net.Socket {
      if (on === true) sockets.add(this);
      return Reflect.apply<net.Socket, [boolean | undefined], net.Socket>(real, this, [on]);
    };
    const wire = wireTo(broker.port, 4);
    try {
      for (const count of [2, 4]) {
        const up = next(wire, 'up');
        wire.connect();
        await up;
        assert.equal(sockets.size, count);
      }
    } finally {
      net.Socket.prototype.setNoDelay = real;
      await wire.close();
    }
  });

  it('survives 500 cuts without a connection or a subscription too many', async () => {
    const proxy = new TcpProxy(() => broker.port);
    await proxy.listen();
    const wire = wireTo(proxy.port, 4, { retry: { first: 1, most: 1 } });
    wire.subscribe(DOWN);
    const first = next(wire, 'up');
    wire.connect();
    await first;
    for (let cut = 0; cut < 500; cut += 1) {
      const up = next(wire, 'up');
      proxy.cut();
      await up;
    }
    const texts: string[] = [];
    wire.on('message', ({ text }) => {
      texts.push(text);
    });
    await broker.server.publish(DOWN, 'one');
    const last = new Promise<void>((resolve) => {
      wire.on('message', ({ text }) => {
        if (text === 'two') resolve();
      });
    });
    await broker.server.publish(DOWN, 'two');
    await last;
    assert.deepEqual(texts, ['one', 'two']);
    assert.ok(proxy.connections >= 501);
    assert.equal(proxy.open, 1);
    await wire.close();
    await proxy.close();
  });

  it('waits longer each time while there is no broker, and tries at once when told to', async () => {
    const proxy = new TcpProxy(() => broker.port);
    await proxy.listen();
    proxy.refuse(true);
    const wire = wireTo(proxy.port, 4, { retry: { first: 1, most: 3_600_000 } });
    const down = next(wire, 'down');
    wire.connect();
    await down;
    for (let attempt = 0; attempt < 4; attempt += 1) await next(wire, 'down');
    proxy.heal();
    const up = next(wire, 'up');
    wire.connect();
    await up;
    await wire.close();
    await proxy.close();
  });
});
