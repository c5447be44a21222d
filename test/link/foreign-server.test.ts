import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once, EventEmitter } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineService } from '../../lib/engine/facade.ts';
import { LinkAsker, type Reply } from '../../lib/link/online/asker.ts';
import { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { MqttWire } from '../../lib/link/wire/mqtt-wire.ts';
import { ServerWatch } from '../../lib/link/presence/server-watch.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { reopenEngine } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { openMosquitto, type Mosquitto } from '../support/mosquitto.ts';
import { ROOT } from '../support/node-red.ts';
import { ANNA_CARD, attemptAt, BORIS_CARD, card, SAMPLE_CONFIG } from '../support/sample-site.ts';

/** However slow the machine is, this is about what is said and not about how fast. */
const PATIENCE = 60_000;

/** The script of the docs, as it stands there. */
function documentedScript(): string {
  const page = readFileSync(path.join(ROOT, 'docs', 'online.md'), 'utf8');
  const [, script] = /```bash\n([^]*?)```/.exec(page) ?? [];
  return script ?? assert.fail('no script');
}

describe('a server that is not ours, made of the script of the docs', function () {
  this.timeout(120_000);
  let broker: Mosquitto;
  let folder: string;
  let script: ChildProcess;
  let wire: MqttWire;
  let end: GatewayEnd;
  let asker: LinkAsker;
  let engine: EngineService;
  let printed = '';

  before(async () => {
    folder = makeFolder();
    broker = await openMosquitto();
    const server = generateKeyPairSync('ed25519');
    const gateway = generateKeyPairSync('ed25519');
    const files = {
      'server.sh': documentedScript(),
      'server.pem': server.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      'north.pub.pem': gateway.publicKey.export({ format: 'pem', type: 'spki' }),
      'cards.txt': `${ANNA_CARD}\n`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    script = spawn('bash', ['server.sh', 'plant', '-h', '127.0.0.1', '-p', String(broker.port)], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    script.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      script.emit('printed');
    });
    engine = await reopenEngine(path.join(folder, 'data'), systemClock);
    await engine.configure(SAMPLE_CONFIG);
    wire = new MqttWire({
      account: () => ({ url: `mqtt://127.0.0.1:${broker.port}`, clientId: 'north', version: 5 }),
    });
    const address = { site: 'plant', gateway: 'north' };
    const serverKeys = () => [server.publicKey];
    end = new GatewayEnd({
      address,
      wire,
      key: gateway.privateKey,
      serverKeys,
      clock: systemClock,
    });
    const watch = new ServerWatch({ end, clock: systemClock });
    const welcome = new EventEmitter();
    let isOnline = false;
    watch.on('hello', () => {
      isOnline = true;
      welcome.emit('hello');
    });
    asker = new LinkAsker(end, systemClock, () => isOnline);
    const hello = once(welcome, 'hello');
    wire.connect();
    await hello;
    watch.close();
  });

  after(async () => {
    asker.close();
    end.close();
    await wire.close();
    if (script.pid !== undefined) process.kill(-script.pid);
    await engine.close();
    await broker.stop();
    removeFolder(folder);
  });

  const ask = (value: string): Promise<Reply> =>
    asker.ask({
      attempt: { ...attemptAt(Date.now(), 'front', card(value)), accessPoint: 'front' },
      limit: PATIENCE,
    });

  it('opens a door for a card that only it knows', async () => {
    const reply = await ask(ANNA_CARD);
    assert.ok('answer' in reply, JSON.stringify(reply));
    assert.deepEqual(reply.answer, { outcome: 'granted', reasons: [], life: 5000 });
    const attempt = attemptAt(Date.now(), 'front', card(ANNA_CARD));
    const decision = await engine.takeAnswer({ attempt, answer: reply.answer, took: 0 });
    assert.deepEqual([decision.outcome, decision.by], ['granted', 'server']);
    const claim = await engine.claimCommand({
      decision: decision.id,
      output: 'lock',
      action: 'pulse',
      duration: 1000,
    });
    assert.equal(claim.command.action, 'pulse');
  });

  it('does not know a card that is not in its file', async () => {
    const reply = await ask(BORIS_CARD);
    assert.ok('answer' in reply, JSON.stringify(reply));
    assert.deepEqual(reply.answer, { outcome: 'unknown', reasons: ['unknownCredential'] });
  });

  it('receives the records of the gateway', async () => {
    const seen = (async () => {
      while (!printed.includes('\n')) await once(script, 'printed');
    })();
    await end.send('records', { stream: 'event', note: 'any record' });
    await seen;
    assert.equal(printed, 'north {"stream":"event","note":"any record"}\n');
  });
});
