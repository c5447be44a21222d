import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';
import { SimulatedRelayBoard, type Edge } from '../../lib/devices/simulator/relay-board.ts';
import { ModbusTcpServer } from '../../lib/devices/simulator/modbus-server.ts';
import { systemTimers } from '../../lib/devices/timers.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { Command } from '../../lib/model/decision.ts';
import { AccessError, type ErrorCode } from '../../lib/model/errors.ts';
import register from '../../nodes/relay/relay.ts';
import { decided, FakeCommands } from '../support/fake-commands.ts';
import { fakeEngine, fakeSite } from '../support/fake-site.ts';
import {
  loadFlow,
  nodeById,
  settle,
  Sink,
  useRuntime,
  watched,
  type Received,
} from '../support/runtime.ts';

const SITE_NODE = { id: 'site', type: 'gatewire-site' };
const NODE = {
  id: 'relay',
  type: 'gatewire-relay',
  site: 'site',
  output: 'lock',
  duration: 0.05,
  connection: 'boolean',
};

describe('relay', () => {
  useRuntime();

  let commands: FakeCommands;
  let outputs: Sink;
  let events: Sink;
  let faults: Sink;
  let caught: Sink;
  let completed: Sink;
  let shown: Sink;

  const flowOf = (settings: Record<string, unknown>): object[] => [
    SITE_NODE,
    ...watched({ ...NODE, ...settings }, 3),
  ];

  /** Loads a relay. With a wired board it has told the safe state when this returns. */
  async function load(settings: Record<string, unknown> = {}): Promise<void> {
    commands = new FakeCommands();
    const site = fakeSite(fakeEngine(commands.engine));
    await loadFlow([site.register, register], flowOf(settings));
    [outputs, events, faults] = [new Sink('sink0'), new Sink('sink1'), new Sink('sink2')];
    [caught, completed, shown] = [
      new Sink('on-catch'),
      new Sink('on-complete'),
      new Sink('on-status'),
    ];
  }

  const send = (message: NodeMessage): void => {
    nodeById('relay').receive(message);
  };
  const grant = (more: Record<string, unknown> = {}): void => {
    send({ access: decided('granted'), ...more });
  };
  const payloads = (sink: Sink): unknown[] => sink.messages.map(({ payload }) => payload);
  const told = (sink: Sink): unknown[] =>
    payloads(sink).map((payload) => {
      const { event, code } = payload as { event?: string; code?: string };
      return event ?? code;
    });

  afterEach(() => {
    mock.timers.reset();
  });

  describe('through the flow', () => {
    it('tells the safe state when the flows have started', async () => {
      await load();
      assert.deepEqual(payloads(outputs), []);
      await settle();
      assert.deepEqual(payloads(outputs), [false]);
      assert.deepEqual(told(events), ['closed']);
    });

    it('claims a grant, then opens once, closes by itself, records and completes once', async () => {
      await load();
      await outputs.at(0);
      nodeById('sink0').on('input', ({ payload }) => commands.log.push(`told ${String(payload)}`));
      const access = decided('granted');
      send({ access, topic: 'kept', extra: { deep: 1 } });
      const opened = await outputs.at(1);
      const closed = await outputs.at(2);
      assert.deepEqual([opened.payload, closed.payload], [true, false]);
      assert.deepEqual([opened.topic, opened.extra], ['kept', { deep: 1 }]);
      assert.equal(commandOf(opened).state, 'sent');
      assert.equal(closed.access, undefined);
      const { decision } = access;
      assert.deepEqual(commands.claims, [
        { decision: decision?.id, output: 'lock', action: 'pulse', duration: 50 },
      ]);
      assert.deepEqual(commands.results, [{ command: commandOf(opened).id, state: 'done' }]);
      assert.deepEqual(commands.log[0], 'claimCommand');
      assert.ok(commands.log.includes('told true'));
      await settle();
      assert.equal(completed.messages.length, 1);
      assert.deepEqual(told(events), ['closed', 'opened', 'closed']);
      assert.equal(caught.messages.length + faults.messages.length, 0);
    });

    const FORMATS: [string, Record<string, unknown>, object, object][] = [
      ['boolean', {}, { payload: true }, { payload: false }],
      ['boolean', { inverted: true }, { payload: false }, { payload: true }],
      [
        'modbus',
        { modbusBoard: 'coil', unit: 3, channel: 2 },
        { payload: { value: true, fc: 5, unitid: 3, address: 1, quantity: 1 } },
        { payload: { value: false, fc: 5, unitid: 3, address: 1, quantity: 1 } },
      ],
      [
        'serial',
        { serialBoard: 'lcus', channel: 2 },
        { payload: Buffer.from('a00201a3', 'hex') },
        { payload: Buffer.from('a00200a2', 'hex') },
      ],
      [
        'http',
        { method: 'POST', onUrl: 'http://b/on', onBody: '{"on":1}', offUrl: 'http://b/off' },
        { method: 'POST', url: 'http://b/on', payload: '{"on":1}' },
        { method: 'POST', url: 'http://b/off', payload: '' },
      ],
      [
        'mqtt',
        { topic: 'door/1', onBody: '1', offBody: '0' },
        { topic: 'door/1', payload: '1', qos: 1, retain: false },
        { topic: 'door/1', payload: '0', qos: 1, retain: false },
      ],
    ];
    for (const [connection, settings, on, off] of FORMATS) {
      it(`speaks ${connection} ${JSON.stringify(settings)}`, async () => {
        await load({ connection, ...settings });
        grant();
        const messages = [await outputs.at(0), await outputs.at(1), await outputs.at(2)];
        for (const [index, expected] of [off, on, off].entries()) {
          const message = Object.entries(messages[index] ?? {});
          const sent = message.filter(([key]) => key in expected);
          assert.deepEqual(Object.fromEntries(sent), expected);
        }
      });
    }

    it('stays on for `on` until `off`, and holds as long as it is renewed', async () => {
      await load({ action: 'hold' });
      await outputs.at(0);
      grant({ command: 'on' });
      assert.equal((await outputs.at(1)).payload, true);
      send({ command: 'off' });
      assert.equal((await outputs.at(2)).payload, false);
      grant();
      await outputs.at(4);
      assert.deepEqual(payloads(outputs), [false, true, false, true, false]);
      assert.deepEqual(
        commands.claims.map(({ action }) => action),
        ['on', 'off', 'hold'],
      );
    });

    it('takes the duration from the message', async () => {
      await load({ duration: 'open.for', durationType: 'msg' });
      grant({ open: { for: 0.06 } });
      await outputs.at(1);
      assert.equal(commands.claims[0]?.duration, 60);
      grant({ open: { for: 'ever' } });
      assert.equal(codeOf(await caught.at(0)), 'INPUT_INVALID');
      assert.equal(commands.claims.length, 1);
    });
  });

  describe('refusal', () => {
    const REFUSED: [string, NodeMessage, ErrorCode][] = [
      ['a denied decision', { access: decided('denied') }, 'DECISION_INVALID'],
      ['an unknown one', { access: decided('unknown') }, 'DECISION_INVALID'],
      ['an attempt alone', { access: { attempt: decided('denied').attempt } }, 'DECISION_INVALID'],
      ['a forged access', { access: { ...decided('granted'), open: true } }, 'INPUT_INVALID'],
      ['an unknown command', { access: decided('granted'), command: 'kick' }, 'INPUT_INVALID'],
      ['a command for opening without access', { command: 'on' }, 'INPUT_INVALID'],
      ['a message that means nothing', { payload: { open: 'please' } }, 'INPUT_INVALID'],
    ];
    for (const [name, message, code] of REFUSED) {
      it(`answers ${name} with ${code}, asks nobody and sends nothing`, async () => {
        await load();
        await outputs.at(0);
        send(message);
        assert.equal(codeOf(await caught.at(0)), code);
        await settle();
        assert.deepEqual(payloads(outputs), [false]);
        assert.deepEqual(commands.log, []);
        assert.equal(caught.messages.length, 1);
        assert.equal(completed.messages.length, 0);
      });
    }

    for (const code of ['COMMAND_USED', 'COMMAND_EXPIRED', 'ENGINE_UNAVAILABLE'] as const) {
      it(`sends nothing when the claim is refused with ${code}`, async () => {
        await load();
        await outputs.at(0);
        commands.failures.claimCommand = new AccessError(code, 'no');
        grant();
        assert.equal(codeOf(await caught.at(0)), code);
        await settle();
        assert.deepEqual(payloads(outputs), [false]);
        assert.equal(caught.messages.length, 1);
        assert.equal(completed.messages.length, 0);
      });
    }

    it('switches off while the engine is down, and says that it is not recorded', async () => {
      await load({ action: 'on' });
      await outputs.at(0);
      grant();
      await outputs.at(1);
      commands.failures.claimCommand = new AccessError('ENGINE_UNAVAILABLE', 'down');
      send({ command: 'off' });
      assert.equal((await outputs.at(2)).payload, false);
      assert.equal(codeOf(await caught.at(0)), 'ENGINE_UNAVAILABLE');
    });

    it('ends a pulse by itself even if its record cannot be written', async () => {
      await load();
      commands.failures.recordCommand = new AccessError('ENGINE_UNAVAILABLE', 'down');
      grant();
      assert.equal(codeOf(await caught.at(0)), 'ENGINE_UNAVAILABLE');
      assert.equal((await outputs.at(2)).payload, false);
      assert.equal(completed.messages.length, 0);
    });

    const BAD: [string, Record<string, unknown>][] = [
      ['no site', { site: '' }],
      ['an unknown connection', { connection: 'telepathy' }],
      ['an address that is no web address', { connection: 'http', onUrl: 'door', offUrl: 'door' }],
      ['a channel that the board does not have', { connection: 'serial', channel: 9 }],
      ['no topic', { connection: 'mqtt' }],
    ];
    for (const [name, settings] of BAD) {
      it(`stays inert with ${name}`, async () => {
        await load(settings);
        grant();
        assert.equal(codeOf(await caught.at(0)), 'CONFIG_INVALID');
        assert.deepEqual([...payloads(outputs), ...commands.log], []);
      });
    }
  });

  describe('reports of the board', () => {
    it('confirm a command that waits for its answer', async () => {
      await load({ reports: 'answer' });
      await outputs.at(0);
      send({ payload: false });
      await events.at(0);
      grant();
      await outputs.at(1);
      await settle();
      assert.equal(commands.results.length, 0);
      send({ payload: true });
      await events.at(1);
      await settle();
      assert.equal(commands.results[0]?.state, 'done');
    });

    it('that do not come make the command fail, and the output is switched off', async () => {
      await load({ reports: 'answer', reportInterval: 0.1, duration: 10 });
      await outputs.at(0);
      send({ payload: false });
      await events.at(0);
      grant();
      assert.equal(codeOf(await caught.at(0)), 'OUTPUT_TIMEOUT');
      assert.equal((await outputs.at(2)).payload, false);
      const [result] = commands.results;
      assert.deepEqual([result?.state, result?.error], ['failed', 'OUTPUT_TIMEOUT']);
      assert.equal(caught.messages.length, 1);
    });

    it('in the message of the command are no new command', async () => {
      await load({ connection: 'modbus', reports: 'answer', duration: 10 });
      await outputs.at(0);
      send({ payload: false });
      await events.at(0);
      grant();
      const command = await outputs.at(1);
      // modbus-flex-write answers in the message that it was given.
      send({ ...command, payload: [true], responseBuffer: {} });
      await completed.at(0);
      await settle();
      send({ ...command, payload: { whatever: 1 } });
      await settle();
      assert.equal(commands.claims.length, 1);
      assert.equal(outputs.messages.length, 2);
      assert.equal(caught.messages.length, 0);
      assert.equal(commands.results[0]?.state, 'done');
    });
  });

  it('carries each command in the message of its own grant, whatever else is asked meanwhile', async () => {
    await load({ reports: 'answer', duration: 10 });
    await outputs.at(0);
    send({ payload: false });
    await events.at(0);
    for (const topic of ['in work', 'waiting', 'too many']) grant({ topic });
    const busy = await caught.at(0);
    assert.deepEqual([codeOf(busy), busy.topic], ['BUSY', 'too many']);
    send({ payload: true });
    assert.equal((await outputs.at(2)).topic, 'waiting');
    send({ command: 'off', topic: 'by hand' });
    const off = await outputs.at(3);
    assert.deepEqual([off.payload, off.topic, off.access], [false, undefined, undefined]);
  });

  describe('life of the node', () => {
    it('tells the safe state when it is closed in the middle of a pulse, and nothing after it', async () => {
      await load({ duration: 10 });
      await outputs.at(0);
      grant();
      await outputs.at(1);
      mock.timers.enable({ apis: ['setTimeout'] });
      await nodeById('relay').close(false);
      await settle();
      assert.deepEqual(payloads(outputs), [false, true, false]);
      mock.timers.tick(60_000);
      await settle();
      assert.equal(outputs.messages.length, 3);
    });

    it('tells the safe state at the end and at the start when it alone is deployed again', async () => {
      await load({ duration: 10 });
      grant();
      await outputs.at(1);
      await helper.setFlows(flowOf({ duration: 11 }) as never, 'nodes');
      await settle();
      assert.deepEqual(payloads(outputs), [false, true, false, false]);
      grant();
      await outputs.at(4);
      assert.equal(commands.claims[1]?.duration, 11_000);
    });

    it('repeats the safe state for boards that come up later, but not into a pulse', async () => {
      mock.timers.enable({ apis: ['setTimeout'] });
      await load({ duration: 9 });
      await settle();
      mock.timers.tick(2000);
      await settle();
      assert.deepEqual(payloads(outputs), [false, false]);
      mock.timers.tick(7000);
      grant();
      await settle();
      mock.timers.tick(1000);
      await settle();
      assert.deepEqual(payloads(outputs), [false, false, true]);
      mock.timers.tick(8000);
      await settle();
      assert.deepEqual(payloads(outputs), [false, false, true, false]);
    });
  });

  describe('with a simulated output', () => {
    it('sends the message on when the command is done', async () => {
      await load({ connection: 'simulated' });
      await events.at(0);
      grant({ topic: 'kept' });
      const done = await outputs.at(0);
      assert.deepEqual([done.payload, done.topic], [true, 'kept']);
      assert.equal(commandOf(done).state, 'done');
      assert.deepEqual(commands.log, ['claimCommand', 'recordCommand']);
      await events.at(2);
      assert.deepEqual(told(events), ['closed', 'opened', 'closed']);
      send({ command: 'off', topic: 'mine' });
      const off = await outputs.at(1);
      assert.deepEqual([off.payload, off.topic], [false, 'mine']);
      await settle();
      assert.equal(completed.messages.length, 2);
      assert.equal(shownLast(), 'off');
    });
  });

  describe('with a Modbus board of its own', function () {
    this.timeout(20_000);
    let board: SimulatedRelayBoard;
    let server: ModbusTcpServer;
    let port: number;

    beforeEach(async () => {
      board = new SimulatedRelayBoard({ clock: systemClock, timers: systemTimers });
      server = new ModbusTcpServer((pdu) => board.serve(pdu));
      port = await server.listen(0);
    });

    // Before the flow is emptied, so that the relay is closed while its board still answers.
    afterEach(async () => {
      await helper.clearFlows();
      await server.close();
      board.close();
    });

    const edges = (): boolean[] => board.history.map(({ on }) => on);
    const edge = (on: boolean): Promise<Edge> =>
      new Promise((resolve) => {
        const stop = board.onEdge((seen) => {
          if (seen.on !== on) return;
          stop();
          resolve(seen);
        });
      });

    async function loadDirect(settings: Record<string, unknown> = {}): Promise<void> {
      await load({ connection: 'modbusTcp', host: '127.0.0.1', port, ...settings });
      await events.at(0);
    }

    it('switches off a coil that is on at the start', async () => {
      board.writeOutput(0, 0xff00);
      const off = edge(false);
      await loadDirect();
      await off;
      assert.equal(shownLast(), 'off');
    });

    it('gives one pulse for a grant, and completes once after it is confirmed', async () => {
      await loadDirect();
      const off = edge(false);
      grant({ topic: 'kept' });
      const done = await outputs.at(0);
      assert.deepEqual([done.payload, done.topic], [true, 'kept']);
      await off;
      await events.at(2);
      assert.deepEqual(edges(), [true, false]);
      assert.equal(completed.messages.length, 1);
      assert.equal(commands.results[0]?.state, 'done');
    });

    it('makes no new edge of a second grant during a pulse', async () => {
      await loadDirect({ duration: 0.3 });
      const off = edge(false);
      grant();
      await outputs.at(0);
      grant();
      await outputs.at(1);
      await off;
      assert.deepEqual(edges(), [true, false]);
      assert.equal(commands.results.length, 2);
    });

    it('is busy for a third command while one is in work and one waits', async () => {
      await loadDirect({ duration: 1 });
      board.delay = 30;
      for (let number = 0; number < 3; number++) grant({ topic: `number ${number}` });
      assert.equal(codeOf(await caught.at(0)), 'BUSY');
      await outputs.at(1);
      assert.deepEqual(
        outputs.messages.map(({ topic }) => topic),
        ['number 0', 'number 1'],
      );
      assert.deepEqual(commands.results.map(({ state }) => state).toSorted(), [
        'done',
        'done',
        'failed',
      ]);
      assert.deepEqual(edges(), [true]);
    });

    it('records a failure, hands it to Catch once and opens nothing later', async () => {
      await loadDirect({ limit: 60 });
      board.fault = () => 'lost';
      grant();
      const message = await caught.at(0);
      assert.match(String(codeOf(message)), /^OUTPUT_(TIMEOUT|FAILED)$/);
      assert.deepEqual(commands.results[0]?.state, 'failed');
      board.fault = () => undefined;
      await untilShown('off');
      assert.deepEqual(edges(), []);
      assert.equal(outputs.messages.length + completed.messages.length, 0);
      assert.equal(caught.messages.length, 1);
    });

    it('closes when it is closed in the middle of a pulse', async () => {
      await loadDirect({ duration: 10 });
      grant();
      await outputs.at(0);
      const off = edge(false);
      await nodeById('relay').close(true);
      await off;
      assert.deepEqual(edges(), [true, false]);
    });

    it('tells an output that does not obey once, as a fault and an alarm, and its end once', async () => {
      await loadDirect();
      board.stick(1, true);
      const fault = await faults.at(0);
      assert.equal((fault.payload as { code: string }).code, 'OUTPUT_MISMATCH');
      await settle();
      assert.equal(shownLast(), 'mismatch');
      board.stick(1, undefined);
      board.writeOutput(0, 0);
      await faults.at(1);
      await settle();
      assert.deepEqual(told(faults), ['OUTPUT_MISMATCH', 'restored']);
      assert.deepEqual(
        commands.events.map(({ category, code }) => [category, code]),
        [
          ['alarm', 'outputFault'],
          ['device', 'outputRestored'],
        ],
      );
      assert.deepEqual(told(events), ['closed']);
      assert.equal(shownLast(), 'off');
    });
  });

  const names = (): string[] =>
    shown.messages.map(({ status }) => (status as { text: string }).text.split('.').at(-1) ?? '');
  const shownLast = (): string | undefined => names().at(-1);

  async function untilShown(name: string): Promise<void> {
    for (let next = shown.messages.length; shownLast() !== name; next++) await shown.at(next);
  }
});

function codeOf({ error }: Received): unknown {
  return (error as { code: string }).code;
}

function commandOf({ access }: Received): Command {
  return (access as { command: Command }).command;
}
