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
const EXAMPLES = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [path.basename(file, '.json'), flowOf(file)]),
);

describe('the examples, all in one Node-RED', function () {
  this.timeout(120_000);
  let nodeRed: RunningNodeRed;

  before(async () => {
    ensureBuilt();
    nodeRed = await startNodeRed({ flows: [...EXAMPLES.values()].flat() });
  });

  after(async () => {
    await nodeRed.stop();
  });

  for (const example of EXAMPLES.keys()) {
    it(`${example} starts with all its types, and its engine comes up`, async () => {
      const answer = await fetch(`${nodeRed.url}/flows`);
      const loaded = new Set(((await answer.json()) as FlowNode[]).map(({ id }) => id));
      assert.ok(nodesOf(example).every(({ id }) => loaded.has(id)));
      await until(example, ({ accessPoints }) => accessPoints === doors(example));
    });
  }

  it('relay opens for the exit button, closes at once by hand, and records it', async () => {
    await press('relay', 'exit button');
    await nodeRed.printed(/\[debug:relay: done\][\s\S]*state: 'done'/);
    await press('relay', 'close at once');
    await nodeRed.printed(/event: 'opened'[\s\S]*event: 'closed'/);
    assert.deepEqual(attempts('relay'), [['success', null, null]]);
    assert.deepEqual(printed(/relay: (denied|faults|errors with code)/), []);
  });

  it('permission-check knows a card only after its holder was enrolled', async () => {
    await press('permission-check', 'a card nobody knows');
    await nodeRed.printed(/\[debug:permission-check: (denied|unknown)\]/);
    await press('permission-check', 'enrol Anna');
    await until('permission-check', ({ persons }) => persons === 1);
    await press('permission-check', "Anna's card");
    await nodeRed.printed(/\[debug:permission-check: granted\][\s\S]*outcome: 'granted'/);
    assert.deepEqual(attempts('permission-check'), [
      ['failure', 'unknownCredential', null],
      ['success', null, 'anna'],
    ]);
    assert.deepEqual(printed(/permission-check: refused rows/), []);
  });

  it('no example has printed an error', () => {
    assert.doesNotMatch(nodeRed.log(), /\[(error|fatal)\]|missing types/i);
  });

  async function press(example: string, name: string): Promise<void> {
    const button = nodesOf(example).find((node) => node.name === name);
    const answer = await fetch(`${nodeRed.url}/inject/${button?.id ?? ''}`, { method: 'POST' });
    assert.equal(answer.status, 200);
  }

  /** Waits for something that the health of the example's site shows. */
  async function until(example: string, reached: (health: Health) => boolean): Promise<void> {
    const url = `${nodeRed.url}/gatewire/sites/${siteOf(example).id}/health`;
    for (;;) {
      const answer = await fetch(url);
      if (answer.ok && reached((await answer.json()) as Health)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Result, reason and person of each attempt at the example's site, oldest first. */
  function attempts(example: string): unknown[][] {
    const folder = path.join(nodeRed.userDir, 'gatewire', String(siteOf(example).siteId));
    const database = new DatabaseSync(path.join(folder, 'gateway.db'), { readOnly: true });
    try {
      const query = 'SELECT result, reason, person_id FROM access_log ORDER BY seq';
      return database
        .prepare(query)
        .all()
        .map((row) => Object.values(row));
    } finally {
      database.close();
    }
  }

  /** The debug nodes with such a name that have printed something. */
  function printed(name: RegExp): string[] {
    const names = [...nodeRed.log().matchAll(/\[debug:([^\]]+)\]/g)].map(
      ([, found]) => found ?? '',
    );
    return names.filter((found) => name.test(found));
  }
});

interface Health {
  accessPoints: number;
  persons: number;
}

/** An example as it is shipped, except that its debug nodes print, under the name of the example. */
function flowOf(file: string): FlowNode[] {
  const flow = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as FlowNode[];
  const example = path.basename(file, '.json');
  return flow.map((node) =>
    node.type === 'debug'
      ? { ...node, console: true, name: `${example}: ${String(node.name)}` }
      : node,
  );
}

function nodesOf(example: string): FlowNode[] {
  return EXAMPLES.get(example) ?? [];
}

function siteOf(example: string): FlowNode {
  const site = nodesOf(example).find(({ type }) => type === 'gatewire-site');
  assert.ok(site);
  return site;
}

function doors(example: string): number {
  return nodesOf(example).filter(({ type }) => type === 'gatewire-access-point').length;
}
