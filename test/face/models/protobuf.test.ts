import assert from 'node:assert/strict';
import fc from 'fast-check';
import { constantField, readConstant } from '../../../lib/face/models/onnx.ts';
import { readFields, writeFields, type Field } from '../../../lib/face/models/protobuf.ts';

const number = fc.integer({ min: 1, max: 2 ** 28 - 1 });
const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ number, wire: fc.constant(0), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ number, wire: fc.constant(1), value: fixed(8) }),
  fc.record({ number, wire: fc.constant(2), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ number, wire: fc.constant(5), value: fixed(4) }),
);

describe('face: Protocol Buffers of a model', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const read = readFields(writeFields(fields));
        assert.deepEqual(
          read.map((each) => ({ ...each, value: plain(each.value) })),
          fields.map((each) => ({ ...each, value: plain(each.value) })),
        );
      }),
    );
  });

  it('of any bytes are read or refused with a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readFields(bytes);
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
    );
  });

  it('hold a constant with its shape and values', () => {
    const values = Float32Array.of(1.5, -2, 0, 3e-9, 4, 5);
    const { value } = constantField({ name: 'weights', shape: [2, 3], values });
    assert.ok(typeof value !== 'bigint');
    assert.deepEqual(readConstant(value), { name: 'weights', shape: [2, 3], values });
  });
});

function plain(value: bigint | Uint8Array): bigint | number[] {
  return typeof value === 'bigint' ? value : [...value];
}
