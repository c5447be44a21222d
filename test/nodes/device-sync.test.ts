import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Difference, GatewayView, MovingView } from '../../lib/engine/fleet/fleet-engine.ts';
import type { Master, MasterState } from '../../lib/model/master.ts';
import { linkType, type LinkApi } from '../../lib/runtime/link.ts';
import register from '../../nodes/device-sync/device-sync.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';
import { Sink, loadFlow, nodeById, useRuntime } from '../support/runtime.ts';
import { SAMPLE_CONFIG } from '../support/sample-site.ts';
import { openPair, type SyncPair } from '../support/sync-pair.ts';

const ROLES = ['server', 'gateway'] as const;
type Differences = MovingView & { items: Difference[] };
type Role = (typeof ROLES)[number];

describe('device-sync', function () {
  this.timeout(60_000);
  useRuntime();
  let folder: string;
  let pair: SyncPair;
  let link: LinkPair;
  let sites: Record<Role, FakeSite>;

  beforeEach(async () => {
    folder = makeFolder();
    pair = await openPair({ folder });
    link = linkPair({ site: 'plant' });
    sites = { server: fakeSite(pair.server), gateway: fakeSite(pair.gateway) };
  });

  afterEach(async () => {
    link.close();
    await pair.close();
    for (const role of ROLES) await sites[role].close();
    removeFolder(folder);
  });

  /** A link config node of the role that its id names. */
  function registerLinks(RED: NodeAPI): void {
    function LinkNode(this: Node & { gatewire?: LinkApi }, definition: NodeDef): void {
      RED.nodes.createNode(this, definition);
      const role: Role = definition.id === 'link-server' ? 'server' : 'gateway';
      const [gateway] = link.gateways;
      const ends = role === 'server' ? { server: link.server } : { ...(gateway && { gateway }) };
      const state = { name: 'online' } as const;
      this.gatewire = { role, site: sites[role].api, state, onState: () => () => false, ...ends };
    }
    RED.nodes.registerType(linkType.type, LinkNode);
  }

  /** A node of each role, each with a helper at both outputs. */
  async function start(): Promise<void> {
    const flow = ROLES.flatMap((role) => [
      { id: `link-${role}`, type: linkType.type },
      {
        ...{ id: role, type: 'gatewire-device-sync', z: 'tab', link: `link-${role}` },
        wires: [[`${role}-0`], [`${role}-1`]],
      },
      { id: `${role}-0`, type: 'helper', z: 'tab' },
      { id: `${role}-1`, type: 'helper', z: 'tab' },
    ]);
    await loadFlow([registerLinks, register], [{ id: 'tab', type: 'tab' }, ...flow]);
  }

  it('lets a relay at the gateway open by a message at the server', async () => {
    await start();
    const openings = new Sink('gateway-0');
    const events = new Sink('server-1');
    await new Promise<void>((resolve) => {
      const stop = link.server.on('beat', () => {
        stop();
        resolve();
      });
    });
    const payload = { kind: 'open', accessPoint: 'front' };
    nodeById('server').receive({ gateway: 'north', payload, author: 'guard' });
    const { access } = await openings.at(0);
    const { decision } = access as { decision: { id: string; by: string } };
    assert.equal(decision.by, 'server');
    const claim = { decision: decision.id, output: 'lock', action: 'pulse' } as const;
    assert.ok((await pair.gateway.claimCommand(claim)).life > 0);
    const { topic, payload: result } = await events.at(0);
    assert.deepEqual([topic, (result as { result: string }).result], ['command', 'done']);
  });

  it('moves a gateway to its server by messages: what differs, a decision, and who the master is', async () => {
    const want = (master: Master) => {
      const site = { ...SAMPLE_CONFIG.site, master };
      return pair.gateway.configure({ ...SAMPLE_CONFIG, site });
    };
    await want('local');
    const value = { id: 'here', name: 'Here' };
    const changes = [{ op: 'put', kind: 'person', value } as const];
    await pair.gateway.change({ changes, options: { author: 'test' } });
    await start();
    const answers = new Sink('server-0');
    const masters = new Sink('gateway-1');
    let asked = 0;
    let told = 0;
    const ask = async <T>(message: object): Promise<T> => {
      nodeById('server').receive({ gateway: 'north', ...message });
      return (await answers.at(asked++)).payload as T;
    };
    const master = async (): Promise<MasterState> => {
      nodeById('gateway').receive({ operation: 'master' });
      return (await masters.at(told++)).payload as MasterState;
    };
    assert.deepEqual(await master(), { master: 'local' });
    await want('cloud');
    for (;;) {
      const [one] = await ask<GatewayView[]>({ operation: 'fleet' });
      if (one?.moving?.comparing === false) break;
    }
    assert.deepEqual(await master(), { master: 'local', movingTo: 'cloud' });
    const open = { operation: 'differences', payload: { open: true } };
    const { items, undecided } = await ask<Differences>(open);
    assert.deepEqual([items[0]?.id, items[0]?.found, undecided], ['here', 'gatewayOnly', 1]);
    const payload = { decisions: [{ kind: 'person', id: 'here', keep: 'gateway' }] };
    const ended = new Promise<void>((resolve) => {
      const stop = pair.gateway.on('policy', () => {
        stop();
        resolve();
      });
    });
    const done = await ask<{ decided: number }>({ operation: 'decide', author: 'chief', payload });
    assert.equal(done.decided, 1);
    await ended;
    assert.deepEqual(await master(), { master: 'cloud' });
    const [person] = await pair.server.find({ kind: 'person', id: 'here' });
    assert.equal(person?.name, 'Here');
  });
});
