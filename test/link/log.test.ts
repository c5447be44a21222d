import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CollectedRecord } from '../../lib/engine/collected/collected.ts';
import { DATABASE_FILE } from '../../lib/engine/store/database.ts';
import { STREAMS } from '../../lib/model/record.ts';
import { eventCodes } from '../support/engine.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { collectedRecords } from '../support/log-link.ts';
import { LogRig, without } from '../support/log-rig.ts';
import { SAMPLE_CONFIG } from '../support/sample-site.ts';

describe('the log of a gateway at its server', function () {
  this.timeout(30_000);
  let rig: LogRig;

  beforeEach(async () => {
    rig = new LogRig();
    await rig.open();
  });
  afterEach(() => rig.close());

  /** Alarms about logs in an engine's own log. */
  async function alarms(engine = rig.server): Promise<string[]> {
    const codes = await eventCodes(engine);
    return codes.filter((code) => /^(log|identity|database|acknowledgement)/.test(code));
  }

  it('arrives whole, once, and with its chain, and is acknowledged to the last record', async () => {
    await rig.pass(250);
    rig.collect();
    await rig.drained();
    await rig.pass();
    await rig.drained();
    assert.deepEqual(await rig.collected(), await rig.held());
    const { store } = await rig.gateway.health();
    for (const stream of STREAMS) {
      assert.equal(store.streams[stream].acknowledged, store.streams[stream].last, stream);
    }
    assert.deepEqual(await alarms(), []);
    assert.deepEqual(await alarms(rig.gateway), []);
  });

  it('comes after the cable is back, and nothing was dropped meanwhile', async () => {
    rig.collect();
    await rig.drained();
    const [, cable] = rig.pair.wires;
    cable?.cut();
    await rig.pass(300);
    cable?.connect();
    await rig.drained();
    assert.deepEqual(await rig.collected(), await rig.held());
  });

  it('is told record by record to whoever listens at the server', async () => {
    const told: CollectedRecord[] = [];
    rig.collect((records) => told.push(...records));
    await rig.pass(20);
    await rig.drained();
    await rig.upload(); // The uploader starts anew, and everything is known already.
    await rig.pass();
    await rig.drained();
    const collected = await collectedRecords(rig.server);
    const byPlace = (a: CollectedRecord, b: CollectedRecord): number =>
      a.stream.localeCompare(b.stream) || a.seq - b.seq;
    assert.deepEqual(told.sort(byPlace), collected);
  });

  it('is found by gateway, stream, person and time, page by page', async () => {
    rig.collect();
    await rig.pass(5);
    const from = rig.clock.now() + 1;
    rig.clock.advance(1000);
    await rig.pass(7);
    await rig.drained();
    const query = { gateway: 'north', stream: 'access', person: 'anna', from, limit: 3 } as const;
    const first = await rig.server.collectedRecords(query);
    const second = await rig.server.collectedRecords({ ...query, after: first.next ?? '' });
    const third = await rig.server.collectedRecords({ ...query, after: second.next ?? '' });
    const seqs = [first, second, third].map(({ records }) => records.map(({ seq }) => seq));
    assert.deepEqual(seqs, [[12, 11, 10], [9, 8, 7], [6]]);
    assert.equal(third.next, undefined);
    const nobody = await rig.server.collectedRecords({ person: 'boris' });
    assert.deepEqual(nobody, { records: [] });
    const south = await rig.server.collectedRecords({ gateway: 'south' });
    assert.deepEqual(south, { records: [] });
  });

  it('goes on under a new identity after the gateway came back from a backup', async () => {
    rig.collect();
    await rig.pass(10);
    await rig.drained();
    const folder = rig.copyOf(makeEmpty());
    await rig.gateway.backup({ file: join(folder, DATABASE_FILE) });
    await rig.pass(10);
    await rig.drained();
    const before = await rig.collected();
    await rig.stopGateway();
    await rig.startGateway(folder);
    await rig.pass(15);
    await rig.drained();
    const after = await rig.collected();
    assert.deepEqual(without(before, after), [], 'the server keeps what only it has');
    assert.deepEqual(without(await rig.held(), after), []);
    assert.equal(new Set(after).size, after.length);
    assert.deepEqual(new Set(await alarms()), new Set(['logCutOff']));
    assert.ok((await alarms(rig.gateway)).includes('databaseRestored'));
  });

  it('gets a new identity when the server knows more than an old copy of the gateway (F-21)', async () => {
    rig.collect();
    await rig.pass(10);
    await rig.drained();
    await rig.stopGateway();
    const copy = rig.copyOf(rig.gatewayFolder);
    await rig.startGateway();
    await rig.pass(10);
    await rig.drained();
    const before = await rig.collected();
    await rig.stopGateway();
    await rig.startGateway(copy);
    await rig.drained();
    await rig.pass(25);
    await rig.drained();
    const after = await rig.collected();
    assert.deepEqual(without(before, after), []);
    assert.deepEqual(without(await rig.held(), after), []);
    assert.equal(new Set(after).size, after.length);
    assert.ok((await alarms()).includes('logCutOff'));
    assert.ok((await alarms(rig.gateway)).includes('databaseRestored'));
    assert.ok((await alarms(rig.gateway)).includes('logCutOff'), 'alarmed on both sides');
  });

  it('is kept in both versions when an old copy has gone on writing (F-20)', async () => {
    rig.collect();
    await rig.pass(10);
    await rig.drained();
    await rig.stopGateway();
    const copy = rig.copyOf(rig.gatewayFolder);
    await rig.startGateway();
    await rig.pass(10);
    await rig.drained();
    const before = await rig.collected();
    await rig.stopGateway();
    await rig.startGateway(copy);
    await rig.pass(30);
    await rig.drained();
    const after = await rig.collected();
    assert.deepEqual(without(before, after), []);
    assert.deepEqual(without(await rig.held(), after), []);
    assert.equal(new Set(after).size, after.length);
    assert.ok((await alarms()).includes('logForked'));
    assert.ok((await alarms(rig.gateway)).includes('databaseRestored'));
    const forked = (await collectedRecords(rig.server)).filter((record) => record.forked);
    assert.ok(forked.length >= 10);
    const logs = await rig.server.collectedLogs({});
    assert.ok(logs.some((log) => log.forked));
  });

  it('is sent again to a server that came back from a backup (F-28)', async () => {
    rig.collect();
    await rig.pass(40);
    await rig.drained();
    await rig.stopServer();
    const copy = rig.copyOf(rig.serverFolder);
    await rig.startServer();
    await rig.pass(200);
    await rig.drained();
    await rig.stopServer();
    await rig.startServer(copy);
    const complete = await rig.held();
    await untilCollected(complete);
    assert.deepEqual(await rig.collected(), complete);
    assert.deepEqual(await alarms(), []);
  });

  it('names what a server that came back from an old backup will never get', async () => {
    await rig.gateway.configure({
      ...SAMPLE_CONFIG,
      site: { ...SAMPLE_CONFIG.site, ring: 20 },
    });
    rig.collect();
    await rig.pass(10);
    await rig.drained();
    await rig.stopServer();
    const copy = rig.copyOf(rig.serverFolder);
    await rig.startServer();
    await rig.pass(100);
    await rig.drained();
    await rig.stopServer();
    await rig.startServer(copy);
    await untilCollected(await rig.held());
    assert.deepEqual(await alarms(), ['logMissing']);
    const logs = await rig.server.collectedLogs({});
    const access = logs.find(({ stream }) => stream === 'access');
    assert.equal(access?.missing, 80);
  });

  it('names records that were overwritten before they could be sent', async () => {
    const [, cable] = rig.pair.wires;
    cable?.cut();
    const site = { ...SAMPLE_CONFIG.site, ring: 0, quotaRecords: 100 };
    await rig.gateway.configure({ ...SAMPLE_CONFIG, site });
    await rig.pass(400);
    rig.collect();
    await rig.upload();
    cable?.connect();
    await rig.drained();
    assert.ok((await alarms()).includes('logMissing'));
    const logs = await rig.server.collectedLogs({});
    const missing = logs.find(({ stream }) => stream === 'access')?.missing ?? 0;
    const collected = (await rig.collected()).filter((line) => line.startsWith('access ')).length;
    assert.ok(missing >= 300);
    assert.equal(missing + collected, 400, 'each record is at the server, or known to be lost');
  });

  it('is not believed by the server when a record was changed at the gateway', async () => {
    await rig.pass(10);
    await rig.stopGateway();
    const db = new DatabaseSync(join(rig.gatewayFolder, DATABASE_FILE));
    db.exec(`UPDATE access_record SET body = replace(body, 'Anna', 'Nobody') WHERE seq = 4`);
    db.close();
    await rig.startGateway();
    rig.collect();
    await rig.drained();
    assert.deepEqual(await alarms(), ['logBroken']);
    assert.deepEqual(await rig.collected(), await rig.held(), 'it is evidence, and kept');
  });

  it('shows that two machines use one identity (F-20)', async () => {
    rig.collect();
    await rig.pass(3);
    const { uploader } = await rig.upload();
    await rig.drained();
    const other = new LogRig();
    await other.open();
    try {
      const { uploadOver } = await import('../support/log-link.ts');
      const clone = await uploadOver(rig.end, other.gateway);
      await clone.drained();
      assert.deepEqual(await alarms(), [], 'a restart looks like this, too');
      const alarm = new Promise((resolve) => {
        rig.server.on('alarm', ({ code }) => {
          if (code === 'identityCloned') resolve(code);
        });
      });
      uploader.connect();
      await alarm;
      clone.close();
    } finally {
      await other.close();
    }
  });

  it('alarms the gateway when the server acknowledges what it cannot have', async () => {
    rig.collect();
    await rig.pass(3);
    const session = await sessionOf();
    await rig.drained();
    const [access] = await rig.gateway.outgoingStreams({});
    const alarm = new Promise((resolve) => {
      rig.gateway.on('alarm', ({ code }) => {
        if (code === 'acknowledgementImpossible') resolve(code);
      });
    });
    await rig.pair.server.send('north', 'acknowledgements', {
      ...{ kind: 'stored', session, stream: 'access', id: access?.identities[0]?.id },
      ...{ from: 1, to: 4000, hash: '0'.repeat(64), faults: [] },
    });
    await alarm;
    const [after] = await rig.gateway.outgoingStreams({});
    assert.equal(after?.acknowledged, access?.acknowledged);
  });

  /** The session of the collector that is at work, as the gateway hears it. */
  function sessionOf(): Promise<unknown> {
    return new Promise((resolve) => {
      const stop = rig.end.on('acknowledgements', ({ content }) => {
        stop();
        resolve((content as { session: unknown }).session);
      });
      void rig.upload();
    });
  }

  /** Resolves when the server has all of these. */
  async function untilCollected(lines: readonly string[]): Promise<void> {
    while (without(lines, await rig.collected()).length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const empties: string[] = [];
  after(() => {
    empties.forEach(removeFolder);
  });
  function makeEmpty(): string {
    const folder = makeFolder();
    empties.push(folder);
    return folder;
  }
});
