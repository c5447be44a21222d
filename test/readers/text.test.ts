import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codeText } from '../../lib/readers/text.ts';
import { ascii, feed, openReader, valuesOf } from './support.ts';

const qr = { kind: 'qr', end: 'cr' } as const;

function scan(text: string | Uint8Array, form = {}) {
  const line = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return feed(openReader({ ...qr, ...form }), [line, ascii('\r')]);
}

describe('QR text', () => {
  it('is the text of the code, without the mark of the symbology', () => {
    assert.deepEqual(valuesOf(scan('VISIT-0815').readings), ['VISIT-0815']);
    assert.deepEqual(valuesOf(scan(']Q1VISIT-0815').readings), ['VISIT-0815']);
    assert.deepEqual(valuesOf(scan(']Q3Größe 漢字 🎫').readings), ['Größe 漢字 🎫']);
    assert.deepEqual(valuesOf(scan(']X1VISIT').readings), [']X1VISIT']);
    assert.equal(scan('VISIT').readings[0]?.format, 'qr');
    assert.equal(scan('GW1:hq:gate:K7:x').readings[0]?.format, 'token');
  });

  it('is parted from the fixed text of a scanner, whichever side of the mark that is', () => {
    const form = { prefix: 'S1>', suffix: '<E' };
    for (const text of ['S1>VISIT<E', ']Q1S1>VISIT<E', 'S1>]Q1VISIT<E']) {
      assert.deepEqual(valuesOf(scan(text, form).readings), ['VISIT'], text);
    }
    for (const text of ['VISIT', 'S1>VISIT', 'VISIT<E', 'S1', 'S1><', '<ES1>']) {
      assert.equal(scan(text, form).broken[0]?.reason, 'form', text);
    }
    assert.equal(scan('S1><E', form).broken[0]?.reason, 'tooShort');
  });

  it('loses one mark only', () => {
    assert.deepEqual(codeText(']Q1]Q1A', {}), { text: ']Q1A' });
  });

  it('has 1 to 256 characters, also where these take more bytes', () => {
    assert.equal(scan('x'.repeat(256)).readings.length, 1);
    assert.equal(scan('🎫'.repeat(256)).readings.length, 1);
    assert.equal(scan('x'.repeat(257)).broken[0]?.reason, 'tooLong');
    assert.equal(scan('x'.repeat(4000)).broken[0]?.reason, 'tooLong');
    assert.equal(scan(']Q1').broken[0]?.reason, 'tooShort');
  });

  it('holds no control or format characters, and is UTF-8', () => {
    for (const text of ['a\0b', 'a\nb', 'a\tb', 'a\u001bb', 'a\u0085b', 'a\u202eb', 'a\u200bb']) {
      assert.deepEqual(scan(text).readings, [], JSON.stringify(text));
      assert.equal(scan(text).broken[0]?.reason, 'form');
    }
    for (const bad of ['\xff\xfe', 'a\xc3', '\xed\xa0\x80', '\xc0\x80']) {
      assert.deepEqual(scan(ascii(bad)), { readings: [], broken: [{ reason: 'form' }] });
    }
  });

  it('is data, whatever it says', () => {
    const texts = [
      "' OR 1=1 --",
      '../../etc/passwd',
      '<script>alert(1)</script>',
      '=cmd|calc!A1',
      '${process.exit()}',
      '{"type":"card","value":"DEADBEEF"}',
      '__proto__',
    ];
    for (const text of texts) assert.deepEqual(valuesOf(scan(text).readings), [text]);
  });

  it('comes through unchanged, any printable text of up to 256 characters', () => {
    const printable = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 256 })
      .filter((text) => text === text.trim() && !text.startsWith(']Q'));
    fc.assert(
      fc.property(printable, (text) => {
        assert.deepEqual(valuesOf(scan(text).readings), [text]);
        assert.deepEqual(valuesOf(scan(`]Q1${text}`).readings), [text]);
      }),
    );
  });
});

describe('number lines', () => {
  const decimal = { kind: 'number', notation: 'decimal', end: 'any' } as const;
  const values = (form: Parameters<typeof openReader>[0], text: string) =>
    valuesOf(feed(openReader(form), [text]).readings);

  it('give decimal, hexadecimal and 3+5 numbers', () => {
    assert.deepEqual(values(decimal, '0011781333\r\n'), ['00B3C4D5']);
    assert.deepEqual(values({ ...decimal, notation: 'hex' }, '0A00B3C4D5\r\n'), ['0A00B3C4D5']);
    assert.deepEqual(values({ ...decimal, notation: 'threeFive' }, '179,50389\r'), ['00B3C4D5']);
  });

  it('may have fixed text around them and cut zeros', () => {
    const form = { ...decimal, prefix: 'ID=', suffix: ';', bytes: 5 };
    assert.deepEqual(values(form, 'ID=11781333;\t'), ['0000B3C4D5']);
    assert.deepEqual(values(form, '11781333\t'), []);
  });

  it('are broken if they are no number, and say nothing of what stood there', () => {
    const { readings, broken } = feed(openReader(decimal), [
      '12a4\r',
      'password\r',
      '9'.repeat(79),
      '\r',
    ]);
    assert.deepEqual(readings, []);
    assert.deepEqual(broken, [{ reason: 'form' }, { reason: 'form' }, { reason: 'form' }]);
  });
});
