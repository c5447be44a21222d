import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { Settings } from '../../lib/runtime/settings.ts';
import { evaluate, typedField } from '../../lib/runtime/typed-value.ts';
import { loadFlow, nodeById, useRuntime } from '../support/runtime.ts';

const FALLBACK = { value: '5', type: 'num' };

describe('typed value', () => {
  useRuntime();
  let RED: NodeAPI;

  beforeEach(async () => {
    process.env.GATEWIRE_TEST_VALUE = 'from outside';
    await loadFlow(
      [register],
      [
        { id: 'tab', type: 'tab' },
        { id: 'node', type: 'plain', z: 'tab' },
      ],
    );
  });

  afterEach(() => {
    delete process.env.GATEWIRE_TEST_VALUE;
  });

  function register(red: NodeAPI): void {
    RED = red;
    function Plain(this: Node, definition: NodeDef): void {
      red.nodes.createNode(this, definition);
    }
    red.nodes.registerType('plain', Plain);
  }

  const valueOf = (type: string, value: string): Promise<unknown> =>
    evaluate(RED, nodeById('node'), { type, value }, { _msgid: '1', open: { for: 7 } }, 'duration');

  const GOOD: [string, string, unknown][] = [
    ['num', '5', 5],
    ['str', 'door', 'door'],
    ['bool', 'true', true],
    ['msg', 'open.for', 7],
    ['msg', 'shut', undefined],
    ['json', '{"a":1}', { a: 1 }],
    ['jsonata', 'open.for * 2', 14],
    ['env', 'GATEWIRE_TEST_VALUE', 'from outside'],
    ['flow', 'unset', undefined],
  ];
  for (const [type, value, expected] of GOOD) {
    it(`of type ${type} ${value} is ${inspect(expected)}`, async () => {
      assert.deepEqual(await valueOf(type, value), expected);
    });
  }

  for (const [type, value] of [
    ['json', '{a:1}'],
    ['jsonata', '$$$('],
    ['msg', 'open[for'],
  ] as const) {
    it(`refuses ${type} ${value}, naming the field`, async () => {
      await assert.rejects(valueOf(type, value), { code: 'INPUT_INVALID', message: /^duration: / });
    });
  }

  it('takes the fallback only where the setting is of its type', () => {
    const field = (raw: Record<string, unknown>): object =>
      typedField(new Settings(raw), 'duration', FALLBACK);
    assert.deepEqual(field({}), FALLBACK);
    assert.deepEqual(field({ duration: 3 }), { value: '3', type: 'num' });
    assert.deepEqual(field({ durationType: 'msg' }), { value: '', type: 'msg' });
  });
});
