import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CREDENTIAL_FORMS } from '../../lib/model/credential.ts';
import {
  arrange,
  canonicalCard,
  CONVERSION_IDS,
  CONVERSIONS,
  isRandomUid,
} from '../../lib/readers/conversion.ts';
import type { ConversionId } from '../../lib/readers/conversion.ts';
import { bytesOfNumber, hexOf } from '../../lib/readers/bytes.ts';
import { parseNumber } from '../../lib/readers/number.ts';
import { canonicalFromPrinted } from '../../lib/readers/printed.ts';
import { encodeFrame } from '../../lib/readers/wiegand/codec.ts';
import { findLayout } from '../../lib/readers/wiegand/formats.ts';
import { bytes, onlyCard, openReader, throwsCode } from './support.ts';
import { BYTE_ORDERS, UID, WIEGAND_VECTORS } from './vectors.ts';

describe('conversions', () => {
  it('give every form in which readers report DE AD BE EF', () => {
    const expected: [ConversionId, string][] = [
      ['asRead', 'DEADBEEF'],
      ['reversed', 'EFBEADDE'],
      ['last4', 'DEADBEEF'],
      ['first4', 'DEADBEEF'],
      ['last3', '00ADBEEF'],
      ['first3', '00DEADBE'],
      ['reversedLast4', 'EFBEADDE'],
      ['reversedFirst4', 'EFBEADDE'],
      ['reversedLast3', '00BEADDE'],
      ['reversedFirst3', '00EFBEAD'],
    ];
    assert.deepEqual(
      expected.map(([id]) => id),
      CONVERSION_IDS,
    );
    for (const [id, value] of expected) assert.equal(canonicalCard(arrange(bytes(UID), id)), value);
  });

  it('agree with the two decimal numbers of a 26-bit report', () => {
    const printed = (id: ConversionId): string => {
      const [high = 0, ...low] = arrange(bytes(UID), id);
      return `${high},${Buffer.from(low).readUInt16BE()}`;
    };
    assert.equal(printed('last3'), '173,48879');
    assert.equal(printed('first3'), '222,44478');
    assert.equal(printed('reversedLast3'), '190,44510');
  });

  it('take the lower 32 bits of a longer tag', () => {
    assert.equal(canonicalCard(arrange(bytes('0A00B3C4D5'), 'last4')), '00B3C4D5');
    assert.equal(canonicalCard(arrange(bytes('04A1B2C3D4E5F6'), 'first4')), '04A1B2C3');
    assert.equal(canonicalCard(arrange(bytes('04A1B2C3D4E5F6'), 'reversedLast4')), 'C3B2A104');
  });

  it('leave the number that came in as it was', () => {
    const uid = bytes(UID);
    for (const id of CONVERSION_IDS) arrange(uid, id);
    assert.equal(hexOf(uid), UID);
  });

  it('make a value of the credential form of any number of 1 to 32 bytes', () => {
    const number = fc.uint8Array({ minLength: 1, maxLength: 32 });
    fc.assert(
      fc.property(number, fc.constantFrom(...CONVERSION_IDS), (read, id) => {
        assert.match(canonicalCard(arrange(read, id)), CREDENTIAL_FORMS.card.pattern);
      }),
    );
  });

  it('undo a reversal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), (read) => {
        assert.deepEqual(arrange(arrange(read, 'reversed'), 'reversed'), read);
        assert.equal(CONVERSIONS.reversed.reverse, true);
      }),
    );
  });
});

describe('one card on many readers', () => {
  for (const { report, notation, conversion, part } of BYTE_ORDERS) {
    it(`has one value, also where a reader says ${report}`, () => {
      const reader = openReader(
        { kind: 'number', notation, end: 'any', conversion },
        { delivery: 'whole' },
      );
      const whole = openReader(
        { kind: 'number', notation: 'hex', end: 'any', conversion: part ?? 'asRead' },
        { delivery: 'whole' },
      );
      const value = onlyCard(reader.push(report, 0).readings).value;
      assert.equal(value, onlyCard(whole.push(UID, 0).readings).value);
      if (part === undefined) assert.equal(value, UID);
    });
  }

  it('has it on a 34-bit Wiegand line in either byte order, and on a 26-bit one as its last three bytes', () => {
    const wiegand = (format: string, conversion: ConversionId, hex: string, length: number) => {
      const reader = openReader({ kind: 'wiegand', formats: [format], conversion });
      return onlyCard(reader.push({ hex, length }, 0).readings).value;
    };
    assert.equal(wiegand('RAW34', 'asRead', '3BD5B7DDE', 34), UID);
    assert.equal(wiegand('H10306', 'asRead', '3BD5B7DDE', 34), UID);
    assert.equal(wiegand('RAW34', 'reversed', '3BD5B7DDE', 34), 'EFBEADDE');
    const last3 = openReader({ kind: 'wiegand', formats: ['H10301'] });
    const frame = encodeFrame(findLayout('H10301'), { facility: 173, card: 48879 });
    assert.equal(onlyCard(last3.push(`${frame}\n`, 0).readings).value, '00ADBEEF');
  });
});

