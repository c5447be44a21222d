import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { CollectedPage } from '../../lib/engine/collected/collected.ts';
import { linkType, type LinkApi } from '../../lib/runtime/link.ts';
import { SNAPSHOTS, pathOf } from '../../lib/pictures/files.ts';
import { Snapshots } from '../../lib/runtime/snapshots.ts';
import { siteType, type SiteApi } from '../../lib/runtime/site.ts';
import registerCollector from '../../nodes/log-collector/log-collector.ts';
import registerUploader from '../../nodes/log-uploader/log-uploader.ts';
import { uploadStatus } from '../../nodes/log-uploader/upload-status.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { LogRig } from '../support/log-rig.ts';
import { ANNA_CARD, attemptAt, card } from '../support/sample-site.ts';
import { Sink, errorsFrom, loadFlow, nodeById, useRuntime } from '../support/runtime.ts';

const ROLES = ['gateway', 'server'] as const;

describe('log-uploader and log-collector', function () {
  this.timeout(30_000);
  useRuntime();
  let rig: LogRig;
  let sites: Record<(typeof ROLES)[number], FakeSite>;

  beforeEach(async () => {
    rig = new LogRig();
    await rig.open();
    sites = {
      gateway: fakeSite(rig.gateway, {}, rig.gatewayFolder),
      server: fakeSite(rig.server, {}, rig.serverFolder),
    };
  });
  afterEach(async () => {
    await rig.close();
    await Promise.all(ROLES.map((role) => sites[role].close()));
  });

  /** Config nodes of both sides: a site and a link each, named after their role. */
  function register(RED: NodeAPI): void {
    const apis = { site: new Map<string, SiteApi>(), link: new Map<string, LinkApi>() };
    for (const role of ROLES) {
      apis.site.set(role, sites[role].api);
      apis.link.set(`${role}-link`, linkOf(role));
    }
    function ConfigNode(this: Node & { gatewire?: unknown }, definition: NodeDef): void {
      RED.nodes.createNode(this, definition);
      this.gatewire = apis.site.get(definition.id) ?? apis.link.get(definition.id);
    }
    RED.nodes.registerType(siteType.type, ConfigNode);
    RED.nodes.registerType(linkType.type, ConfigNode);
  }

  function linkOf(role: (typeof ROLES)[number]): LinkApi {
    const end = role === 'gateway' ? { gateway: rig.end } : { server: rig.pair.server };
    const fixed = { state: { name: 'online' }, onState: () => () => undefined } as const;
    return { role, site: sites[role].api, ...end, ...fixed };
  }

  /** Both nodes; wired, what the one sends goes to the other as JSON text, as over HTTP or MQTT. */
  async function load(transport: 'link' | 'wired'): Promise<void> {
    const node = (role: string) => ({ z: 'tab', transport, site: role, link: `${role}-link` });
    const sinks = ['state', 'faults', 'up', 'result', 'records', 'alarms', 'down'];
    await loadFlow(
      [register, registerUploader, registerCollector],
      [
        { id: 'tab', type: 'tab' },
        ...ROLES.flatMap((role) => [
          { id: role, type: siteType.type },
          { id: `${role}-link`, type: linkType.type },
        ]),
        {
          ...{ id: 'uploader', type: 'gatewire-log-uploader', gateway: 'north', batch: '100' },
          ...node('gateway'),
          wires: [['state'], ['faults'], ['up']],
        },
        {
          ...{ id: 'collector', type: 'gatewire-log-collector' },
          ...node('server'),
          wires: [['result'], ['records'], ['alarms'], ['down']],
        },
        ...sinks.map((id) => ({ id, type: 'helper', z: 'tab' })),
      ],
    );
    for (const [sink, receiver] of [
      ['up', 'collector'],
      ['down', 'uploader'],
    ] as const) {
      nodeById(sink).on('input', ({ payload }) => {
        nodeById(receiver).receive({ payload: JSON.stringify(payload) });
      });
    }
  }

  function send(message: Record<string, unknown>): void {
    nodeById('collector').receive(message);
  }

  /** Resolves when the gateway's engine knows that everything is stored. */
  async function drained(): Promise<void> {
    for (;;) {
      const streams = await rig.gateway.outgoingStreams({});
      if (streams.every(({ acknowledged, last }) => acknowledged === last)) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  for (const transport of ['link', 'wired'] as const) {
    it(`bring every record over ${transport === 'link' ? 'the link' : 'wires'} once`, async () => {
      await rig.pass(120);
      await load(transport);
      const records = new Sink('records');
      const state = new Sink('state');
      await drained();
      await rig.pass();
      await drained();
      assert.deepEqual(await rig.collected(), await rig.held());
      const { length } = await rig.held();
      await records.at(length - 1);
      assert.equal(records.messages.length, length);
      await state.at(0);
    });
  }

  it('answer what is here, and refuse any other operation', async () => {
    await rig.pass(5);
    await load('link');
    await drained();
    const result = new Sink('result');
    send({ operation: 'records', payload: { stream: 'access', limit: 2 } });
    const page = (await result.at(0)).payload as CollectedPage;
    assert.deepEqual(
      page.records.map(({ gateway, seq }) => [gateway, seq]),
      [
        ['north', 5],
        ['north', 4],
      ],
    );
    send({ operation: 'logs', payload: 1 });
    const logs = (await result.at(1)).payload as { stream: string; last: number }[];
    assert.equal(logs.find(({ stream }) => stream === 'access')?.last, 5);
    send({ operation: 'forget' });
    send({ payload: {} });
    const errors = await errorsFrom('collector', 2);
    assert.match(errors.join('\n'), /one of records, logs, picture\n.*records come by the link/);
  });

  it('bring pictures behind their records, show them, and let go of them with their person', async () => {
    const { gatewayFolder: folder, gateway: engine } = rig;
    const snapshots = new Snapshots({ folder, engine }, assert.ifError);
    const attempt = attemptAt(rig.clock.now(), 'front', card(ANNA_CARD));
    const snapshot = await snapshots.keep(attempt.id, 7, Buffer.from('a face'));
    snapshots.close();
    await engine.decide({ ...attempt, snapshot });
    await rig.pass(20);
    await load('link');
    const state = new Sink('state');
    const mark = pathOf(path.join(folder, SNAPSHOTS), { id: attempt.id, days: 7 }, 'settled');
    while (!existsSync(mark)) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await rig.collected(), await rig.held());
    const { pictures } = (await state.at(0)).payload as { pictures: object };
    assert.deepEqual(pictures, { waiting: 0, dropped: 0 });

    const payload = { gateway: 'north', snapshot };
    const result = new Sink('result');
    send({ operation: 'picture', payload });
    assert.deepEqual((await result.at(0)).payload, Buffer.from('a face'));
    const ask = (name: string) =>
      helper.request().get(`/gatewire/collectors/collector/pictures/north/${name}`);
    const shown = await ask(snapshot);
    assert.deepEqual(shown.body, Buffer.from('a face'));
    const { 'content-type': type, 'cache-control': caching } = shown.headers;
    assert.deepEqual([type, caching], ['image/jpeg', 'no-store']);
    const wrong = ['..%2Fgateway.db', '..%2F..%2Fengine.key', 'other.jpg', `${attempt.id}.picture`];
    for (const name of wrong) await ask(name).expect(404);

    for (const side of [rig.server, rig.gateway]) {
      const receipt = await side.erasePerson({ person: 'anna', what: 'biometrics', author: 'dpo' });
      assert.equal(receipt.pictures, 1);
    }
    await ask(snapshot).expect(404);
    assert.equal(existsSync(mark), false);
  });

  it('do not take records of a gateway that the transport knows under another name', async () => {
    await load('wired');
    const down = new Sink('down');
    const up = new Sink('up');
    const { payload } = await up.at(0);
    send({ payload, gateway: 'south' });
    assert.match((await errorsFrom('collector', 1)).join(), /msg.gateway is not "north"/);
    await down.at(0);
  });

  it('goes on when the engine comes back', async () => {
    await load('link');
    await drained();
    sites.gateway.setState('down');
    sites.gateway.setState('up');
    await rig.pass(3);
    await drained();
    assert.deepEqual(await rig.collected(), await rig.held());
  });

  it('does not refuse what comes before the engine has started', async () => {
    sites.server.setState('starting');
    await load('wired');
    const result = new Sink('result');
    send({ operation: 'logs' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(result.messages, []);
    sites.server.setState('up');
    await result.at(0);
  });

  it('shows how much waits, and when the server acknowledged last', () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5);
    assert.deepEqual(
      uploadStatus({ phase: 'uploading', waiting: 0, acknowledgedAt: at }, 'Europe/Madrid'),
      { name: 'ready', text: '↑ 0 · ✓ 04:04:05' },
    );
    assert.deepEqual(
      uploadStatus({ phase: 'offline', waiting: 12, pictures: { waiting: 3 } }, 'UTC'),
      {
        name: 'disconnected',
        text: '↑ 12 · ▣ 3',
      },
    );
  });
});
