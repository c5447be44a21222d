import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ensureBuilt,
  ROOT,
  startNodeRed,
  type FlowNode,
  type RunningNodeRed,
} from './support/node-red.ts';

const FOLDER = path.join(ROOT, 'examples');
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

/** A line that Node-RED prints for every debug node: `[debug:name]`, with the value behind it. */
const DEBUG = /\[debug:([^\]]+)\]/;

describe('the examples', function () {
  this.timeout(60_000);
  let nodeRed: RunningNodeRed | undefined;
  let flow: FlowNode[];

  before(() => {
    ensureBuilt();
  });

  afterEach(async () => {
    await nodeRed?.stop();
    nodeRed = undefined;
  });

  /** Starts an example as it is shipped, except that its debug nodes also print. */
  async function start(file: string): Promise<RunningNodeRed> {
    const shipped = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as FlowNode[];
    flow = shipped.map((node) => (node.type === 'debug' ? { ...node, console: true } : node));
    nodeRed = await startNodeRed({ flows: flow });
    return nodeRed;
  }

  for (const file of FILES) {
    it(`${file} starts with all its types, and without an error`, async () => {
      const running = await start(file);
      const answer = await fetch(`${running.url}/flows`);
      const loaded = (await answer.json()) as FlowNode[];
      assert.deepEqual(new Set(loaded.map(({ id }) => id)), new Set(flow.map(({ id }) => id)));
      await engineIsUp(running);
      assert.doesNotMatch(running.log(), /\[(error|fatal)\]|missing types/i);
    });
  }

  it('relay.json opens once for the exit button, closes by itself, and records both', async () => {
    const running = await start('relay.json');
    await engineIsUp(running);
    await press(running, 'exit button');
    await running.printed(/\[debug:done\][\s\S]*state: 'done'/);
    await running.printed(/event: 'opened'/);
    await press(running, 'close at once');
    await running.printed(/event: 'opened'[\s\S]*event: 'closed'/);
    const [access] = rows(running, 'example-3', 'SELECT result, reason FROM access_log');
    assert.deepEqual({ ...access }, { result: 'success', reason: null });
    assert.deepEqual(namesPrinted(running, ['denied', 'faults', 'errors with code']), []);
  });

  it('permission-check.json grants the enrolled card and does not know the other', async () => {
    const running = await start('permission-check.json');
    await engineIsUp(running);
    await press(running, "Anna's card");
    await running.printed(/\[debug:(denied|unknown)\]/);
    await press(running, 'enrol Anna');
    await enrolled(running);
    await press(running, 'a card nobody knows');
    await repeatWindowIsOver();
    await press(running, "Anna's card");
    await running.printed(/\[debug:granted\][\s\S]*outcome: 'granted'/);
    const log = rows(
      running,
      'example-2',
      'SELECT result, reason, person_id FROM access_log ORDER BY seq',
    );
    assert.deepEqual(
      log.map((row) => Object.values(row)),
      [
        ['failure', 'unknownCredential', null],
        ['failure', 'unknownCredential', null],
        ['success', null, 'anna'],
      ],
    );
    assert.deepEqual(namesPrinted(running, ['refused rows']), []);
  });

  async function press({ url }: RunningNodeRed, name: string): Promise<void> {
    const button = flow.find((node) => node.name === name);
    const answer = await fetch(`${url}/inject/${button?.id ?? ''}`, { method: 'POST' });
    assert.equal(answer.status, 200);
  }

  const site = (): string => flow.find(({ type }) => type === 'gatewire-site')?.id ?? '';

  async function health({ url }: RunningNodeRed): Promise<{ accessPoints: number; persons: number }> {
    const answer = await fetch(`${url}/gatewire/sites/${site()}/health`);
    const none = { accessPoints: -1, persons: -1 };
    return answer.ok ? ((await answer.json()) as typeof none) : none;
  }

  async function engineIsUp(running: RunningNodeRed): Promise<void> {
    const doors = flow.filter(({ type }) => type === 'gatewire-access-point').length;
    while ((await health(running)).accessPoints !== doors) await pause(50);
  }

  async function enrolled(running: RunningNodeRed): Promise<void> {
    while ((await health(running)).persons !== 1) await pause(50);
  }
});

/** The reader holds back the same card for the two seconds that the example sets. */
function repeatWindowIsOver(): Promise<void> {
  return pause(2100);
}

function pause(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}

function rows({ userDir }: RunningNodeRed, siteId: string, query: string): object[] {
  const file = path.join(userDir, 'gatewire', siteId, 'gateway.db');
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(query).all();
  } finally {
    database.close();
  }
}

/** Which of these debug nodes have printed something. */
function namesPrinted(running: RunningNodeRed, names: readonly string[]): string[] {
  const printed = running.log().split('\n').map((line) => DEBUG.exec(line)?.[1]);
  return names.filter((name) => printed.includes(name));
}
