import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineClient } from '../../lib/engine/client.ts';
import { STREAMS } from '../../lib/model/record.ts';
import { bundledEngine } from '../support/engine-bundle.ts';
import { PROMPT, TEST_MASTER, reached } from '../support/engine-client.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { collectedRecords } from '../support/log-link.ts';
import { openLogLine, type LogLine } from '../support/log-processes.ts';
import { openMosquitto, type Mosquitto } from '../support/mosquitto.ts';
import { allRecords } from '../support/records.ts';
import {
  ANNA_CARD,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
  attemptAt,
  card,
} from '../support/sample-site.ts';

/** Of the gateway's engine, of the server's, and of the broker. */
const KILLS = 100;
/** A process lives at most this long before it is killed. Milliseconds. */
const LONGEST_LIFE = 300;

describe('the log while engines and broker are killed at random', function () {
  this.timeout(600_000);
  const folders: string[] = [];
  let gateway: EngineClient;
  let server: EngineClient;
  let mosquitto: Mosquitto;
  let broker: ChildProcess;
  let line: LogLine;

  before(async () => {
    const [bundle = '', ...data] = ['bundle', 'gateway', 'server'].map(() => makeFolder());
    folders.push(bundle, ...data);
    const { openEngineClient } = await bundledEngine(bundle);
    const env = { GATEWIRE_MASTER_KEY: TEST_MASTER };
    const [north, central] = data.map((folder) =>
      openEngineClient({ folder, env, delays: PROMPT }),
    );
    assert.ok(north && central);
    [gateway, server] = [north, central];
    await Promise.all([gateway.ready(), server.ready()]);
    // Nothing may be trimmed, so that both logs can be compared at the end.
    const site = { ...SAMPLE_CONFIG.site, ring: 1_000_000 };
    await gateway.engine.configure({ ...SAMPLE_CONFIG, site });
    await gateway.engine.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
    mosquitto = await openMosquitto();
    broker = mosquitto.process;
    const options = { patience: 200, longest: 400, announceEvery: 200 };
    line = await openLogLine({
      url: `mqtt://127.0.0.1:${mosquitto.port}`,
      gateway,
      server,
      options,
    });
  });
  after(async () => {
    await line.close();
    await Promise.all([gateway.close(), server.close()]);
    broker.kill('SIGKILL');
    await mosquitto.stop();
    folders.forEach(removeFolder);
  });

  /** Lets people through until it is stopped; returns the decisions that were answered, and their commands. */
  async function load(stopped: () => boolean) {
    const decisions = new Set<string>();
    while (!stopped()) {
      await reached(gateway, 'up');
      try {
        const decision = await gateway.engine.decide(
          attemptAt(Date.now(), 'front', card(ANNA_CARD)),
        );
        decisions.add(decision.id);
        const { id } = decision;
        const request = { decision: id, output: 'lock', action: 'pulse' } as const;
        const { command } = await gateway.engine.claimCommand(request);
        await gateway.engine.recordCommand({ command: command.id, state: 'done' });
      } catch {
        // Whatever fails was not acknowledged.
      }
    }
    return decisions;
  }

  async function killEngine(client: EngineClient): Promise<void> {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(Math.random() * LONGEST_LIFE);
      assert.ok(client.pid);
      process.kill(client.pid, 'SIGKILL');
      await reached(client, 'down');
      await reached(client, 'up');
    }
  }

  async function killBroker(): Promise<void> {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await delay(Math.random() * 2 * LONGEST_LIFE);
      broker.kill('SIGKILL');
      await once(broker, 'exit');
      broker = spawn('mosquitto', ['-c', path.join(mosquitto.folder, 'mosquitto.conf')], {
        stdio: 'ignore',
        env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
      });
      while (!(await answers(mosquitto.port))) await delay(5);
    }
  }

  it(`loses nothing, doubles nothing and opens nothing undecided in ${KILLS} kills of each`, async () => {
    let done = false;
    const loads = [1, 2].map(() => load(() => done));
    await Promise.all([killEngine(gateway), killEngine(server), killBroker()]);
    done = true;
    const decisions = (await Promise.all(loads)).flatMap((each) => [...each]);
    await line.upload.drained();
    const held = (
      await Promise.all(STREAMS.map((stream) => allRecords(gateway.engine, stream)))
    ).flat();
    const collected = await collectedRecords(server.engine);
    const key = ({ stream, seq, hash }: { stream: string; seq: number; hash: string }) =>
      `${stream} ${seq} ${hash}`;
    assert.deepEqual(collected.map(key).sort(), held.map(key).sort());

    const access = collected.filter(({ stream }) => stream === 'access');
    const decided = new Set(
      access.map(({ body }) => (body as { decision: { id: string } }).decision.id),
    );
    for (const id of decisions) assert.ok(decided.has(id), `decision ${id}`);
    for (const { stream, body } of collected) {
      if (stream === 'command') assert.ok(decided.has((body as { decision: string }).decision));
    }
    const faults = collected.filter(({ body }) => 'code' in body && body.code.startsWith('log'));
    assert.deepEqual(faults, []);
  });
});

async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
