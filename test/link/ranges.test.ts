import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ranges } from '../../lib/link/log/ranges.ts';

const MOST = 60;
const range = fc
  .tuple(fc.integer({ min: 1, max: MOST }), fc.integer({ min: 0, max: 12 }))
  .map(([from, length]) => ({ from, to: from + length }));
const step = fc.record({ op: fc.constantFrom('add' as const, 'remove' as const), range });

describe('ranges', () => {
  it('are what a plain set of numbers is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), range, (steps, probe) => {
        const ranges = new Ranges();
        const numbers = new Set<number>();
        for (const { op, range: change } of steps) {
          ranges[op](change);
          for (let number = change.from; number <= change.to; number += 1) {
            if (op === 'add') numbers.add(number);
            else numbers.delete(number);
          }
        }
        const held = ranges.list.flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, index) => from + index),
        );
        assert.deepEqual(
          held,
          [...numbers].sort((a, b) => a - b),
        );
        ranges.list.forEach(({ from }, index) => {
          const before = ranges.list[index - 1];
          assert.ok(before === undefined || before.to + 1 < from, 'neighbours are one range');
        });
        const probed = Array.from(
          { length: probe.to - probe.from + 1 },
          (_, index) => probe.from + index,
        );
        assert.equal(
          ranges.covers(probe),
          probed.every((number) => numbers.has(number)),
        );
        assert.equal(ranges.has(probe.from), numbers.has(probe.from));
        const missing = probed.filter((number) => !numbers.has(number));
        const run = missing.filter((number, index) => number === (missing[0] ?? 0) + index);
        const gap = ranges.gap(probe, 5);
        assert.deepEqual(gap && [gap.from, gap.to], run[0] && [run[0], run.slice(0, 5).at(-1)]);
      }),
      { numRuns: 2000 },
    );
  });
});
