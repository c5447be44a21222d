import { AccessError } from '../../model/errors.ts';
import { compileLayout } from './layout.ts';
import type { CompiledLayout, WiegandLayout } from './layout.ts';

type Run = [number, number];

/** The Corporate 1000 formats leave out every third bit: 3-4, 6-7, 9-10 … up to `last`. */
function pairs(first: number, last: number): Run[] {
  const count = Math.floor((last - first) / 3) + 1;
  return Array.from({ length: count }, (_, index): Run => [
    first + 3 * index,
    first + 3 * index + 1,
  ]);
}

/** One parity bit at each end over its half of the frame. */
function halves(length: number, firstTo: number, lastFrom: number): WiegandLayout['parity'] {
  return [
    { bit: 1, kind: 'even', over: [[2, firstTo]] },
    { bit: length, kind: 'odd', over: [[lastFrom, length - 1]] },
  ];
}

/**
 * The common formats. 34 bits as facility and card cannot be told from 34 bits as one number, nor the
 * two 37-bit formats from each other; their canonical values are the same (see docs/card-numbers.md).
 */
const LAYOUTS: readonly WiegandLayout[] = [
  {
    id: 'H10301',
    length: 26,
    fields: [
      { name: 'facility', bits: [[2, 9]] },
      { name: 'card', bits: [[10, 25]] },
    ],
    parity: halves(26, 13, 14),
  },
  {
    id: 'RAW34',
    length: 34,
    fields: [{ name: 'card', bits: [[2, 33]] }],
    parity: halves(34, 17, 18),
    uid: true,
  },
  {
    id: 'H10306',
    length: 34,
    fields: [
      { name: 'facility', bits: [[2, 17]] },
      { name: 'card', bits: [[18, 33]] },
    ],
    parity: halves(34, 17, 18),
  },
  {
    id: 'C1000-35',
    length: 35,
    fields: [
      { name: 'facility', bits: [[3, 14]] },
      { name: 'card', bits: [[15, 34]] },
    ],
    parity: [
      { bit: 2, kind: 'even', over: pairs(3, 33) },
      { bit: 35, kind: 'odd', over: pairs(2, 32) },
      { bit: 1, kind: 'odd', over: [[2, 35]] },
    ],
  },
  {
    id: 'H10302',
    length: 37,
    fields: [{ name: 'card', bits: [[2, 36]] }],
    parity: halves(37, 19, 19),
  },
  {
    id: 'H10304',
    length: 37,
    fields: [
      { name: 'facility', bits: [[2, 17]] },
      { name: 'card', bits: [[18, 36]] },
    ],
    parity: halves(37, 19, 19),
  },
  {
    id: 'C1000-48',
    length: 48,
    fields: [
      { name: 'facility', bits: [[3, 24]] },
      { name: 'card', bits: [[25, 47]] },
    ],
    parity: [
      { bit: 2, kind: 'even', over: pairs(4, 46) },
      { bit: 48, kind: 'odd', over: pairs(3, 45) },
      { bit: 1, kind: 'odd', over: [[2, 48]] },
    ],
  },
];

/** The common formats by their id: `H10301`, `RAW34`, `H10306`, `C1000-35`, `H10302`, `H10304`, `C1000-48`. */
export const WIEGAND_FORMATS: ReadonlyMap<string, CompiledLayout> = new Map(
  LAYOUTS.map((layout) => [layout.id, compileLayout(layout)]),
);

/** The format of a preset id or of an integrator's own layout. Throws `CONFIG_INVALID`. */
export function findLayout(format: string | WiegandLayout): CompiledLayout {
  if (typeof format !== 'string') return compileLayout(format);
  const layout = WIEGAND_FORMATS.get(format);
  if (layout) return layout;
  throw new AccessError('CONFIG_INVALID', `there is no Wiegand format "${format}"`);
}
