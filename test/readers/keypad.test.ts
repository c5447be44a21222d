import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { keyOf } from '../../lib/readers/keypad/keys.ts';
import type { KeyCode } from '../../lib/readers/keypad/keys.ts';
import { bytes, feed, openReader, valuesOf } from './support.ts';

const KEYS = '0123456789*#';
const CODES: Record<KeyCode, string> = {
  '4bit': '000102030405060708090A0B',
  '8bit': 'F0E1D2C3B4A5968778695A4B',
  ascii: '303132333435363738392A23',
};

function pressed(code: KeyCode, keys: string): Uint8Array {
  const codes = bytes(CODES[code]);
  return Uint8Array.from(keys, (key) => codes[KEYS.indexOf(key)] ?? 0xff);
}

function pins(keys: string, pin = {}): string[] {
  const reader = openReader({ kind: 'keypad', code: 'ascii', pin });
  return valuesOf(feed(reader, [pressed('ascii', keys)], false).readings);
}

describe('keys', () => {
  for (const code of ['4bit', '8bit', 'ascii'] as const) {
    it(`of a ${code} keypad are all known`, () => {
      const keys = Array.from(bytes(CODES[code]), (byte) => keyOf(byte, code));
      const digits = Array.from('0123456789', (digit) => ({ key: { digit } }));
      assert.deepEqual(keys, [...digits, { key: 'clear' }, { key: 'enter' }]);
    });
  }

  it('of an OSDP keypad use 7F for * and 0D for #', () => {
    assert.deepEqual(keyOf(0x7f, 'ascii'), { key: 'clear' });
    assert.deepEqual(keyOf(0x0d, 'ascii'), { key: 'enter' });
  });

  it('of 8 bits are refused unless their halves are inverse: 16 of 256 codes remain, 12 of them keys', () => {
    const all = Array.from({ length: 256 }, (_, byte) => keyOf(byte, '8bit'));
    assert.equal(all.filter((key) => 'key' in key).length, 12);
    assert.equal(all.filter((key) => 'broken' in key && key.broken.reason === 'check').length, 240);
  });

  it('that do not exist are no key', () => {
    assert.deepEqual(keyOf(0x0c, '4bit'), { broken: { reason: 'form', detail: 'not a key' } });
    assert.equal('broken' in keyOf(0xff, '4bit'), true);
    assert.equal('broken' in keyOf(0x41, 'ascii'), true);
  });
});

