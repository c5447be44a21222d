import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PIXELS } from '../../../lib/face/pictures/kernels.ts';
import {
  fromBox,
  moved,
  type Raster,
  type Similarity,
  type Size,
} from '../../../lib/face/pictures/raster.ts';
import { resample } from '../../../lib/face/pictures/resample.ts';
import { compileKernel } from '../../../tools/face-kernels.js';
import { seeded } from '../support.ts';

describe('face: resampling', () => {
  it('runs the compiled .wat file', async () => {
    const compiled = await compileKernel('pictures', 'pixels');
    assert.equal(PIXELS, compiled, 'run: node tools/face-kernels.js');
  });

  it('turns, moves and scales by the mix of four pixels, and is black outside', () => {
    const scale = fc.double({ min: 0.1, max: 1.9, noNaN: true });
    const angle = fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true }));
    const shift = fc.double({ min: -40, max: 40, noNaN: true });
    fc.assert(
      fc.property(
        size(1, 40),
        size(1, 30),
        scale,
        angle,
        shift,
        shift,
        (of, to, by, turn, tx, ty) => {
          const source = noise(of);
          const from = { a: by * Math.cos(turn), b: by * Math.sin(turn), tx, ty };
          assertNear(resample(source, from, to), mixed(source, from, to));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes the mean of whole blocks, rounded down, where it shrinks by a whole number', () => {
    fc.assert(
      fc.property(size(1, 12), fc.integer({ min: 2, max: 20 }), (to, block) => {
        const of = { width: to.width * block, height: to.height * block };
        const source = noise(of);
        const result = resample(source, fromBox({ x: 0, y: 0, ...of }, to), to);
        assert.deepEqual(result, means(source, to, block));
      }),
      { numRuns: 50 },
    );
  });

  it('is black where the way there is no number, and far outside', () => {
    const to = { width: 8, height: 8 };
    const black = { ...to, data: new Uint8Array(8 * 8 * 3) };
    resample(noise({ width: 40, height: 30 }), { a: 1, b: 0, tx: 0, ty: 0 }, to);
    for (const from of [
      { a: NaN, b: NaN, tx: NaN, ty: NaN },
      { a: 1, b: 0, tx: NaN, ty: 0 },
      { a: Infinity, b: 0, tx: 0, ty: 0 },
      { a: 1, b: 0, tx: -Infinity, ty: 0 },
      { a: 1, b: 0, tx: 1e12, ty: -1e12 },
    ]) {
      assert.deepEqual(resample(noise({ width: 40, height: 30 }), from, to), black);
    }
  });

  it('leaves blocks as they are where they are the result already', () => {
    const source = noise({ width: 40, height: 30 });
    const to = { width: 20, height: 15 };
    assert.deepEqual(resample(source, { a: 2, b: 0, tx: 0, ty: 0 }, to), means(source, to, 2));
  });

  it('is black where it points to nothing, or to less than a block', () => {
    const black = { width: 4, height: 4, data: new Uint8Array(48) };
    for (const from of [
      { a: 1, b: 0, tx: 1000, ty: 0 },
      { a: 5, b: 0, tx: -500, ty: -500 },
      { a: 64, b: 0, tx: 0, ty: 0 },
    ]) {
      assert.deepEqual(resample(noise({ width: 20, height: 20 }), from, black), black);
    }
  });
});

function size(min: number, max: number): fc.Arbitrary<Size> {
  const side = fc.integer({ min, max });
  return fc.record({ width: side, height: side });
}

function noise({ width, height }: Size): Raster {
  const random = seeded(width * 1000 + height);
  const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256));
  return { width, height, data };
}

function mixed(source: Raster, from: Similarity, to: Size): Raster {
  const data = Array.from({ length: to.width * to.height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const { x, y } = moved(from, (pixel % to.width) + 0.5, Math.floor(pixel / to.width) + 0.5);
    if (x < 0 || y < 0 || x > source.width || y > source.height) return 0;
    const left = Math.floor(x - 0.5);
    const top = Math.floor(y - 0.5);
    const colour = (column: number, row: number): number => colourAt(source, column, row, at % 3);
    const u = x - 0.5 - left;
    const v = y - 0.5 - top;
    const north = colour(left, top) * (1 - u) + colour(left + 1, top) * u;
    const south = colour(left, top + 1) * (1 - u) + colour(left + 1, top + 1) * u;
    return Math.floor(north * (1 - v) + south * v + 0.5);
  });
  return { ...to, data: Uint8Array.from(data) };
}

/** Of the nearest pixel there is. */
function colourAt({ width, height, data }: Raster, column: number, row: number, channel: number) {
  const x = Math.min(Math.max(column, 0), width - 1);
  const y = Math.min(Math.max(row, 0), height - 1);
  return data[(y * width + x) * 3 + channel] ?? NaN;
}

function means(source: Raster, to: Size, block: number): Raster {
  const data = Array.from({ length: to.width * to.height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const left = (pixel % to.width) * block;
    const top = Math.floor(pixel / to.width) * block;
    let sum = 0;
    for (let row = top; row < top + block; row += 1) {
      for (let column = left; column < left + block; column += 1) {
        sum += colourAt(source, column, row, at % 3);
      }
    }
    return Math.floor(sum / block ** 2);
  });
  return { ...to, data: Uint8Array.from(data) };
}

/** Single values may be rounded the other way: the kernel counts in 32-bit floats. */
function assertNear(found: Raster, expected: Raster): void {
  assert.equal(found.data.length, expected.data.length);
  const apart = found.data.findIndex(
    (value, at) => Math.abs(value - (expected.data[at] ?? NaN)) > 1,
  );
  assert.equal(apart, -1, `value ${apart} is ${found.data[apart]}, not ${expected.data[apart]}`);
}
