import assert from 'node:assert/strict';
import { LineCutter } from '../../lib/readers/framing/line-cutter.ts';
import { ascii, openReader, valuesOf } from './support.ts';

describe('line ends', () => {
  const lines = (end: ConstructorParameters<typeof LineCutter>[0], text: string, limit = 8) =>
    new LineCutter(end, limit)
      .push(ascii(text))
      .map((frame) =>
        'bytes' in frame ? Buffer.from(frame.bytes).toString('latin1') : frame.broken.reason,
      );

  it('are the ones that are set, and no others', () => {
    const text = 'a\rb\nc\td\r\ne';
    assert.deepEqual(lines('any', text), ['a', 'b', 'c', 'd']);
    assert.deepEqual(lines('cr', text), ['a', 'b\nc\td']);
    assert.deepEqual(lines('lf', text), ['a\rb', 'c\td\r']);
    assert.deepEqual(lines('tab', text), ['a\rb\nc']);
    assert.deepEqual(lines('crlf', text), ['a\rb\nc\td']);
    assert.deepEqual(lines('none', text), []);
  });

  it('make no line of nothing', () => {
    assert.deepEqual(lines('any', '\r\n\r\n\t'), []);
    assert.deepEqual(lines('crlf', '\r\n\r\n\n'), []);
  });

  it('close a line that is too long as one broken one, and no part of it is a line', () => {
    assert.deepEqual(lines('any', '12345678\r123456789\r12\r'), ['12345678', 'tooLong', '12']);
    assert.deepEqual(lines('crlf', '12345678\r\n123456789\r\n12\r\n'), [
      '12345678',
      'tooLong',
      '12',
    ]);
    assert.deepEqual(lines('any', `${'9'.repeat(100_000)}\r7\r`), ['tooLong', '7']);
  });

  it('may be missing in a message that is whole', () => {
    const reader = openReader(
      { kind: 'number', notation: 'decimal', end: 'crlf' },
      { delivery: 'whole' },
    );
    assert.deepEqual(valuesOf(reader.push('0011781333', 0).readings), ['00B3C4D5']);
    assert.deepEqual(valuesOf(reader.push('0011781333\r\n', 0).readings), ['00B3C4D5']);
    assert.equal(reader.deadline, undefined);
  });
});
