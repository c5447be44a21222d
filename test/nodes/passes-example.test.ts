import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineService } from '../../lib/engine/facade.ts';
import register from '../../nodes/people/people.ts';
import { TestClock } from '../support/clock.ts';
import { openSampleEngine } from '../support/engine.ts';
import { fakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ROOT, type FlowNode } from '../support/node-red.ts';
import { loadFlow, nodeById, Sink, useRuntime } from '../support/runtime.ts';

const FLOW = JSON.parse(
  readFileSync(path.join(ROOT, 'examples', 'passes.json'), 'utf8'),
) as FlowNode[];

describe('the example of passes', () => {
  useRuntime();
  let folder: string;
  let engine: EngineService;
  beforeEach(async () => {
    folder = makeFolder();
    engine = await openSampleEngine(folder, new TestClock());
  });
  afterEach(async () => {
    await engine.close();
    removeFolder(folder);
  });

  it('does what its buttons say, from top to bottom', async () => {
    const nodes = FLOW.filter(({ type }) => !['inject', 'comment', 'catch'].includes(type));
    await loadFlow([fakeSite(engine).register, register], nodes.map(withSinks));
    const result = new Sink(FLOW.find(({ name }) => name === 'result')?.id ?? '');
    const payloads: unknown[] = [];
    for (const button of FLOW.filter(({ type }) => type === 'inject')) {
      press(button);
      payloads.push((await result.at(payloads.length)).payload);
    }
    const [all, standIn, points, back, visit, unreturned, service, list] = payloads as [
      { accepted: number; rejected: number },
      { pass: { replaces: string; validTo: string } },
      { points: number },
      { pass: { end: string } },
      { pass: { host: string; type: string } },
      unknown[],
      { event: string },
      string,
    ];
    assert.deepEqual([all.accepted, all.rejected], [14, 0]);
    assert.deepEqual([standIn.pass.replaces, standIn.pass.validTo], ['ann-pass', '2026-06-10']);
    assert.equal(points.points, 1);
    assert.equal(back.pass.end, 'returned');
    assert.deepEqual([visit.pass.host, visit.pass.type], ['ann', 'oneOff']);
    assert.deepEqual(unreturned, []);
    assert.equal(service.event, 'replacement');
    assert.match(list, /ann-pass/);
    assert.doesNotMatch(list, /ben-pass/);
  });
});

function withSinks(node: FlowNode): FlowNode {
  return node.type === 'debug' ? { id: node.id, type: 'helper', z: node.z } : node;
}

/** Sends what the inject node would send. */
function press({ payload, payloadType, wires }: FlowNode): void {
  const value: unknown = payloadType === 'json' ? JSON.parse(String(payload)) : payload;
  const [[target]] = wires as [[string]];
  nodeById(target).receive({ payload: value });
}
