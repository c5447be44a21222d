import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { EngineClient } from '../../lib/engine/client.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Decision, Passage } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { accessPointType } from '../../lib/runtime/site.ts';
import register from '../../nodes/turnstile/turnstile.ts';
import { bundledEngine } from '../support/engine-bundle.ts';
import { PROMPT, reached, TEST_MASTER } from '../support/engine-client.ts';
import { fakeSite, type FakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { allRecords } from '../support/records.ts';
import {
  loadFlow,
  nodeById,
  Sink,
  useRuntime,
  watched,
  type Received,
} from '../support/runtime.ts';
import {
  ANNA_CARD,
  attemptAt,
  BORIS_CARD,
  card,
  CHIEF_CARD,
  SAMPLE_CHANGES,
  SAMPLE_CONFIG,
} from '../support/sample-site.ts';

const KILLS = 200;
/** A passage is under way for at most this long when the engine is killed. Milliseconds. */
const LONGEST_PASSAGE = 60;
const CARDS = [ANNA_CARD, BORIS_CARD, CHIEF_CARD];

const [POINT] = SAMPLE_CONFIG.accessPoints;
assert.ok(POINT);
const GATE_IN: AccessPoint = { ...POINT, id: 'gate-in', zoneTo: 'yard' };
const GATE_OUT: AccessPoint = { ...POINT, id: 'gate-out', direction: 'out', zoneFrom: 'yard' };

const GATE = {
  id: 'gate',
  type: 'gatewire-turnstile',
  kind: 'turnstile',
  accessPointIn: 'point-in',
  accessPointOut: 'point-out',
  debounce: 0,
};

/** The bundle has an error class of its own. */
function withOwnErrors(engine: Engine): Engine {
  const own = (error: AccessError): never => {
    throw new AccessError(error.code, error.message);
  };
  return {
    ...engine,
    recordPassage: (passage) => engine.recordPassage(passage).catch(own),
    recordEvent: (event) => engine.recordEvent(event).catch(own),
  };
}

describe('turnstile: the engine is killed during passages', function () {
  this.timeout(400_000);
  useRuntime();
  let bundle: string;
  let folder: string;
  let client: EngineClient;
  let site: FakeSite;

  before(async () => {
    bundle = makeFolder();
    folder = makeFolder();
    const { openEngineClient } = await bundledEngine(bundle);
    const env = { GATEWIRE_MASTER_KEY: TEST_MASTER };
    client = openEngineClient({ folder, env, delays: PROMPT });
    await client.ready();
    await client.engine.configure({ ...SAMPLE_CONFIG, accessPoints: [GATE_IN, GATE_OUT] });
    await client.engine.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
    site = fakeSite(withOwnErrors(client.engine));
    client.onState((state) => {
      if (state === 'up') site.api.doors.journal.retry();
      site.setState(state);
    });
  });
  after(async () => {
    await site.close();
    await client.close();
    removeFolder(folder);
    removeFolder(bundle);
  });

  const registerPoints = (RED: NodeAPI): void => {
    function PointNode(this: Node & { gatewire?: unknown }, definition: NodeDef): void {
      RED.nodes.createNode(this, definition);
      const { settings } = definition as NodeDef & { settings: AccessPoint };
      this.gatewire = { settings, site: site.api };
    }
    RED.nodes.registerType(accessPointType.type, PointNode);
  };

  const send = (message: object): void => {
    nodeById(GATE.id).receive(message as Received);
  };

  /** Somebody badges, and passes unless they change their mind; resolves with the grant, if there was one. */
  async function badge(turn: number): Promise<Decision | undefined> {
    const way = turn % 2 === 0 ? GATE_IN : GATE_OUT;
    const attempt = attemptAt(Date.now(), way.id, card(CARDS[turn % CARDS.length] ?? ''));
    const decision = await client.engine.decide(attempt).catch(() => undefined);
    if (decision?.outcome !== 'granted') return undefined;
    send({ payload: true, access: { attempt, decision } });
    await pause(Math.random() * LONGEST_PASSAGE);
    const sensor = way === GATE_IN ? 'passA' : 'passB';
    send({ sensor, payload: true });
    send({ sensor, payload: false });
    return decision;
  }

  async function killWithin(limit: number): Promise<void> {
    await pause(Math.random() * limit);
    assert.ok(client.pid);
    process.kill(client.pid, 'SIGKILL');
    await reached(client, 'down');
  }

  it(`loses no passage in ${KILLS} kills, and leaves nothing armed`, async () => {
    const flow = [
      { id: 'site', type: 'gatewire-site' },
      { id: 'point-in', type: accessPointType.type, settings: GATE_IN },
      { id: 'point-out', type: accessPointType.type, settings: GATE_OUT },
      ...watched(GATE, 3),
    ];
    await loadFlow([site.register, registerPoints, register], flow);
    const sent = new Sink('sink1');
    const granted: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await reached(client, 'up');
      const killed = killWithin(LONGEST_PASSAGE);
      const decision = await badge(kill);
      if (decision !== undefined) granted.push(decision.id);
      await killed;
    }
    await reached(client, 'up');
    assert.ok(granted.length > KILLS / 4, `only ${granted.length} grants`);
    await sent.at(granted.length - 1);

    const records = await allRecords(client.engine, 'passage');
    // A record whose acknowledgement was lost with the engine is written again, under the same id.
    const passages = new Map<string, Passage>(records.map(({ body }) => [body.id, body]));
    const ways = [...passages.values()].map(({ decision, outcome }) => ({ decision, outcome }));
    assert.deepEqual(
      ways,
      granted.map((decision) => ({ decision, outcome: 'taken' })),
    );
    assert.equal(sent.messages.length, granted.length, 'each passage is told once');
  });
});
