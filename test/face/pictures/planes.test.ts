import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planesOf, type Colours } from '../../../lib/face/pictures/planes.ts';

describe('face: planes', () => {
  it('hold each colour by itself, in the order and the range that a network wants', () => {
    const side = fc.integer({ min: 1, max: 9 });
    const order = fc.constantFrom<Colours['order']>('RGB', 'BGR');
    const three = (min: number) =>
      fc.array(fc.integer({ min, max: 255 }), { minLength: 3, maxLength: 3 });
    const picture = fc.record({ width: side, height: side }).chain(({ width, height }) => {
      const length = width * height * 3;
      const data = fc.uint8Array({ minLength: length, maxLength: length });
      return fc.record({ width: fc.constant(width), height: fc.constant(height), data });
    });
    fc.assert(
      fc.property(picture, order, three(0), three(1), (raster, order, mean, deviation) => {
        const pixels = raster.width * raster.height;
        const expected = Array.from({ length: pixels * 3 }, (_, at) => {
          const channel = Math.floor(at / pixels);
          const from = order === 'RGB' ? channel : 2 - channel;
          const value = raster.data[(at % pixels) * 3 + from] ?? NaN;
          return (value - (mean[channel] ?? NaN)) / (deviation[channel] ?? NaN);
        });
        const planes = planesOf(raster, { order, mean, deviation });
        assert.equal(planes.length, expected.length);
        for (const [at, value] of expected.entries()) {
          assert.ok(Math.abs(value - (planes[at] ?? NaN)) <= Math.abs(value) * 1e-6);
        }
      }),
    );
  });
});
