import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as kernels from '../../../lib/face/gallery/kernels.ts';
import { plainRows } from '../../../lib/face/gallery/plain-rows.ts';
import type { Rows } from '../../../lib/face/gallery/rows.ts';
import { wasmRows } from '../../../lib/face/gallery/wasm-rows.ts';
import { compileKernel } from '../../../tools/face-kernels.js';

const NAMES = ['relaxed', 'baseline'] as const;

/** Weights that are no round numbers. */
const weightOf = (row: number): number => 1 / (3 + row);

function filled(rows: Rows, templates: readonly Uint8Array[]): Rows {
  for (const [row, template] of templates.entries()) rows.write(row, template, weightOf(row));
  return rows;
}

function allScores(rows: Rows, probe: Int8Array, count: number): number[] {
  const all: number[] = [];
  rows.scores(probe, count, (first, scores, highest) => {
    assert.equal(first, all.length);
    assert.equal(highest, Math.max(0, ...scores));
    all.push(...scores);
  });
  return all;
}

const bytes = (length: number, min: number, max: number) =>
  fc.array(fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max)), {
    minLength: length,
    maxLength: length,
  });

describe('face gallery kernels', () => {
  for (const name of NAMES) {
    it(`${name}: the program in kernels.ts is the compiled .wat file`, async () => {
      const text = { relaxed: kernels.RELAXED, baseline: kernels.BASELINE }[name];
      assert.equal(text, await compileKernel('gallery', name), 'run: node tools/face-kernels.js');
    });

    it(`${name}: gives the very numbers of plain JavaScript`, () => {
      const make = wasmRows(name) ?? assert.fail('this runtime has the kernel');
      const sample = fc.integer({ min: 1, max: 300 }).chain((dimension) =>
        fc.record({
          dimension: fc.constant(dimension),
          probe: bytes(dimension, -127, 127),
          templates: fc.array(bytes(dimension, 1, 127), { minLength: 1, maxLength: 18 }),
        }),
      );
      fc.assert(
        fc.property(sample, ({ dimension, probe, templates }) => {
          const values = Int8Array.from(probe);
          const rows = templates.map((template) => Uint8Array.from(template));
          const expected = allScores(filled(plainRows(), rows), values, rows.length);
          const fast = filled(make(dimension), rows);
          assert.deepEqual(allScores(fast, values, rows.length), expected);
          assert.deepEqual(
            rows.map((_, row) => fast.score(values, row)),
            expected,
          );
        }),
        { numRuns: 200 },
      );
    });

    it(`${name}: holds at the largest values and the largest dimension`, () => {
      const make = wasmRows(name) ?? assert.fail('this runtime has the kernel');
      for (const [value, byte] of [
        [127, 127],
        [-127, 127],
        [127, 1],
        [-127, 1],
      ] as const) {
        const probe = new Int8Array(4096).fill(value);
        const rows = filled(make(4096), [new Uint8Array(4096).fill(byte)]);
        assert.deepEqual(allScores(rows, probe, 1), [4096 * value * (byte - 64) * weightOf(0)]);
      }
    });

    it(`${name}: goes through several blocks while the memory grows`, () => {
      const make = wasmRows(name) ?? assert.fail('this runtime has the kernel');
      const rows = make(16);
      const probe = new Int8Array(16).fill(1);
      const expected: number[] = [];
      for (let row = 0; row < 10_000; row++) {
        const byte = 1 + (row % 127);
        rows.write(row, new Uint8Array(16).fill(byte), weightOf(row));
        expected.push(16 * (byte - 64) * weightOf(row));
      }
      assert.deepEqual(allScores(rows, probe, 10_000), expected);
    });
  }
});
