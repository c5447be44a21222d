/**
 * One question of a gateway and the server's answer over Mosquitto: bare mqtt.js request and response as the floor,
 * then the same with everything a door needs to believe it (signatures, seals, nonces, beats), then with the engines
 * of both ends, which put their records on the disk before they answer.
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import mqtt from 'mqtt';
import type { ForeignDecision } from '../lib/engine/online/online.ts';
import { Answerer } from '../lib/link/online/answerer.ts';
import { LinkAsker } from '../lib/link/online/asker.ts';
import { GatewayEnd } from '../lib/link/ends/gateway-end.ts';
import { MqttWire } from '../lib/link/wire/mqtt-wire.ts';
import { ServerEnd } from '../lib/link/ends/server-end.ts';
import type { Attempt } from '../lib/model/attempt.ts';
import { systemClock } from '../lib/model/clock.ts';
import { uuidv7 } from '../lib/model/ids.ts';
import { reopenEngine } from '../test/support/engine.ts';
import { makeFolder, removeFolder } from '../test/support/folder.ts';
import { openMosquitto } from '../test/support/mosquitto.ts';
import { ANNA_CARD, SAMPLE_CHANGES, SAMPLE_CONFIG, reportOf } from '../test/support/sample-site.ts';

const ONE_BY_ONE = 400;
const AT_ONCE = 2000;
const WINDOW = 32;

type Ask = () => Promise<unknown>;

function attempt(): Attempt & { accessPoint: string } {
  const at = Date.now();
  const credentials = [{ type: 'card' as const, value: ANNA_CARD, at }];
  return { id: uuidv7(at), at, accessPoint: 'front', credentials };
}

/** Prints median and 99th percentile of one question at a time, and the rate with 32 of them under way. */
async function measure(what: string, ask: Ask): Promise<{ p50: number; rate: number }> {
  for (let round = 0; round < 100; round += 1) await ask();
  const times: number[] = [];
  for (let round = 0; round < ONE_BY_ONE; round += 1) {
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const started = performance.now();
  let left = AT_ONCE;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: WINDOW }, worker));
  const rate = AT_ONCE / ((performance.now() - started) / 1000);
  const [p50 = 0, p99 = 0] = [0.5, 0.99].map((share) => times[Math.floor(times.length * share)]);
  console.log(
    `${what.padEnd(42)} p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  ${rate.toFixed(0)}/s`,
  );
  return { p50, rate };
}

async function bare(url: string): Promise<{ ask: Ask; end: () => Promise<void> }> {
  const connect = async (): Promise<mqtt.MqttClient> => {
    const client = await mqtt.connectAsync(url, { protocolVersion: 4 });
    (client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    return client;
  };
  const [gateway, server] = [await connect(), await connect()];
  const waiting = new Map<string, () => void>();
  await server.subscribeAsync('bench/ask', { qos: 1 });
  await gateway.subscribeAsync('bench/answer', { qos: 1 });
  server.on('message', (_topic, text) => {
    server.publish('bench/answer', text, { qos: 1 });
  });
  gateway.on('message', (_topic, text) => {
    const { id } = JSON.parse(text.toString()) as { id: string };
    waiting.get(id)?.();
    waiting.delete(id);
  });
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const question = attempt();
      waiting.set(question.id, resolve);
      gateway.publish('bench/ask', JSON.stringify(question), { qos: 1 });
    });
  return {
    ask,
    end: async () => {
      await Promise.all([gateway.endAsync(), server.endAsync()]);
    },
  };
}

const keys = { server: generateKeyPairSync('ed25519'), gateway: generateKeyPairSync('ed25519') };

async function linked(url: string, decide: (attempt: Attempt) => Promise<ForeignDecision>) {
  const wireOf = (clientId: string) =>
    new MqttWire({ account: () => ({ url, clientId, version: 4 }) });
  const wires = { server: wireOf('server'), gateway: wireOf('north') };
  const server = new ServerEnd({
    site: 'plant',
    wire: wires.server,
    key: keys.server.privateKey,
    gatewayKey: () => keys.gateway.publicKey,
    clock: systemClock,
  });
  const gateway = new GatewayEnd({
    address: { site: 'plant', gateway: 'north' },
    wire: wires.gateway,
    key: keys.gateway.privateKey,
    serverKeys: () => [keys.server.publicKey],
    clock: systemClock,
  });
  const asker = new LinkAsker(gateway, systemClock, () => true);
  const answerer = new Answerer({
    server,
    clock: systemClock,
    now: () => Date.now(),
    rate: 1_000_000,
    decide: (_gateway, asked) => decide(asked),
  });
  const heard = new Promise((resolve) => server.on('beat', resolve));
  wires.server.connect();
  wires.gateway.connect();
  await heard;
  return {
    asker,
    end: async () => {
      asker.close();
      answerer.close();
      gateway.close();
      server.close();
      await Promise.all([wires.server.close(), wires.gateway.close()]);
    },
  };
}

function yes({ id, at }: Attempt): ForeignDecision {
  const decision = {
    id: uuidv7(),
    attempt: id,
    outcome: 'granted',
    reasons: [],
    by: 'server',
  } as const;
  return { decision: { ...decision, reasons: [], at, validUntil: at + 3000 } };
}

const broker = await openMosquitto();
const url = `mqtt://127.0.0.1:${broker.port}`;
const folders = [makeFolder(), makeFolder()];

const floor = await bare(url);
const base = await measure('bare mqtt.js request and response', floor.ask);
await floor.end();

const signed = await linked(url, (asked) => Promise.resolve(yes(asked)));
const own = await measure('online check: signed, sealed, fresh', () =>
  signed.asker.ask({ attempt: attempt(), limit: 3000 }),
);
await signed.end();
console.log(
  `  ${(own.p50 / base.p50).toFixed(2)} × the floor (target ≤ 2), ${Math.round((own.rate / base.rate) * 100)} % of its rate (target ≥ 50 %)`,
);

const [gatewayEngine, serverEngine] = await Promise.all(
  folders.map((folder) => reopenEngine(folder, systemClock)),
);
if (gatewayEngine === undefined || serverEngine === undefined) throw new Error('no engines');
await gatewayEngine.configure(SAMPLE_CONFIG);
await serverEngine.configure({ ...SAMPLE_CONFIG, accessPoints: [] });
await serverEngine.change({ changes: SAMPLE_CHANGES, options: { author: 'bench' } });
await serverEngine.reportGateway({ gateway: 'north', report: reportOf('front') });
const whole = await linked(url, (asked) =>
  serverEngine.decideFor({ gateway: 'north', attempt: asked, keep: 0 }),
);
await measure('with both engines and both records on disk', async () => {
  const asked = attempt();
  const reply = await whole.asker.ask({ attempt: asked, limit: 3000 });
  return gatewayEngine.takeAnswer({ ...reply, attempt: asked });
});
await whole.end();
await Promise.all([gatewayEngine.close(), serverEngine.close()]);
folders.forEach(removeFolder);
broker.process.kill();
await once(broker.process, 'exit');
await broker.stop();
