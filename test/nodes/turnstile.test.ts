import assert from 'node:assert/strict';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import register from '../../nodes/turnstile/turnstile.ts';
import type { LiveState } from '../../nodes/turnstile/live-state.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import type { AccessPoint } from '../../lib/model/access-point.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import type { Decision, Passage } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import type { Access } from '../../lib/model/message.ts';
import type { EventEntry } from '../../lib/model/record.ts';
import { accessPointType } from '../../lib/runtime/site.ts';
import { fakeEngine, fakeSite, type FakeSite } from '../support/fake-site.ts';
import {
  loadFlow,
  nodeById,
  settle,
  Sink,
  useRuntime,
  watched,
  type Received,
} from '../support/runtime.ts';

const POINT: AccessPoint = {
  id: 'gate-in',
  name: 'Gate',
  direction: 'in',
  zoneFrom: 'street',
  zoneTo: 'yard',
  enabled: true,
  supports: ['card'],
  levels: [{ level: { anyOf: [['card']] } }],
  factorTimeout: 10_000,
  grantLife: 5000,
  requestToExit: true,
  grantedCountsAsPassed: false,
};
const EXIT: AccessPoint = {
  ...POINT,
  id: 'gate-out',
  direction: 'out',
  zoneFrom: 'yard',
  zoneTo: 'street',
};

const SITE_NODE = { id: 'site', type: 'gatewire-site' };
const POINT_NODES = [
  { id: 'point-in', type: accessPointType.type, settings: POINT },
  { id: 'point-out', type: accessPointType.type, settings: EXIT },
  {
    id: 'point-blind',
    type: accessPointType.type,
    settings: { ...EXIT, id: 'blind', grantedCountsAsPassed: true },
  },
];
type NodeSettings = Record<string, unknown> & { id: string };

/** Signals count at once, so that no test has to wait for them. */
const NODE = {
  id: 'gate',
  type: 'gatewire-turnstile',
  kind: 'turnstile',
  accessPointIn: 'point-in',
  accessPointOut: 'point-out',
  debounce: 0,
};
const DOOR = { ...NODE, kind: 'door' };

/** Everything that the engine was asked and told. */
class Book {
  readonly passages: Passage[] = [];
  readonly events: EventEntry[] = [];
  readonly decided: Attempt[] = [];
  readonly opened: unknown[] = [];
  /** The engine answers nothing while this is set. */
  isDown = false;
  open = new Set<string>();
  granted = true;
  #number = 0;

  engine(): Engine {
    const up = <Result>(answer: () => Result): Promise<Result> =>
      this.isDown
        ? Promise.reject(new AccessError('ENGINE_UNAVAILABLE', 'down'))
        : Promise.resolve(answer());
    return fakeEngine({
      recordPassage: (passage) =>
        up(() => ({
          stream: 'passage' as const,
          seq: this.passages.push(passage),
          id: passage.id,
        })),
      recordEvent: (event) =>
        up(() => ({ stream: 'event' as const, seq: this.events.push(event), id: 'event' })),
      decide: (attempt) =>
        up(() => {
          this.decided.push(attempt);
          return decision(attempt, { outcome: this.granted ? 'granted' : 'denied' });
        }),
      grantOpening: (request) =>
        up(() => {
          this.opened.push(request);
          this.#number += 1;
          const { accessPoint } = request;
          return decision({
            id: `opening-${this.#number}`,
            at: Date.now(),
            accessPoint,
            credentials: [],
          });
        }),
      scheduleState: ({ schedule }) =>
        up(() => ({ open: this.open.has(schedule), until: Date.now() + 3_600_000, version: 1 })),
    });
  }
}

function decision(attempt: Attempt, more: Partial<Decision> = {}): Decision {
  const at = Date.now();
  return {
    id: `decision-of-${attempt.id}`,
    attempt: attempt.id,
    ...(attempt.accessPoint === undefined ? {} : { accessPoint: attempt.accessPoint }),
    outcome: 'granted',
    reasons: more.outcome === 'denied' ? ['noRight'] : [],
    by: 'local',
    at,
    validUntil: at + 5000,
    ...more,
  };
}

