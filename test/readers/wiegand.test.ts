import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CREDENTIAL_FORMS } from '../../lib/model/credential.ts';
import { canonicalCard } from '../../lib/readers/conversion.ts';
import { bitsOfBytes, bitsOfHex, bitsOfText } from '../../lib/readers/wiegand/bits.ts';
import { decodeFrame, encodeFrame } from '../../lib/readers/wiegand/codec.ts';
import { findLayout, WIEGAND_FORMATS } from '../../lib/readers/wiegand/formats.ts';
import type { CompiledLayout, WiegandLayout } from '../../lib/readers/wiegand/layout.ts';
import { bytes, throwsCode } from './support.ts';
import { BROKEN_WIEGAND, WIEGAND_VECTORS } from './vectors.ts';

const layouts = [...WIEGAND_FORMATS.values()];

function flip(bits: string, at: number): string {
  return bits.slice(0, at) + (bits.charAt(at) === '1' ? '0' : '1') + bits.slice(at + 1);
}

function invert(bits: string): string {
  return Array.from(bits, (bit) => (bit === '1' ? '0' : '1')).join('');
}

/** Any fields that fit a layout. */
function fieldsOf(layout: CompiledLayout): fc.Arbitrary<Record<string, bigint>> {
  const entries = layout.fields.map(({ name, bits }) => [
    name,
    fc.bigInt({ min: 0n, max: (1n << BigInt(bits.length)) - 1n }),
  ]);
  return fc.record(Object.fromEntries(entries) as Record<string, fc.Arbitrary<bigint>>);
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

describe('Wiegand layouts of an integrator', () => {
  const own: WiegandLayout = {
    id: 'site-32',
    length: 32,
    fields: [
      { name: 'facility', bits: [[2, 8]] },
      {
        name: 'card',
        bits: [
          [20, 31],
          [9, 16],
        ],
      },
      { name: 'issue', bits: [[17, 19]] },
    ],
    parity: [
      { bit: 1, kind: 'even', over: [[2, 16]] },
      { bit: 32, kind: 'odd', over: [[1, 31]] },
    ],
  };
  const changed = (change: Partial<WiegandLayout>) => () => findLayout({ ...own, ...change });

  it('take part in decoding like the common ones', () => {
    const layout = findLayout(own);
    fc.assert(
      fc.property(fieldsOf(layout), (fields) => {
        const bits = encodeFrame(layout, fields);
        const decoded = decodeFrame(bits, [...layouts, layout]);
        assert.ok('card' in decoded);
        assert.deepEqual({ ...decoded.card.fields }, { ...fields });
        assert.ok('broken' in decodeFrame(flip(bits, 5), [...layouts, layout]));
      }),
    );
  });

  it('put the runs of a field together in the order in which they are listed', () => {
    const layout = findLayout(own);
    const bits = encodeFrame(layout, { facility: 0, card: 0xabc_de, issue: 0 });
    assert.equal(bits.slice(19, 31), (0xabc).toString(2));
    assert.equal(bits.slice(8, 16), (0xde).toString(2));
  });

  it('are refused with a sentence that names the fault', () => {
    const field = (name: 'card' | 'facility', from: number, to: number) =>
      ({ name, bits: [[from, to]] }) satisfies WiegandLayout['fields'][number];
    const parity = (bit: number, from: number, to: number) =>
      ({ bit, kind: 'even', over: [[from, to]] }) satisfies WiegandLayout['parity'][number];
    const cases: [Partial<WiegandLayout>, RegExp][] = [
      [{ fields: [field('card', 9, 33)] }, /"site-32": bit 33 is outside 1 to 32/],
      [{ fields: [field('card', 9, 8)] }, /9 to 8 runs backwards/],
      [{ fields: [field('facility', 2, 8)] }, /"card" is missing/],
      [{ fields: [field('card', 2, 8), field('card', 9, 10)] }, /stands twice/],
      [{ fields: [field('card', 2, 8), field('facility', 8, 10)] }, /bit 8 is used twice/],
      [{ fields: [field('card', 1, 8)] }, /bit 1 is used twice/],
      [{ parity: [parity(40, 2, 3)] }, /bit 40 is outside/],
      [{ fields: [field('card', 9, 31)], parity: [parity(1, 1, 3)] }, /bit 1 lists itself/],
      [{ parity: [parity(1, 2, 32), parity(32, 2, 3)] }, /bit 1 needs bit 32, which comes later/],
      [
        {
          parity: [
            {
              bit: 1,
              kind: 'odd',
              over: [
                [2, 4],
                [4, 5],
              ],
            },
          ],
        },
        /counts a bit twice/,
      ],
      [{ length: 300 }, /Wiegand layout.length/],
      [{ id: '' }, /Wiegand layout.id/],
    ];
    for (const [change, message] of cases) throwsCode('CONFIG_INVALID', changed(change), message);
    throwsCode('CONFIG_INVALID', () => findLayout('H99999'), /no Wiegand format "H99999"/);
  });

  it('hold the longest card number of a credential: 32 bytes', () => {
    const layout = findLayout({
      id: 'long',
      length: 256,
      fields: [{ name: 'card', bits: [[1, 256]] }],
      parity: [],
    });
    const decoded = decodeFrame(encodeFrame(layout, { card: (1n << 256n) - 1n }), [layout]);
    assert.ok('card' in decoded);
    assert.equal(canonicalCard(decoded.card.bytes), 'F'.repeat(64));
  });
});
