/**
 * 200 gateways that lose their broker at the same moment: how long until all are back, over the embedded broker and over
 * Mosquitto, with the waits of the product and with none. Beside it what a question and its answer cost on the same
 * broker with bare mqtt.js. Run: node bench/link-reconnect.ts
 */
import { EmbeddedBroker } from '../lib/link/wire/broker.ts';
import { userOf } from '../lib/link/wire/broker-rules.ts';
import { MqttWire, type MqttWireOptions } from '../lib/link/wire/mqtt-wire.ts';
import { DOWN, filterOf } from '../lib/link/wire/topics.ts';
import { openMosquitto } from '../test/support/mosquitto.ts';
import { TcpProxy } from '../test/support/tcp-proxy.ts';
import { mqttFloor } from './support/mqtt-floor.ts';
import { percentile, printTable, round } from './support/statistics.ts';

const GATEWAYS = 200;
const AT_ONCE = { first: 1, most: 1 };

interface Broker {
  port: number;
  close(): Promise<void>;
}

async function embedded(): Promise<Broker> {
  const all = { isPassword: () => true, isExpected: () => false };
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0, ...all });
  await broker.open();
  return { port: broker.port ?? 0, close: () => broker.close() };
}

async function mosquitto(): Promise<Broker> {
  const running = await openMosquitto();
  return { port: running.port, close: () => running.stop() };
}

function wireOf(number: number, port: number, retry: MqttWireOptions['retry']): MqttWire {
  const address = { site: 'park', gateway: `gateway-${String(number)}` };
  const user = userOf({ ...address, kind: 'paired' });
  const url = `mqtt://127.0.0.1:${String(port)}`;
  const account = { url, clientId: user, user, password: 'x', version: 4 } as const;
  const wire = new MqttWire({ account: () => account, ...(retry !== undefined && { retry }) });
  for (const channel of DOWN) wire.subscribe(filterOf(channel, address));
  return wire;
}

function up(wire: MqttWire): Promise<number> {
  return new Promise((resolve) => {
    const off = wire.on('up', () => {
      off();
      resolve(performance.now());
    });
  });
}

/** Milliseconds from the cut until each gateway was back with all its subscriptions. */
async function reconnect(port: number, retry?: MqttWireOptions['retry']): Promise<Float64Array> {
  const proxy = new TcpProxy(() => port);
  await proxy.listen();
  const wires = Array.from({ length: GATEWAYS }, (_, number) => wireOf(number, proxy.port, retry));
  const first = wires.map(up);
  for (const wire of wires) wire.connect();
  await Promise.all(first);
  const back = wires.map(up);
  const cut = performance.now();
  proxy.cut();
  const times = await Promise.all(back);
  for (const wire of wires) await wire.close();
  await proxy.close();
  return Float64Array.from(times, (at) => at - cut);
}

const rows = [];
for (const [name, open] of [
  ['embedded', embedded],
  ['Mosquitto', mosquitto],
] as const) {
  const broker = await open();
  for (const [waits, retry] of [
    ['of the product', undefined],
    ['none', AT_ONCE],
  ] as const) {
    const times = await reconnect(broker.port, retry);
    const [half, all] = [percentile(times, 0.5), percentile(times, 1)].map((ms) => round(ms, 0));
    rows.push({ broker: name, waits, 'half back (ms)': half ?? 0, 'all back (ms)': all ?? 0 });
  }
  await broker.close();
}
printTable(`${String(GATEWAYS)} gateways reconnect at once`, rows);

const broker = await mosquitto();
const floor = [];
for (const inFlight of [1, 32]) {
  const url = `mqtt://127.0.0.1:${String(broker.port)}`;
  const { samples, perSecond } = await mqttFloor(url, { requests: 5000, inFlight });
  floor.push({
    'in flight': inFlight,
    'p50 (ms)': round(percentile(samples, 0.5)),
    'p99 (ms)': round(percentile(samples, 0.99)),
    'per second': round(perSecond, 0),
  });
}
printTable('bare mqtt.js, question and answer over Mosquitto', floor);
await broker.close();