/** What permission-check sends when it has granted. */
function granted(name: string, accessPoint = 'gate-in', more: Partial<Decision> = {}): object {
  const attempt: Attempt = { id: name, at: Date.now(), accessPoint, credentials: [] };
  const person = { id: name, name };
  return {
    topic: 'kept',
    payload: true,
    access: { attempt, decision: decision(attempt, { person, ...more }) },
  };
}

interface Gate {
  site: FakeSite;
  commands: Sink;
  passages: Sink;
  alarms: Sink;
  send(message: object): void;
  state(): Promise<LiveState>;
}

function registerPoints(site: FakeSite): (RED: NodeAPI) => void {
  return (RED) => {
    function PointNode(this: Node & { gatewire?: unknown }, definition: NodeDef): void {
      RED.nodes.createNode(this, definition);
      const { settings } = definition as NodeDef & { settings: AccessPoint };
      this.gatewire = { settings, site: site.api };
    }
    RED.nodes.registerType(accessPointType.type, PointNode);
  };
}

async function load(book: Book, node: NodeSettings = NODE): Promise<Gate> {
  return loadWith(book.engine(), node);
}

async function loadWith(engine: Engine, node: NodeSettings): Promise<Gate> {
  const site = fakeSite(engine);
  sites.push(site);
  const flow = [SITE_NODE, ...POINT_NODES, ...watched(node, 3)];
  await loadFlow([site.register, registerPoints(site), register], flow);
  return gateOf(site, node.id);
}

function gateOf(site: FakeSite, id: string): Gate {
  return {
    site,
    commands: new Sink('sink0'),
    passages: new Sink('sink1'),
    alarms: new Sink('sink2'),
    send: (message) => {
      nodeById(id).receive(message as Received);
    },
    state: async () => {
      const answer = await helper.request().get(`/gatewire/turnstiles/${id}/state`).expect(200);
      return answer.body as LiveState;
    },
  };
}

const signal = (sensor: string, payload: unknown = true): object => ({ sensor, payload });

const accessIn = (message: Received): Access => message.access as Access;

const codes = (sink: Sink): unknown[] =>
  sink.messages.map(({ payload }) => (payload as EventEntry).code);

const sites: FakeSite[] = [];

