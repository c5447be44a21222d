import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalCard } from '../../lib/readers/conversion.ts';
import { decodeFrame, encodeFrame } from '../../lib/readers/wiegand/codec.ts';
import { findLayout, WIEGAND_FORMATS } from '../../lib/readers/wiegand/formats.ts';
import type { WiegandLayout } from '../../lib/readers/wiegand/layout.ts';
import { fieldsOf, flip, throwsCode } from './support.ts';

const layouts = [...WIEGAND_FORMATS.values()];

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
