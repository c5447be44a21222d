import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MusterEntry } from '../../lib/engine/engine.ts';
import { siteType, type SiteApi } from '../../lib/runtime/site.ts';
import register from '../../nodes/zone-tracker/zone-tracker.ts';
import { put } from '../engine/reports/support.ts';
import { TestClock } from '../support/clock.ts';
import { eventCodes } from '../support/engine.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import {
  Sink,
  errorsFrom,
  loadFlow,
  nodeById,
  useRuntime,
  type Received,
} from '../support/runtime.ts';
import { ZonedSite } from '../support/zoned-site.ts';

const NAMES = ['north', 'south'] as const;
type Name = (typeof NAMES)[number];

const OTHER: Readonly<Record<Name, Name>> = { north: 'south', south: 'north' };
const PORTS = 4;

describe('zone-tracker', function () {
  this.timeout(30_000);
  useRuntime();
  let clock: TestClock;
  let folders: string[];
  let sites: Record<Name, ZonedSite>;
  let fakes: FakeSite[];
  let sinks: Record<Name, Sink[]>;
  let isCut: boolean;
  let isOver: boolean;

  beforeEach(async () => {
    clock = new TestClock(Date.now());
    folders = NAMES.map(() => makeFolder());
    const [north, south] = await Promise.all(
      folders.map((folder) => ZonedSite.open(folder, clock)),
    );
    assert.ok(north && south);
    sites = { north, south };
    fakes = NAMES.map((name) => fakeSite(sites[name].engine));
    isCut = false;
    isOver = false;
  });

  afterEach(async () => {
    isOver = true;
    await Promise.all(NAMES.map((name) => sites[name].engine.close()));
    await Promise.all(fakes.map((fake) => fake.close()));
    for (const folder of folders) removeFolder(folder);
  });

  /** Two gateways in one runtime; what they tell each other goes as text over a line that can be cut. */
  async function load(settings: Record<string, unknown> = {}): Promise<void> {
    const flow = NAMES.flatMap((name) => [
      { id: `site-${name}`, type: siteType.type },
      {
        ...{ id: `tracker-${name}`, type: 'gatewire-zone-tracker', z: 'tab', site: `site-${name}` },
        ...settings,
        ...(settings.shares === true ? { gateway: name, peers: OTHER[name] } : {}),
        wires: Array.from({ length: PORTS }, (_, port) => [`${name}-${port}`]),
      },
      ...Array.from({ length: PORTS }, (_, port) => ({
        id: `${name}-${port}`,
        type: 'helper',
        z: 'tab',
      })),
    ]);
    await loadFlow([registerSites, register], [{ id: 'tab', type: 'tab' }, ...flow]);
    const sinksOf = (name: Name): Sink[] =>
      Array.from({ length: PORTS }, (_, port) => new Sink(`${name}-${port}`));
    sinks = { north: sinksOf('north'), south: sinksOf('south') };
    for (const name of NAMES) {
      nodeById(`${name}-3`).on('input', ({ payload }) => {
        if (!isCut)
          nodeById(`tracker-${OTHER[name]}`).receive({ payload: JSON.stringify(payload) });
      });
    }
  }

  function registerSites(RED: NodeAPI): void {
    function SiteNode(this: Node & { gatewire?: SiteApi }, definition: NodeDef): void {
      RED.nodes.createNode(this, definition);
      const api = fakes[NAMES.findIndex((name) => definition.id === `site-${name}`)]?.api;
      if (api !== undefined) this.gatewire = api;
    }
    RED.nodes.registerType(siteType.type, SiteNode);
  }

  async function ask(
    name: Name,
    operation: string,
    payload: unknown,
    more: object = {},
  ): Promise<Received> {
    const sink = sinks[name][0] ?? assert.fail();
    const before = sink.messages.length;
    nodeById(`tracker-${name}`).receive({ operation, payload, ...more });
    return sink.at(before);
  }

  it('tells where a passage of the turnstile has led', async () => {
    await load();
    const passage = await sites.north.passes('ada', 'gate-in');
    const attempt = { id: 'a', at: passage.at, credentials: [] };
    nodeById('tracker-north').receive({ access: { attempt, passage }, topic: 'kept' });
    const { payload, topic } = await (sinks.north[0] ?? assert.fail()).at(0);
    assert.deepEqual(payload, {
      state: 'inside',
      person: 'ada',
      zone: 'yard',
      at: passage.at,
      passage: passage.id,
      tag: 'tag-ada',
    });
    assert.equal(topic, 'kept');
    const { payload: event } = await (sinks.north[1] ?? assert.fail()).at(0);
    assert.equal((event as { id: string }).id, passage.id);
  });

  it('moves nobody by a passage message that is told again', async () => {
    await load();
    const passage = await sites.north.passes('ada', 'gate-in');
    await sites.north.passes('ada', 'gate-out');
    const attempt = { id: 'a', at: passage.at, credentials: [] };
    nodeById('tracker-north').receive({ access: { attempt, passage } });
    await (sinks.north[0] ?? assert.fail()).at(0);
    assert.equal(await sites.north.where('ada'), 'outside');
  });

  it('answers operations, and refuses what it does not know with a code', async () => {
    await load();
    await sites.north.passes('ada', 'gate-in');
    await sites.north.passes('ben', 'gate-in');
    const muster = (await ask('north', 'muster', {})).payload as MusterEntry[];
    assert.deepEqual(
      muster.map(({ name, zone }) => [name, zone]),
      [
        ['ADA', 'yard'],
        ['BEN', 'yard'],
      ],
    );
    const html = await ask('north', 'muster', { format: 'html' });
    assert.match(String(html.payload), /<h2>Yard \(2\)<\/h2>/);
    assert.deepEqual(html.headers, { 'content-type': 'text/html; charset=utf-8' });
    const stays = (await ask('north', 'stays', { person: 'ada', to: clock.now() + 1 })).payload;
    assert.equal((stays as unknown[]).length, 1);
    const corrections = [{ person: 'ada', accessPoint: 'gate-out', at: clock.now() }];
    await ask('north', 'correct', { corrections, reason: 'left by the fire exit' });
    assert.equal(await sites.north.where('ada'), 'outside');
    nodeById('tracker-north').receive({ operation: 'abolish' });
    nodeById('tracker-north').receive({ payload: 1 });
    await ask('north', 'zones', '');
    assert.equal((await errorsFrom('tracker-north', 2)).length, 2);
  });

  it('answers a firm about its own people, and nobody who does not say which firm', async () => {
    await load({ scope: 'firm', scopeType: 'msg' });
    await sites.north.engine.change({
      changes: [
        put('firm', { id: 'A', name: 'A', roles: ['employer'] }),
        put('employment', { id: 'a-ada', person: 'ada', firm: 'A' }),
      ],
      options: { author: 'test' },
    });
    await sites.north.passes('ada', 'gate-in');
    await sites.north.passes('ben', 'gate-in');
    const { payload } = await ask('north', 'muster', {}, { firm: 'A' });
    assert.deepEqual(
      (payload as MusterEntry[]).map(({ person }) => person),
      ['ada'],
    );
    const tracker = nodeById('tracker-north');
    tracker.receive({ operation: 'muster', payload: {} });
    tracker.receive({ operation: 'position', payload: { person: 'ben' }, firm: 'A' });
    tracker.receive({ operation: 'muster', payload: { scope: { firm: 'B' } }, firm: 'A' });
    tracker.receive({ operation: 'forgive', payload: { person: 'ada' }, firm: 'A' });
    const { payload: last } = await ask('north', 'muster', {}, { firm: 'A' });
    assert.equal((last as unknown[]).length, 1);
    assert.equal((await errorsFrom('tracker-north', 3)).length, 3);
    assert.equal((await sites.north.engine.position({ person: 'ada' })).uncertain, undefined);
  });

  describe('on two gateways', () => {
    const rule = (unreachable: 'deny' | 'grant'): Promise<unknown> =>
      Promise.all(
        NAMES.map((name) =>
          sites[name].rule('yard', { antiPassback: { mode: 'hard', unreachable } }),
        ),
      );
    const sharing = { shares: true, heartbeat: 1, limit: 3 };
    const LIMIT = 3001;

    /** Waits until something is so that no message tells of. */
    async function until(isSo: () => Promise<boolean>): Promise<void> {
      while (!isOver && !(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const reaches = (name: Name, person: string, zone: string): Promise<void> =>
      until(async () => (await sites[name].where(person)) === zone);
    const inReach = (name: Name): Promise<void> =>
      until(async () => {
        const { missing } = await sites[name].engine.configureSharing(configOf(name));
        return missing.length === 0;
      });
    const configOf = (name: Name) => ({ gateway: name, peers: [OTHER[name]], limit: 3000 });

    it('keeps a card that is in by one gate out at the other', async () => {
      await rule('grant');
      await load(sharing);
      await sites.north.passes('ada', 'gate-in');
      await reaches('south', 'ada', 'yard');
      assert.deepEqual(await sites.south.asks('ada', 'back-in'), ['antiPassback']);
    });

    it('strict lets nobody in by either while the line is cut, and everybody out', async () => {
      await rule('deny');
      await load(sharing);
      await Promise.all([inReach('north'), inReach('south')]);
      await sites.north.passes('ada', 'gate-in');
      await reaches('south', 'ada', 'yard');
      isCut = true;
      clock.advance(LIMIT);
      for (const name of NAMES) {
        assert.deepEqual(await sites[name].asks('ben', 'back-in'), ['antiPassback'], name);
        assert.deepEqual(await sites[name].asks('ada', 'gate-out'), [], name);
      }
      const { topic } = await (sinks.north[2] ?? assert.fail()).at(0);
      assert.equal(topic, 'sharedPositionsLost');
      isCut = false;
      await Promise.all([inReach('north'), inReach('south')]);
    });

    it('by default lets in on both sides of the cut, and reports the double entry when it is mended', async () => {
      await rule('grant');
      await load(sharing);
      await sites.north.passes('dan', 'gate-in');
      await reaches('south', 'dan', 'yard');
      isCut = true;
      clock.advance(LIMIT);
      await sites.north.passes('ada', 'gate-in');
      await sites.south.passes('ada', 'back-in');
      isCut = false;
      const lateOn = async (name: Name): Promise<boolean> =>
        (await eventCodes(sites[name].engine)).includes('antiPassbackViolation');
      await until(async () => (await lateOn('north')) && (await lateOn('south')));
      for (const name of NAMES) assert.deepEqual(await sites[name].asks('ada', 'gate-out'), []);
    });
  });
});
