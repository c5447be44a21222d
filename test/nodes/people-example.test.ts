import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import register from '../../nodes/people/people.ts';
import { fakeEngine, fakeSite } from '../support/fake-site.ts';
import { MemoryPeople } from '../support/memory-people.ts';
import { ROOT, type FlowNode } from '../support/node-red.ts';
import { loadFlow, nodeById, Sink, useRuntime } from '../support/runtime.ts';

const FILE = path.join(ROOT, 'examples', 'people.json');

describe('the example of the people node', () => {
  useRuntime();

  it('does what its buttons say, from top to bottom', async () => {
    const people = new MemoryPeople();
    const engine = fakeEngine({
      change: (request) => people.change(request),
      find: (query) => people.find(query),
    });
    const flow = JSON.parse(readFileSync(FILE, 'utf8')) as FlowNode[];
    const buttons = flow.filter(({ type }) => type === 'inject');
    const sinkOf = (name: string): Sink =>
      new Sink(flow.find((node) => node.name === name)?.id ?? '');
    await loadFlow([fakeSite(engine).register, register], flow.filter(isUnderTest).map(withSinks));
    const result = sinkOf('result');
    const rejected = sinkOf('rejected rows');

    const payloads: unknown[] = [];
    for (const [index, button] of buttons.entries()) {
      press(button);
      payloads.push((await result.at(index)).payload);
    }
    const [all, list, enrolled, found, text, removed] = payloads as [
      { accepted: number; rejected: number },
      { accepted: number; rejected: number },
      unknown,
      { id: string }[],
      string,
      unknown,
    ];
    assert.deepEqual([all.accepted, all.rejected], [7, 0]);
    assert.deepEqual([list.accepted, list.rejected], [1, 3]);
    const rows = (await rejected.at(0)).payload as { line: number; column?: string }[];
    assert.deepEqual(
      new Set(rows.map(({ line, column }) => `${line} ${column ?? ''}`)),
      new Set(['3 ', '4 validTo', '5 pin']),
    );
    assert.ok(enrolled);
    assert.deepEqual(
      found.map(({ id }) => id),
      ['1001', '1002'],
    );
    assert.match(text, /^\ufeffid;name;/);
    assert.ok(removed);
    assert.equal(people.get('person', 'v-1'), undefined);
  });
});

function isUnderTest({ type }: FlowNode): boolean {
  return !['inject', 'comment', 'catch'].includes(type);
}

function withSinks(node: FlowNode): FlowNode {
  return node.type === 'debug' ? { id: node.id, type: 'helper', z: node.z } : node;
}

/** Sends what the inject node would send. */
function press({ payload, payloadType, wires }: FlowNode): void {
  const value: unknown = payloadType === 'json' ? JSON.parse(String(payload)) : payload;
  const [[target]] = wires as [[string]];
  nodeById(target).receive({ payload: value });
}