describe('turnstile', () => {
  useRuntime();

  afterEach(async () => {
    await Promise.all(sites.splice(0).map((site) => site.close()));
  });

  it('opens for a grant, records the passage, and only then sends it', async () => {
    const book = new Book();
    const gate = await load(book);
    gate.send(granted('anna'));
    const command = await gate.commands.at(0);
    assert.equal(command.payload, true);
    assert.equal(command.command, 'pulse');
    assert.equal(command.direction, 'in');
    assert.equal(command.duration, 5);
    assert.equal(command.topic, 'kept');
    assert.equal(accessIn(command).decision?.id, 'decision-of-anna');
    gate.send(signal('passA'));
    const message = await gate.passages.at(0);
    assert.equal(book.passages.length, 1);
    const { id, at, ...passage } = message.payload as Passage;
    assert.deepEqual(passage, {
      decision: 'decision-of-anna',
      accessPoint: 'gate-in',
      person: 'anna',
      direction: 'in',
      outcome: 'taken',
      confirmed: true,
      zoneFrom: 'street',
      zoneTo: 'yard',
    });
    assert.equal(book.passages[0]?.id, id);
    assert.ok(Math.abs(at - Date.now()) < 60_000);
    assert.deepEqual(accessIn(message).passage, message.payload);
    assert.equal(accessIn(message).attempt.id, 'anna');
    assert.equal(message.topic, 'kept');
    assert.equal((await gate.commands.at(1)).command, 'off');
  });

  it('opens nothing twice for one decision or one person', async () => {
    const book = new Book();
    const gate = await load(book);
    gate.send(granted('anna'));
    gate.send(granted('anna'));
    gate.send(granted('again', 'gate-in', { person: { id: 'anna', name: 'Anna' } }));
    const refused = await gate.passages.at(0);
    assert.equal((refused.payload as Passage).outcome, 'notTaken');
    await settle();
    assert.equal(gate.commands.messages.length, 1);
  });

  const USELESS: [string, object, string][] = [
    ['for another place', granted('anna', 'elsewhere'), 'DECISION_INVALID'],
    [
      'that is too old',
      granted('anna', 'gate-in', { at: 1000, validUntil: 6000 }),
      'COMMAND_EXPIRED',
    ],
    [
      'that is missing',
      { access: { attempt: { id: 'a', at: 1, credentials: [] } } },
      'INPUT_INVALID',
    ],
    ['that is not there at all', { payload: 'open' }, 'INPUT_INVALID'],
  ];
  for (const [name, message, code] of USELESS) {
    it(`opens nothing for a decision ${name}, and fails with ${code}`, async () => {
      const gate = await load(new Book());
      const caught = new Sink('on-catch');
      gate.send(message);
      assert.equal(((await caught.at(0)).error as { code: string }).code, code);
      await settle();
      assert.equal(gate.commands.messages.length, 0);
    });
  }

  it('opens nothing for a decision that is not a grant', async () => {
    const gate = await load(new Book());
    const complete = new Sink('on-complete');
    gate.send(granted('anna', 'gate-in', { outcome: 'denied', reasons: ['noRight'] }));
    await complete.at(0);
    await settle();
    assert.equal(gate.commands.messages.length, 0);
  });

  const WRONG: [string, object][] = [
    ['a sensor that it does not know', signal('window')],
    ['a level that is none', signal('contact', 'open')],
    ['a fault of a sensor that has none', signal('passA', 'fault')],
    ['a mode that it does not know', { mode: 'open' }],
    ['a direction that is none', { mode: 'lock', direction: 'up' }],
    ['a fire reset by nobody', signal('fireReset')],
    ['an author that is no name', { mode: 'lock', author: 7 }],
  ];
  for (const [name, message] of WRONG) {
    it(`refuses ${name} with INPUT_INVALID`, async () => {
      const gate = await load(new Book());
      const caught = new Sink('on-catch');
      gate.send(message);
      assert.equal(((await caught.at(0)).error as { code: string }).code, 'INPUT_INVALID');
    });
  }

  it('reads an array of discrete inputs by its map', async () => {
    const book = new Book();
    const inputMap = [
      { index: 0, sensor: 'passA', inverted: false },
      { index: 2, sensor: 'fire', inverted: true },
      { index: 3, sensor: 'button', inverted: false },
    ];
    const gate = await load(book, { ...NODE, inputMap });
    gate.send({ payload: [false, false, true, true] });
    gate.send({ payload: [true, false, 1, 1] });
    assert.equal(((await gate.passages.at(0)).payload as Passage).outcome, 'forced');
    await settle();
    assert.equal(book.decided.length, 0, 'a button that is held down at the start is not pressed');
    gate.send({ payload: [0, 0, 1, 0] });
    gate.send({ payload: [0, 0, 1, 1] });
    gate.send({ payload: [0, 0, 1, 1] });
    await gate.commands.at(0);
    await settle();
    assert.equal(book.decided.length, 1);
    gate.send({ payload: [0, 0, 0, 1] });
    const last = await gate.alarms.at(1);
    assert.equal((last.payload as EventEntry).code, 'fireAlarm');
  });

  it('lets a button open both ways, and records what it cannot know as undefined', async () => {
    const book = new Book();
    const gate = await load(book);
    gate.send(signal('button'));
    await gate.commands.at(1);
    assert.deepEqual(
      gate.commands.messages.map(({ direction }) => direction),
      ['in', 'out'],
    );
    gate.send(signal('contact'));
    const passage = (await gate.passages.at(0)).payload as Passage;
    assert.equal(passage.direction, 'undefined');
    assert.equal(passage.outcome, 'taken');
    assert.equal(passage.person, undefined);
  });

  it('lets a request to exit out with a decision of the engine', async () => {
    const book = new Book();
    const gate = await load(book, DOOR);
    gate.send(signal('requestToExit'));
    const command = await gate.commands.at(0);
    assert.equal(book.decided[0]?.accessPoint, 'gate-out');
    assert.equal(book.decided[0].requestToExit, true);
    assert.equal(accessIn(command).decision?.outcome, 'granted');
    assert.equal(command.sensor, undefined);
  });

  it('calls the guard when somebody who wants out is not let out', async () => {
    const book = new Book();
    book.granted = false;
    const gate = await load(book, DOOR);
    gate.send(signal('requestToExit'));
    const { payload } = await gate.alarms.at(0);
    assert.equal((payload as EventEntry).code, 'exitBlocked');
    assert.equal((payload as EventEntry).details?.reason, 'noRight');
  });

  it('takes the opening after a request to exit for one, though the engine is down', async () => {
    const book = new Book();
    const gate = await load(book, DOOR);
    gate.send(signal('contact', false));
    book.isDown = true;
    gate.send(signal('requestToExit'));
    await gate.alarms.at(0);
    gate.send(signal('contact', true));
    await settle();
    book.isDown = false;
    gate.site.api.doors.journal.retry();
    const passage = (await gate.passages.at(0)).payload as Passage;
    assert.equal(passage.outcome, 'taken');
    assert.equal(passage.direction, 'out');
  });

  it('asks nobody for a door that opens from inside without the lock', async () => {
    const book = new Book();
    const gate = await load(book, { ...DOOR, requestToExit: 'shunt' });
    gate.send(signal('contact', false));
    gate.send(signal('requestToExit'));
    gate.send(signal('contact', true));
    assert.equal(((await gate.passages.at(0)).payload as Passage).direction, 'out');
    assert.equal(book.decided.length, 0);
    assert.equal(gate.alarms.messages.length, 0);
  });

  it('keeps passages while the engine is down, and loses none', async () => {
    const book = new Book();
    const gate = await load(book);
    book.isDown = true;
    gate.send(signal('passA'));
    gate.send(signal('passB'));
    await gate.alarms.at(1);
    await settle();
    assert.equal(gate.passages.messages.length, 0, 'nothing is sent before it is recorded');
    book.isDown = false;
    gate.site.api.doors.journal.retry();
    await gate.passages.at(1);
    assert.deepEqual(
      book.passages.map(({ direction }) => direction),
      ['in', 'out'],
    );
    assert.deepEqual(
      book.events.map(({ code }) => code),
      ['forcedPassage', 'forcedPassage'],
    );
  });

  it('opens both ways for a fire, with a grant of the engine, until its reset', async () => {
    const book = new Book();
    const gate = await load(book);
    gate.send(signal('fire'));
    await gate.commands.at(1);
    for (const { command, cause, access } of gate.commands.messages) {
      assert.equal(command, 'on');
      assert.equal(cause, 'fire');
      assert.equal((access as Access).decision?.outcome, 'granted');
    }
    gate.send(signal('fire', false));
    gate.send({ ...signal('fireReset'), author: 'chief' });
    assert.equal((await gate.commands.at(2)).command, 'off');
    assert.deepEqual(codes(gate.alarms), ['fireAlarm', 'fireReset']);
    assert.equal(book.events[1]?.author, 'chief');
  });

  it('opens for a fire without a grant, too, for whoever needs none', async () => {
    const book = new Book();
    const gate = await load(book);
    book.isDown = true;
    gate.send(signal('fire'));
    const command = await gate.commands.at(0);
    assert.equal(command.payload, true);
    assert.equal(command.access, undefined);
  });

  it('does not open any more when the grant for all comes too late', async () => {
    const book = new Book();
    let answer: () => void = () => undefined;
    const engine = book.engine();
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const grantOpening: Engine['grantOpening'] = async (request) => {
      await slow;
      return engine.grantOpening(request);
    };
    const gate = await loadWith({ ...engine, grantOpening }, DOOR);
    gate.send({ mode: 'unlock' });
    gate.send({ mode: 'lock' });
    assert.equal((await gate.commands.at(0)).command, 'off');
    answer();
    await settle();
    assert.equal(gate.commands.messages.length, 1);
  });

  it('locks down and releases a group, and remembers it for a door that joins later', async () => {
    const book = new Book();
    const gate = await load(book, { ...DOOR, group: 'west' });
    gate.send({ mode: 'lockDown', group: 'west', author: 'guard' });
    gate.send(granted('anna'));
    assert.equal(((await gate.passages.at(0)).payload as Passage).outcome, 'notTaken');
    assert.equal((await gate.state()).locks[0]?.mode, 'lockedDown');
    const { doors } = gate.site.api;
    const told: unknown[] = [];
    const leave = doors.join({ id: 'later', group: 'west', tell: (event) => told.push(event) });
    assert.equal((told[0] as { command: string }).command, 'lockDown');
    leave(true);
    gate.send({ mode: 'lockDownRelease', group: '*', author: 'guard' });
    assert.equal((await gate.state()).locks[0]?.mode, 'locked');
  });

  it('says so when a group has no door', async () => {
    const gate = await load(new Book(), DOOR);
    const caught = new Sink('on-catch');
    gate.send({ mode: 'lockDown', group: 'nowhere' });
    assert.equal(((await caught.at(0)).error as { code: string }).code, 'NOT_FOUND');
  });

  it('unlocks by schedule', async () => {
    const book = new Book();
    book.open.add('day');
    const schedules = [
      { schedule: 'holidays', mode: 'blocked', direction: '' },
      { schedule: 'day', mode: 'unlocked', direction: 'in' },
    ];
    const gate = await load(book, { ...NODE, schedules });
    const { command, direction } = await gate.commands.at(0);
    assert.deepEqual([command, direction], ['on', 'in']);
    const [entry, exit] = (await gate.state()).locks;
    assert.deepEqual([entry?.mode, exit?.mode], ['unlocked', 'locked']);
  });

  it('records a passage that a deploy interrupts, closes the lock, and forgets the grant', async () => {
    const book = new Book();
    const gate = await load(book);
    gate.send(granted('anna'));
    await gate.commands.at(0);
    await nodeById('gate').close(false);
    assert.equal(book.passages[0]?.outcome, 'interrupted');
    assert.equal(book.passages[0].person, 'anna');
    assert.equal((await gate.commands.at(1)).command, 'off');
    assert.equal(gate.site.listeners(), 0);
  });

  it('goes on as it was after a deploy, but for the grants', async () => {
    const book = new Book();
    const first = await load(book);
    first.send({ mode: 'block', direction: 'in', author: 'guard' });
    first.send(granted('anna', 'gate-out'));
    await first.commands.at(0);
    const flow = [SITE_NODE, ...POINT_NODES, ...watched({ ...NODE, name: 'again' }, 3)];
    await helper.setFlows(flow as never, 'full');
    const again = gateOf(first.site, 'gate');
    const [entry, exit] = (await again.state()).locks;
    assert.deepEqual([entry?.mode, exit?.phase, exit?.grants], ['blocked', 'closed', []]);
    assert.equal(book.passages[0]?.outcome, 'interrupted');
  });

  it('shows the running machine to a logged-in editor, and 404 for one that is not there', async () => {
    const gate = await load(new Book());
    gate.send(granted('anna'));
    await gate.commands.at(0);
    const state = await gate.state();
    assert.equal(state.kind, 'turnstile');
    assert.deepEqual(state.locks[0]?.phase, 'armed');
    assert.ok(state.timers.some(({ name }) => name === 'armed.in'));
    assert.equal(state.recent[0]?.what, 'pulse');
    await helper.request().get('/gatewire/turnstiles/nobody/state').expect(404);
  });

  const MISCONFIGURED: [string, object][] = [
    ['no access point at all', { accessPointIn: '', accessPointOut: '' }],
    ['one access point for both ways', { accessPointOut: 'point-in' }],
    ['an access point that is missing', { accessPointOut: 'nowhere' }],
    ['an access point that counts grants as passages', { accessPointOut: 'point-blind' }],
    ['a mantrap without its group', { kind: 'mantrap' }],
    ['an interlock of turnstiles', { interlock: 'lock' }],
    ['a time out of range', { releaseTime: 5000 }],
    [
      'an input of an unknown sensor',
      { inputMap: [{ index: 0, sensor: 'window', inverted: false }] },
    ],
  ];
  for (const [name, settings] of MISCONFIGURED) {
    it(`stays inert with ${name}, and fails every message with CONFIG_INVALID`, async () => {
      const gate = await load(new Book(), { ...NODE, ...settings });
      const caught = new Sink('on-catch');
      gate.send(granted('anna'));
      assert.equal(((await caught.at(0)).error as { code: string }).code, 'CONFIG_INVALID');
    });
  }
});
