import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CREDENTIAL_FORMS } from '../../lib/model/credential.ts';
import { canonicalCard } from '../../lib/readers/conversion.ts';
import { bitsOfBytes, bitsOfHex, bitsOfText } from '../../lib/readers/wiegand/bits.ts';
import { decodeFrame, encodeFrame } from '../../lib/readers/wiegand/codec.ts';
import { findLayout, WIEGAND_FORMATS } from '../../lib/readers/wiegand/formats.ts';
import { bytes, fieldsOf, flip, throwsCode } from './support.ts';
import { BROKEN_WIEGAND, WIEGAND_VECTORS } from './vectors.ts';

const layouts = [...WIEGAND_FORMATS.values()];

function invert(bits: string): string {
  return Array.from(bits, (bit) => (bit === '1' ? '0' : '1')).join('');
}

const anyCard = fc
  .constantFrom(...layouts)
  .chain((layout) => fieldsOf(layout).map((fields) => ({ layout, fields })));

describe('Wiegand vectors', () => {
  for (const vector of WIEGAND_VECTORS) {
    const { format, facility, card, bits, hex, osdp, canonical } = vector;
    it(`${format} ${facility ?? '-'}/${card} encodes, decodes and has its canonical value`, () => {
      const layout = findLayout(format);
      const fields = { card, ...(facility !== undefined && { facility }) };
      assert.equal(encodeFrame(layout, fields), bits);
      const decoded = decodeFrame(bits, [layout]);
      assert.ok('card' in decoded);
      assert.equal(decoded.card.fields.card, BigInt(card));
      assert.equal(
        decoded.card.fields.facility,
        facility === undefined ? undefined : BigInt(facility),
      );
      assert.equal(canonicalCard(decoded.card.bytes), canonical);
      assert.match(canonical, CREDENTIAL_FORMS.card.pattern);
      assert.equal(bitsOfText(bits), bits);
      assert.equal(bitsOfHex(hex, layout.length), bits);
      assert.equal(bitsOfBytes(bytes(osdp), layout.length), bits);
    });
  }

  it('refuses 123/4567 with bit 5 flipped', () => {
    assert.deepEqual(decodeFrame(BROKEN_WIEGAND, layouts), { broken: { reason: 'parity' } });
  });
});

describe('Wiegand parity', () => {
  for (const { format, facility, card, bits } of WIEGAND_VECTORS) {
    it(`finds every single flipped bit of ${format} ${facility ?? '-'}/${card}`, () => {
      for (let at = 0; at < bits.length; at += 1) {
        const decoded = decodeFrame(flip(bits, at), layouts);
        assert.ok('broken' in decoded, `bit ${at + 1}`);
        assert.equal(decoded.broken.reason, 'parity');
      }
    });

    it(`hints at swapped wires for the inverted ${format} ${facility ?? '-'}/${card}`, () => {
      assert.deepEqual(decodeFrame(invert(bits), layouts), {
        broken: { reason: 'parity', hint: 'swappedWires' },
      });
    });
  }

  it('finds every single flipped bit of any card', () => {
    fc.assert(
      fc.property(anyCard, fc.nat(), ({ layout, fields }, place) => {
        const flipped = flip(encodeFrame(layout, fields), place % layout.length);
        const decoded = decodeFrame(flipped, [layout]);
        assert.ok('broken' in decoded);
        assert.equal(decoded.broken.reason, 'parity');
      }),
    );
  });

  it('names a length that no format has', () => {
    assert.deepEqual(decodeFrame('0'.repeat(25), layouts), {
      broken: { reason: 'length', detail: '25 bits' },
    });
  });
});

describe('Wiegand round trip', () => {
  it('gives back the fields of any card of any format', () => {
    fc.assert(
      fc.property(anyCard, ({ layout, fields }) => {
        const decoded = decodeFrame(encodeFrame(layout, fields), [layout]);
        assert.ok('card' in decoded);
        assert.deepEqual({ ...decoded.card.fields }, { ...fields });
      }),
    );
  });

  it('keeps facility and card in full in the canonical value: two cards of a format never share one', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...layouts)
          .chain((layout) => fc.tuple(fc.constant(layout), fieldsOf(layout), fieldsOf(layout))),
        ([layout, one, other]) => {
          const value = (fields: Record<string, bigint>): string => {
            const decoded = decodeFrame(encodeFrame(layout, fields), [layout]);
            assert.ok('card' in decoded);
            return canonicalCard(decoded.card.bytes);
          };
          const same = Object.keys(one).every((name) => one[name] === other[name]);
          assert.equal(value(one) === value(other), same);
        },
      ),
    );
  });

  it('refuses fields that are too large, negative, broken, missing or unknown', () => {
    const layout = findLayout('H10301');
    const encode = (fields: Record<string, number | bigint>) => () => encodeFrame(layout, fields);
    throwsCode('INPUT_INVALID', encode({ facility: 256, card: 1 }), /"facility".*8 bits/);
    throwsCode('INPUT_INVALID', encode({ facility: 1, card: -1 }), /"card"/);
    throwsCode('INPUT_INVALID', encode({ facility: 1, card: 1.5 }), /whole numbers/);
    throwsCode('INPUT_INVALID', encode({ facility: 1, card: Number.NaN }), /whole numbers/);
    throwsCode('INPUT_INVALID', encode({ facility: 1 }), /"card".*missing/);
    throwsCode('INPUT_INVALID', encode({ facility: 1, card: 1, issue: 1 }), /no field "issue"/);
  });
});

describe('Wiegand input forms', () => {
  it('refuses a bit string with anything but 0 and 1, an empty one, and more than 256 bits', () => {
    for (const text of ['', '01a', ' 01', '0'.repeat(257)])
      assert.equal(bitsOfText(text), undefined);
  });

  it('takes hexadecimal with leading zeros, and refuses bits above the length', () => {
    assert.equal(bitsOfHex('0002F764DD', 26), bitsOfHex('2F764DD', 26));
    assert.equal(bitsOfHex('4000000', 26), undefined);
    for (const hex of ['', 'XY', '-1', '1 2']) assert.equal(bitsOfHex(hex, 26), undefined);
    for (const length of [0, 257, 1.5, Number.NaN]) assert.equal(bitsOfHex('1', length), undefined);
  });

  it('takes exactly the bytes that the bits need and ignores what fills the last one', () => {
    assert.equal(bitsOfBytes(bytes('BDD93740'), 26), bitsOfBytes(bytes('BDD9377F'), 26));
    assert.equal(bitsOfBytes(bytes('BDD937'), 26), undefined);
    assert.equal(bitsOfBytes(bytes('BDD9374000'), 26), undefined);
  });

  it('gives back any frame from each form', () => {
    const frame = fc
      .array(fc.constantFrom('0', '1'), { minLength: 1, maxLength: 256 })
      .map((bits) => bits.join(''));
    fc.assert(
      fc.property(frame, (bits) => {
        const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
        const packed = Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
        assert.equal(bitsOfHex(BigInt(`0b${bits}`).toString(16), bits.length), bits);
        assert.equal(bitsOfBytes(packed, bits.length), bits);
      }),
    );
  });
});