describe('PIN entry', () => {
  it('ends by # or by the most digits, whichever comes first', () => {
    assert.deepEqual(pins('1234#'), ['1234']);
    assert.deepEqual(pins('12345678'), ['12345678']);
    assert.deepEqual(pins('123456781234#'), ['12345678', '1234']);
    assert.deepEqual(pins('4711#', { maxDigits: 4 }), ['4711']);
    assert.deepEqual(pins('47114712', { maxDigits: 4 }), ['4711', '4712']);
  });

  it('begins anew with *', () => {
    assert.deepEqual(pins('99*1234#'), ['1234']);
    assert.deepEqual(pins('*#*##'), []);
  });

  it('is no PIN with too few digits', () => {
    const reader = openReader({ kind: 'keypad', code: 'ascii' });
    assert.deepEqual(feed(reader, ['123#', '1234#']).broken, [{ reason: 'tooShort' }]);
    assert.deepEqual(pins('12345#123456#', { minDigits: 6 }), ['123456']);
  });

  it('forgets the digits after the time without a key', () => {
    const reader = openReader({ kind: 'keypad', code: 'ascii', pin: { timeout: 5000 } });
    reader.push('12', 0);
    reader.push('3', 4000);
    assert.equal(reader.deadline, 9000);
    assert.deepEqual(valuesOf(reader.push('4#', 8999).readings), ['1234']);
    assert.equal(reader.deadline, undefined);
    reader.push('12', 10_000);
    reader.idle(15_000);
    assert.equal(reader.deadline, undefined);
    assert.deepEqual(reader.push('34#', 15_001).broken, [{ reason: 'tooShort' }]);
    reader.push('12', 20_000);
    assert.deepEqual(reader.push('34#', 25_000).readings, [], 'without a call of idle, too');
  });

  it('does not make a PIN of what is left when a key was damaged', () => {
    const damaged = bytes('E1D2' + '00' + 'C3B4A5964B');
    const reader = openReader({ kind: 'keypad', code: '8bit' });
    const fed = feed(reader, [damaged], false);
    assert.deepEqual(fed, {
      readings: [],
      broken: [{ reason: 'check' }, { reason: 'incomplete' }],
    });
    assert.deepEqual(valuesOf(reader.push(pressed('8bit', '1234#'), 0).readings), ['1234']);
  });

  it('does not become one by its length either when a key was damaged', () => {
    const reader = openReader({ kind: 'keypad', code: '8bit', pin: { maxDigits: 4 } });
    assert.deepEqual(feed(reader, [bytes('E100' + 'D2C3B4A5')], false).readings, []);
    assert.deepEqual(valuesOf(reader.push(pressed('8bit', '*1234'), 0).readings), ['1234']);
    reader.push(bytes('E100'), 0);
    assert.deepEqual(valuesOf(reader.push(pressed('8bit', '1234'), 5000).readings), ['1234']);
  });

  it('gives any PIN of 4 to 8 digits, on any keypad', () => {
    const pin = fc.stringMatching(/^\d{4,8}$/);
    fc.assert(
      fc.property(pin, fc.constantFrom<KeyCode>('4bit', '8bit', 'ascii'), (digits, code) => {
        const reader = openReader({ kind: 'keypad', code });
        assert.deepEqual(valuesOf(feed(reader, [pressed(code, `${digits}#`)]).readings), [digits]);
      }),
    );
  });

  it('never shows the digits', () => {
    const reader = openReader({ kind: 'keypad', code: 'ascii' });
    reader.push('48151', 0);
    const held = inspect(reader, { depth: 10, showHidden: true });
    const output = reader.push('623#', 0);
    const shown = [
      held,
      JSON.stringify(output),
      inspect(output, { depth: 10, showHidden: true }),
      JSON.stringify(output.readings.map((reading) => ({ ...reading }))),
      String(output.readings.map((reading) => (reading.type === 'pin' ? reading.secret : ''))),
    ];
    for (const text of shown) assert.doesNotMatch(text, /4815|1623/);
    assert.deepEqual(valuesOf(output.readings), ['48151623']);
  });
});

describe('a Wiegand line with keypad', () => {
  const open = () => openReader({ kind: 'wiegand', formats: ['H10301'], keypad: {} });
  const bursts = (code: '4bit' | '8bit', keys: string): string =>
    Array.from(pressed(code, keys), (byte) =>
      byte.toString(2).padStart(code === '4bit' ? 4 : 8, '0'),
    ).join('\n') + '\n';

  it('gives cards and PINs, from bursts of 4 and of 8 bits', () => {
    const card = '10111101110110010011011101\n';
    const fed = feed(open(), [card, bursts('4bit', '1234#'), card, bursts('8bit', '5678#')]);
    assert.deepEqual(valuesOf(fed.readings), ['007BB26E', '1234', '007BB26E', '5678']);
    assert.deepEqual(open().yields, ['card', 'pin']);
  });

  it('makes no PIN when a burst lost a bit', () => {
    const fed = feed(open(), [bursts('4bit', '12'), '001\n', bursts('4bit', '3456#')]);
    assert.deepEqual(fed.readings, []);
    assert.deepEqual(fed.broken, [{ reason: 'length' }, { reason: 'incomplete' }]);
  });

  it('does not mind a damaged card between card and PIN', () => {
    const fed = feed(open(), ['10110101100010001110101110\n', bursts('4bit', '1234#')]);
    assert.deepEqual(valuesOf(fed.readings), ['1234']);
    assert.deepEqual(fed.broken, [{ reason: 'parity' }]);
  });

  it('takes no keys where there is no keypad', () => {
    const reader = openReader({ kind: 'wiegand', formats: ['H10301'] });
    const fed = feed(reader, [bursts('4bit', '1234#')]);
    assert.deepEqual(fed.readings, []);
    assert.equal(fed.broken.length, 5);
  });
});