describe('random UIDs', () => {
  it('are 4 bytes that begin with 08, most significant first', () => {
    assert.equal(isRandomUid(bytes('08000000')), true);
    for (const uid of ['', '08', '0800000000', '88000000', '00000008', '08112233445566']) {
      assert.equal(isRandomUid(bytes(uid)), false, uid);
    }
  });

  it('are flagged in the byte order of the card, whatever part is taken', () => {
    const flag = (report: string, conversion: ConversionId) => {
      const reader = openReader({ kind: 'number', notation: 'hex', end: 'any', conversion });
      return onlyCard(reader.push(`${report}\r`, 0).readings).randomUid;
    };
    assert.equal(flag('08ADBEEF', 'asRead'), true);
    assert.equal(flag('EFBEAD08', 'reversed'), true);
    assert.equal(flag('EFBEAD08', 'reversedLast3'), true);
    assert.equal(flag('08ADBEEF', 'reversed'), undefined);
    assert.equal(flag('DE08BEEF', 'last3'), undefined);
  });

  it('are flagged on a line with the raw UID, not where the number is one of facility and card', () => {
    const frame = encodeFrame(findLayout('RAW34'), { card: 0x08ff0000 });
    const flag = (format: string) => {
      const [reading] = openReader({ kind: 'wiegand', formats: [format] }).push(
        `${frame}\n`,
        0,
      ).readings;
      assert.equal(reading?.report, '08FF0000');
      return reading.randomUid;
    };
    assert.equal(flag('RAW34'), true);
    assert.equal(flag('H10306'), undefined);
  });
});

describe('written numbers', () => {
  it('are read as decimal, hexadecimal and 3+5', () => {
    const read = (...args: Parameters<typeof parseNumber>) => {
      const number = parseNumber(...args);
      return number && hexOf(number);
    };
    assert.equal(read('0011781333', 'decimal'), '00B3C4D5');
    assert.equal(read('0A00B3C4D5', 'hex'), '0A00B3C4D5');
    assert.equal(read('de:ad-be ef', 'hex'), 'DEADBEEF');
    assert.equal(read('179,50389', 'threeFive'), 'B3C4D5');
    assert.equal(read('17950389', 'threeFive'), 'B3C4D5');
    assert.equal(read(' 179.50389 ', 'threeFive'), 'B3C4D5');
  });

  it('get back the zeros that a keyboard reader cut, where the width is set', () => {
    const read = (...args: Parameters<typeof parseNumber>) =>
      hexOf(parseNumber(...args) ?? bytes(''));
    assert.equal(read('11781333', 'decimal', 5), '0000B3C4D5');
    assert.equal(read('B3C4D5', 'hex', 5), '0000B3C4D5');
    assert.equal(read('3C4D5', 'hex', 4), '0003C4D5');
    assert.equal(read('3150389', 'threeFive'), '1FC4D5');
    assert.equal(read('7', 'threeFive', 4), '00000007');
  });

  it('are refused if they are none or longer than the width or a credential', () => {
    const refused: Parameters<typeof parseNumber>[] = [
      ['', 'decimal'],
      ['12a', 'decimal'],
      ['-5', 'decimal'],
      ['1e5', 'decimal'],
      ['٣', 'decimal'],
      ['4294967296', 'decimal', 4],
      ['9'.repeat(78), 'decimal'],
      ['9'.repeat(79), 'decimal'],
      ['ABC', 'hex'],
      ['', 'hex'],
      ['0x12', 'hex'],
      ['AB'.repeat(33), 'hex'],
      ['DEADBEEF', 'hex', 3],
      ['256,1', 'threeFive'],
      ['1,65536', 'threeFive'],
      ['1,2,3', 'threeFive'],
      ['17965536', 'threeFive'],
      ['123456789', 'threeFive'],
    ];
    for (const args of refused) assert.equal(parseNumber(...args), undefined, String(args));
  });

  it('survive the way through bytes, any number of up to 32 bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (value) => {
        assert.equal(BigInt(`0x${hexOf(bytesOfNumber(value, 4))}`), value);
        assert.deepEqual(parseNumber(value.toString(), 'decimal'), bytesOfNumber(value, 4));
      }),
    );
  });
});

describe('numbers typed in by hand', () => {
  it('get the same value as the read of the same card', () => {
    for (const { format, facility, card, canonical } of WIEGAND_VECTORS) {
      const printed = facility === undefined ? String(card) : `${facility},${card}`;
      assert.equal(canonicalFromPrinted(printed, { as: 'wiegand', format }), canonical);
    }
  });

  it('may have any usual separator', () => {
    for (const printed of ['123,45678', '123/45678', '123 45678', '123 - 45678', ' 123:45678 ']) {
      assert.equal(canonicalFromPrinted(printed, { as: 'wiegand', format: 'H10301' }), '007BB26E');
    }
    assert.equal(canonicalFromPrinted('0011781333', { as: 'decimal' }), '00B3C4D5');
    assert.equal(canonicalFromPrinted('179,50389', { as: 'threeFive' }), '00B3C4D5');
    assert.equal(canonicalFromPrinted('de:ad:be:ef', { as: 'hex' }), UID);
    assert.equal(canonicalFromPrinted('11781333', { as: 'decimal', bytes: 5 }), '0000B3C4D5');
  });

  it('are refused with a sentence if they do not fit the form', () => {
    const wiegand = (printed: string) => () =>
      canonicalFromPrinted(printed, { as: 'wiegand', format: 'H10301' });
    for (const printed of ['45678', '1,2,3', 'a,b', '', '123,']) {
      throwsCode('INPUT_INVALID', wiegand(printed), /facility, card as decimal numbers/);
    }
    throwsCode('INPUT_INVALID', wiegand('123,65536'), /"card".*16 bits/);
    throwsCode('INPUT_INVALID', () => canonicalFromPrinted('x', { as: 'hex' }), /form hex/);
    throwsCode('CONFIG_INVALID', () => canonicalFromPrinted('1', { as: 'wiegand', format: 'no' }));
  });
});
