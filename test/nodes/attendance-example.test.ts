import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { EngineService } from '../../lib/engine/facade.ts';
import registerAttendance from '../../nodes/attendance/attendance.ts';
import registerPeople from '../../nodes/people/people.ts';
import { TestClock } from '../support/clock.ts';
import { openSampleEngine } from '../support/engine.ts';
import { fakeSite } from '../support/fake-site.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { ROOT, type FlowNode } from '../support/node-red.ts';
import { loadFlow, nodeById, Sink, useRuntime } from '../support/runtime.ts';

const FILE = path.join(ROOT, 'examples', 'attendance.json');
const flow = JSON.parse(readFileSync(FILE, 'utf8')) as FlowNode[];

describe('the example of the attendance node', function () {
  this.timeout(20_000);
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
    const registers = [fakeSite(engine).register, registerAttendance, registerPeople];
    await loadFlow(registers, flow.filter(isUnderTest).map(withSinks));
    const [result, refused] = ['result', 'refused lines'].map(sinkOf) as [Sink, Sink];
    const payloads: unknown[] = [];
    for (const [index, button] of flow.filter(isButton).entries()) {
      press(button);
      payloads.push((await result.at(index)).payload);
    }
    const [people, plan, , day, csv, conflicts] = payloads as [
      { accepted: number },
      { accepted: number; rejected: number },
      unknown,
      { days: { accounted?: { stay: number } }[] },
      string,
      unknown[],
    ];
    assert.equal(people.accepted, 5);
    assert.deepEqual([plan.accepted, plan.rejected], [3, 1]);
    assert.deepEqual(
      ((await refused.at(0)).payload as { line: number; code: string }[]).map(({ line, code }) => [
        line,
        code,
      ]),
      [[5, 'NOT_FOUND']],
    );
    // Eight hours and a half, less the break of half an hour.
    assert.deepEqual(
      day.days.map(({ accounted }) => accounted?.stay),
      [480],
    );
    assert.match(csv, /0017;Ann Example;ann;2026-03-02;2026-03-02 08:00;2026-03-02 17:00;510;/);
    assert.deepEqual(conflicts, []);
  });

  it('makes the workbook of the daily run', async () => {
    await loadFlow(
      [fakeSite(engine).register, registerAttendance, registerPeople],
      flow.filter(isUnderTest).map(withSinks),
    );
    const firm = { id: 'alpha', name: 'Alpha', roles: ['employer'] };
    await engine.change({
      changes: [{ op: 'put', kind: 'firm', value: firm }],
      options: { author: 'test' },
    });
    const run = flow.find(({ name }) => name === 'every day at 01:00');
    assert.equal(run?.crontab, '00 01 * * *');
    const sink = sinkOf('wire a file or e-mail node here');
    press({ ...run, payload: Date.now() });
    const { payload, filename } = await sink.at(0);
    assert(Buffer.isBuffer(payload));
    assert.match(String(filename), /^timesheet-alpha-.*\.xlsx$/);
  });
});

function sinkOf(name: string): Sink {
  return new Sink(flow.find((node) => node.name === name)?.id ?? '');
}

/** The numbered ones. */
function isButton({ type, name }: FlowNode): boolean {
  return type === 'inject' && /^\d/.test(String(name));
}

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
