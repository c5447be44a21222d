import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createReader } from '../../lib/readers/reader.ts';
import { learn } from '../../lib/readers/learn/learn.ts';
import { canonicalFromPrinted } from '../../lib/readers/printed.ts';
import { encodeFrame } from '../../lib/readers/wiegand/codec.ts';
import { findLayout } from '../../lib/readers/wiegand/formats.ts';
import { ascii, bytes, onlyCard } from './support.ts';
import {
  BYTE_ORDERS,
  EM4100_FRAME,
  ID12_FRAME,
  MODULE_NOTICE,
  RDM6300,
  UID,
  WIEGAND_VECTORS,
} from './vectors.ts';

function first(raw: string | object, printed: string) {
  const [candidate] = learn([{ raw, printed }]);
  assert.ok(candidate, 'no candidate');
  return candidate;
}

describe('learn mode', () => {
  for (const { report, notation, conversion, part } of BYTE_ORDERS) {
    it(`finds how a reader that says ${report} reports the card DEADBEEF`, () => {
      const { form, printed, part: found, explanation } = first(ascii(`${report}\r\n`), UID);
      assert.deepEqual(form, { kind: 'number', notation, end: 'any', conversion });
      assert.deepEqual(printed, { as: 'hex' });
      assert.equal(found, part);
      assert.match(
        explanation,
        part ? /only the (first|last) 3 bytes/ : /is the printed hexadecimal/,
      );
    });
  }

  it('finds the 34-bit form of the card, in both formats that look alike', () => {
    const bits = '1110111101010110110111110111011110';
    const found = learn([{ raw: bits, printed: UID }]);
    assert.deepEqual(
      found.map(({ form }) => form.kind === 'wiegand' && form.formats),
      [['RAW34'], ['H10306']],
    );
    assert.deepEqual(
      found.map(({ value }) => value),
      [UID, UID],
    );
  });

  it('finds every frame form by the number that is printed on the card', () => {
    const cases: [Uint8Array, string, string, string][] = [
      [bytes(RDM6300.frame), '0011781333', 'rdm6300', 'last4'],
      [bytes(RDM6300.frame), '179,50389', 'rdm6300', 'last3'],
      [bytes(RDM6300.frame), '0A00B3C4D5', 'rdm6300', 'asRead'],
      [bytes(ID12_FRAME), '0011781333', 'id12', 'last4'],
      [bytes(EM4100_FRAME), '0011781333', 'em4100', 'last4'],
      [bytes(MODULE_NOTICE), 'E20000172211014418905ED5', 'uhfModule', 'asRead'],
      [bytes('EFBEADDE9000'), UID, 'pcsc', 'reversed'],
      [ascii('0011781333\r\n'), '0011781333', 'number', 'asRead'],
    ];
    for (const [raw, printed, kind, conversion] of cases) {
      const { form } = first(raw, printed);
      assert.deepEqual([form.kind, form.conversion], [kind, conversion], printed);
    }
  });

  it('finds the kind of check', () => {
    const check = (frame: string) => {
      const { form } = first(ascii(frame), '2E00AF0EC9');
      return form.kind === 'rdm6300' ? form.check : form.kind;
    };
    assert.equal(check('\x022E00AF0EC9B4\x03'), 'sum');
    assert.equal(check('\x022E00AF0EC946\x03'), 'xor');
    assert.equal(check('\x022E00AF0EC900\x03'), 'none');
  });

  it('finds every Wiegand format by its printed fields', () => {
    for (const { format, facility, card, bits } of WIEGAND_VECTORS) {
      const printed = facility === undefined ? String(card) : `${facility},${card}`;
      const found = learn([{ raw: bits, printed }]);
      const formats = found.flatMap(({ form }) => (form.kind === 'wiegand' ? form.formats : []));
      assert.ok(formats.includes(format), `${format} ${printed}`);
    }
  });

  it('says that the facility belongs to the value if only the card field is printed', () => {
    const { printed, value, explanation } = first('10111101110110010011011101', '45678');
    assert.deepEqual(printed, { as: 'cardField', format: 'H10301' });
    assert.equal(value, '007BB26E');
    assert.match(explanation, /facility/);
  });

  it('lists everything that fits one card, and a second card tells them apart', () => {
    const one = { raw: '12345678\r\n', printed: '12345678' };
    const notations = (samples: Parameters<typeof learn>[0]) =>
      learn(samples).map(({ form }) => (form.kind === 'number' ? form.notation : form.kind));
    assert.deepEqual(new Set(notations([one])), new Set(['threeFive', 'decimal', 'hex']));
    assert.deepEqual(notations([one, { raw: '422509741\r\n', printed: '422509741' }]), ['decimal']);
    assert.deepEqual(notations([one, { raw: '99999999\r\n', printed: '11111111' }]), []);
  });

  it('finds nothing for a number of another card, for noise, and without a card', () => {
    assert.deepEqual(learn([]), []);
    assert.deepEqual(learn([{ raw: bytes(RDM6300.frame), printed: '4711' }]), []);
    assert.deepEqual(learn([{ raw: bytes('FFEEDDCC'), printed: UID }]), []);
    assert.deepEqual(learn([{ raw: bytes(RDM6300.frame), printed: 'hello' }]), []);
    assert.deepEqual(learn([{ raw: { no: 'frame' }, printed: UID }]), []);
  });

  it('warns of a random UID', () => {
    const found = first('EFBEAD08\r\n', '08ADBEEF');
    assert.equal(found.randomUid, true);
    assert.match(found.explanation, /do not enrol/);
  });

  it('gives settings that read the card as its printed number is entered by hand', () => {
    const uid = fc.uint8Array({ minLength: 4, maxLength: 10 });
    const report = fc.constantFrom('hex', 'hexReversed', 'decimal', 'pcsc');
    fc.assert(
      fc.property(uid, report, (number, how) => {
        const hex = Buffer.from(number).toString('hex');
        const reversed = Buffer.from(number.toReversed()).toString('hex');
        const raw = {
          hex: `${hex}\r`,
          hexReversed: `${reversed}\r`,
          decimal: `${BigInt(`0x${hex}`)}\r`,
          pcsc: bytes(`${hex}9000`),
        }[how];
        for (const { form, value, printed, part } of learn([{ raw, printed: hex }])) {
          const reader = createReader({ form, delivery: 'whole' });
          assert.equal(onlyCard(reader.push(raw, 0).readings).value, value);
          if (printed.as === 'cardField' || part) continue;
          assert.equal(canonicalFromPrinted(hex, printed), value);
        }
      }),
    );
  });

  it('finds any 26-bit card by facility and card', () => {
    const layout = findLayout('H10301');
    fc.assert(
      fc.property(fc.nat(255), fc.nat(65535), (facility, card) => {
        const raw = encodeFrame(layout, { facility, card });
        const { form } = first(raw, `${facility},${card}`);
        assert.deepEqual(form, { kind: 'wiegand', formats: ['H10301'], conversion: 'asRead' });
      }),
    );
  });
});
