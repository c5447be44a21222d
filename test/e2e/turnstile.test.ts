import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import modbus from 'modbus-serial';
import { DatabaseSync } from 'node:sqlite';
import type { LiveState } from '../../nodes/turnstile/live-state.ts';
import { ROOT, startNodeRed, type FlowNode, type RunningNodeRed } from '../support/node-red.ts';
import { needPackages, startPymodbus, type ModbusPeer } from '../support/peers/peers.ts';

const PASS_A = 0;
const PASS_B = 1;
const LOCK_IN = 0;
const LOCK_OUT = 1;
const CLIENT = 'c000000000000001';

interface PassageRow {
  direction: string;
  outcome: string;
  confirmed: number;
}

/** The shipped example, with the inputs and outputs of a Modbus board instead of buttons and simulated relays. */
function boardFlow(port: number, dataFolder: string): FlowNode[] {
  const source = readFileSync(path.join(ROOT, 'examples', 'turnstile.json'), 'utf8');
  const flows = (JSON.parse(source) as FlowNode[]).map((node) => {
    if (node.type === 'gatewire-site') return { ...node, dataFolder };
    if (node.type === 'gatewire-relay')
      return { ...node, connection: 'modbusTcp', host: '127.0.0.1', port };
    if (node.type !== 'gatewire-turnstile') return node;
    const inputMap = [
      { index: PASS_A, sensor: 'passA', inverted: false },
      { index: PASS_B, sensor: 'passB', inverted: false },
    ];
    return { ...node, inputMap, debounce: 0 };
  });
  const turnstile = flows.find(({ type }) => type === 'gatewire-turnstile');
  assert.ok(turnstile);
  return [...flows, ...boardReader(port, turnstile)];
}

function boardReader(port: number, { z, id }: FlowNode): FlowNode[] {
  return [
    {
      id: CLIENT,
      type: 'modbus-client',
      clienttype: 'tcp',
      bufferCommands: false,
      tcpHost: '127.0.0.1',
      tcpPort: String(port),
      tcpType: 'DEFAULT',
      unit_id: '1',
      commandDelay: '1',
      clientTimeout: '1000',
      reconnectOnTimeout: true,
      reconnectTimeout: '200',
      parallelUnitIdsAllowed: true,
    },
    {
      id: 'c000000000000002',
      type: 'modbus-read',
      z,
      unitid: '1',
      dataType: 'Input',
      adr: '0',
      quantity: '8',
      rate: '20',
      rateUnit: 'ms',
      server: CLIENT,
      wires: [[id], []],
    },
  ];
}

describe('the turnstile, on a Modbus board that is not ours', function () {
  this.timeout(60_000);
  let board: ModbusPeer;
  let sensors: InstanceType<typeof modbus.default>;
  let folder: string;
  let flows: FlowNode[];
  let nodeRed: RunningNodeRed;

  before(async function () {
    needPackages(this, 'python3-pymodbus', 'python3-serial-asyncio');
    board = await startPymodbus('tcp');
    folder = mkdtempSync(path.join(tmpdir(), 'gatewire-turnstile-'));
    flows = boardFlow(board.port, folder);
    sensors = new modbus.default();
    await sensors.connectTCP('127.0.0.1', { port: board.port });
    nodeRed = await startNodeRed({ flows });
    await engineIsUp();
    // A relay opens nothing before its safe state has been written.
    for (const lock of [LOCK_IN, LOCK_OUT]) {
      await board.wrote(({ address, on }) => address === lock && !on);
    }
    await until(({ sensors: { passIn, passOut } }) => passIn === false && passOut === false);
  });

  after(async () => {
    await new Promise<void>((resolve) => {
      sensors.close(() => {
        resolve();
      });
    });
    await nodeRed.stop();
    await board.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const idOf = (type: string, name?: string): string =>
    flows.find((node) => node.type === type && (name === undefined || node.name === name))?.id ??
    assert.fail(`no ${type}`);

  async function until(reached: (state: LiveState) => boolean): Promise<void> {
    const url = `${nodeRed.url}/gatewire/turnstiles/${idOf('gatewire-turnstile')}/state`;
    for (;;) {
      const answer = await fetch(url);
      if (answer.ok && reached((await answer.json()) as LiveState)) return;
      await pause(20);
    }
  }

  async function engineIsUp(): Promise<void> {
    const url = `${nodeRed.url}/gatewire/sites/${idOf('gatewire-site')}/health`;
    while (!(await fetch(url)).ok) await pause(50);
  }

  const press = (button: string): Promise<unknown> =>
    fetch(`${nodeRed.url}/inject/${idOf('inject', button)}`, { method: 'POST' });

  /** The peer keeps its discrete inputs and its registers in the same place. */
  const sense = (input: number, value: boolean): Promise<unknown> =>
    sensors.writeRegister(input, Number(value));

  async function pass(input: number): Promise<void> {
    const sensor = input === PASS_A ? 'passIn' : 'passOut';
    await sense(input, true);
    await until((state) => state.sensors[sensor] === true);
    await sense(input, false);
    await until((state) => state.sensors[sensor] === false);
  }

  async function passages(count: number): Promise<PassageRow[]> {
    for (;;) {
      const database = new DatabaseSync(path.join(folder, 'gateway.db'), { readOnly: true });
      const rows = database
        .prepare('SELECT direction, outcome, confirmed FROM passage_log ORDER BY seq')
        .all() as unknown as PassageRow[];
      database.close();
      if (rows.length >= count) return rows;
      await pause(20);
    }
  }

  const opened = (lock: number): boolean =>
    board.writes.some(({ address, on }) => address === lock && on);

  it('opens both ways for the button, ends at PASS, and records who went where', async () => {
    await press("guard's button");
    await board.wrote(({ address, on }) => address === LOCK_IN && on);
    await board.wrote(({ address, on }) => address === LOCK_OUT && on);
    await pass(PASS_A);
    for (const lock of [LOCK_IN, LOCK_OUT]) {
      const last = board.writes.findLastIndex((write) => write.address === lock && write.on);
      await board.wrote(
        (write) => write.address === lock && !write.on && board.writes.indexOf(write) > last,
      );
    }
    const [passage] = await passages(1);
    assert.deepEqual({ ...passage }, { direction: 'in', outcome: 'taken', confirmed: 1 });
  });

  it('opens nothing for a sensor alone, and calls the guard', async () => {
    const before = board.writes.filter(({ on }) => on).length;
    assert.ok(opened(LOCK_OUT));
    await pass(PASS_B);
    const rows = await passages(2);
    assert.deepEqual({ ...rows[1] }, { direction: 'out', outcome: 'forced', confirmed: 1 });
    assert.equal(board.writes.filter(({ on }) => on).length, before);
  });
});
