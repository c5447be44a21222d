import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { EngineClient } from '../../lib/engine/client.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import {
  descriptors,
  isAlive,
  openClient,
  openSampleClient,
  PROMPT,
  reached,
} from '../support/engine-client.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ANNA_CARD, attemptAt, card, SAMPLE_CONFIG } from '../support/sample-site.ts';

describe('engine: process', function () {
  this.timeout(180_000);
  let folder: string;
  let client: EngineClient;

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(async () => {
    await client.close();
    removeFolder(folder);
  });

  const decide = () => client.engine.decide(attemptAt(Date.now(), 'front', card(ANNA_CARD)));
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => {
    assert.ok(client.pid !== undefined && process.kill(client.pid, signal));
  };

  it('serves the whole interface over its channel', async () => {
    client = await openSampleClient(folder);
    const alarms: string[] = [];
    client.engine.on('alarm', ({ code }) => alarms.push(code));
    const decision = await decide();
    assert.equal(decision.outcome, 'granted');
    const { command } = await client.engine.claimCommand({
      decision: decision.id,
      output: 'lock',
      action: 'pulse',
    });
    await client.engine.recordCommand({ command: command.id, state: 'done' });
    await client.engine.recordEvent({ category: 'alarm', code: 'doorForced' });
    assert.deepEqual(alarms, ['doorForced']);
    const [record] = await client.engine.recentRecords({ stream: 'access', limit: 1 });
    assert.deepEqual(record?.body.decision, decision);
    const [person] = await client.engine.find({ kind: 'person', id: 'anna' });
    assert.equal(person?.name, 'Anna');
    const health = await client.engine.health();
    assert.deepEqual([health.state, health.persons, health.accessPoints], ['ok', 3, 4]);
    await assert.rejects(
      client.engine.claimCommand({ decision: uuidv7(), output: 'lock', action: 'pulse' }),
      { name: 'AccessError', code: 'DECISION_INVALID' },
    );
  });

  it('that is killed rejects what waits, comes back by itself and decides as before', async () => {
    client = await openSampleClient(folder);
    const before = await decide();
    const old = client.pid;
    kill('SIGSTOP');
    const waiting = [decide(), client.engine.health(), decide()];
    kill();
    for (const call of waiting) await assert.rejects(call, { code: 'ENGINE_UNAVAILABLE' });
    await reached(client, 'down');
    await assert.rejects(decide(), { code: 'ENGINE_UNAVAILABLE' });
    await reached(client, 'up');
    assert.notEqual(client.pid, old);
    assert.equal((await decide()).outcome, 'granted');
    const rows = await client.engine.readRecords({ stream: 'access', after: 0, limit: 10 });
    assert.equal(rows[0]?.body.decision.id, before.id);
    await assert.rejects(
      client.engine.claimCommand({ decision: before.id, output: 'lock', action: 'pulse' }),
      { code: 'DECISION_INVALID' },
    );
  });

  it('that hangs is killed and replaced', async () => {
    client = await openSampleClient(folder, PROMPT);
    kill('SIGSTOP');
    await reached(client, 'down');
    await reached(client, 'up');
    assert.equal((await decide()).outcome, 'granted');
  });

  it('is not taken for hanging when it is the parent that was busy', async () => {
    client = await openSampleClient(folder);
    const before = client.pid;
    const levels = Array.from({ length: 20 }, () =>
      client.engine.activeLevel({ accessPoint: 'front' }),
    );
    const late = decide();
    const until = performance.now() + 5000;
    while (performance.now() < until); // a flow that blocks the event loop
    await assert.rejects(late, { code: 'ENGINE_UNAVAILABLE' });
    assert.equal((await Promise.all(levels)).length, 20);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // the next two pings
    assert.equal(client.pid, before);
    assert.equal((await decide()).outcome, 'granted');
  });

  it('is not stopped by the signals that stop its parent', async () => {
    client = await openSampleClient(folder);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) kill(signal);
    assert.equal((await decide()).outcome, 'granted');
  });

  it('is configured anew after a restart with what was told meanwhile', async () => {
    client = await openSampleClient(folder);
    kill();
    await reached(client, 'down');
    const site = { ...SAMPLE_CONFIG.site, name: 'Renamed' };
    await client.engine.configure({ ...SAMPLE_CONFIG, site, accessPoints: [] });
    assert.equal(client.state, 'up');
    assert.ok((await decide()).reasons.includes('unknownAccessPoint'));
  });

  it('leaves no descriptor, process or second engine behind after eight restarts', async () => {
    client = await openSampleClient(folder, PROMPT);
    const pids = [client.pid];
    const restart = async (): Promise<void> => {
      kill();
      await reached(client, 'down');
      await reached(client, 'up');
      pids.push(client.pid);
    };
    await restart();
    const open = descriptors();
    for (let count = 0; count < 8; count += 1) await restart();
    assert.equal(descriptors(), open);
    assert.equal(new Set(pids).size, 10);
    assert.deepEqual(
      pids.filter((pid) => pid !== undefined && isAlive(pid)),
      [client.pid],
    );
    const events = await client.engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
    assert.equal(events.filter(({ body }) => body.code === 'engineStarted').length, 10);
  });

  it('tells why it cannot start', async () => {
    client = await openSampleClient(folder);
    await client.close();
    client = openClient(folder, { env: { GATEWIRE_MASTER_KEY: 'ff'.repeat(32) } });
    await assert.rejects(client.ready(), { code: 'KEY_MISMATCH' });
    await assert.rejects(client.engine.configure(SAMPLE_CONFIG), { code: 'KEY_MISMATCH' });
    await assert.rejects(decide(), { code: 'ENGINE_UNAVAILABLE' });
  });

  it('does not share its folder with another engine', async () => {
    client = await openSampleClient(folder);
    const second = openClient(folder);
    await assert.rejects(second.ready(), { code: 'ENGINE_LOCKED' });
    await second.close();
    assert.equal((await decide()).outcome, 'granted');
  });

  it('ends after its parent, with everything committed that was acknowledged', async () => {
    const parent = fork(new URL('../support/orphan-parent.ts', import.meta.url), [folder]);
    let engine = 0;
    const acknowledged: string[] = [];
    await new Promise<void>((resolve) => {
      parent.on('message', (message: { pid?: number; id?: string }) => {
        if (message.pid !== undefined) engine = message.pid;
        if (message.id !== undefined) acknowledged.push(message.id);
        if (acknowledged.length === 50) resolve();
      });
    });
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    client = openClient(folder, { delays: { first: 50, most: 50, stable: 60_000 } });
    await reached(client, 'up');
    while (isAlive(engine)) await pause(10); // it gives the folder free just before its end
    const rows = await client.engine.readRecords({ stream: 'access', after: 0, limit: 1000 });
    const stored = new Set(rows.map(({ body }) => body.decision.id));
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    );
    const events = await client.engine.recentRecords({ stream: 'event', limit: 2 });
    assert.equal(events[1]?.body.code, 'engineStopped');
  });
});
