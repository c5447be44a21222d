import Type, { type Static } from 'typebox';
import { AccessError } from '../../model/errors.ts';
import { closed, Name } from '../../model/fields.ts';
import { checkedConfig } from '../config.ts';
import { MAX_FRAME_BITS } from './bits.ts';

/** Bits count from 1 at the left, which is the first on the wire. */
const Bit = Type.Integer({ minimum: 1, maximum: MAX_FRAME_BITS });
/** Runs of bits, each from and to a bit, both included. */
const Runs = Type.Array(Type.Tuple([Bit, Bit]), { minItems: 1, maxItems: MAX_FRAME_BITS / 2 });

/** `facility` is also known as site or company code, `issue` counts how often a card was made anew. */
export const FIELD_NAMES = ['facility', 'card', 'issue'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/**
 * One Wiegand format as data. Makers give different layouts the same name, so an integrator may write his
 * own. `fields` are listed in the order in which they make up the card number; `parity` in the order in which
 * the bits are computed. A parity bit counts `over` its bits and itself.
 */
export const WiegandLayout = Type.Object(
  {
    id: Name,
    length: Type.Integer({ minimum: 9, maximum: MAX_FRAME_BITS }),
    fields: Type.Array(Type.Object({ name: Type.Enum(FIELD_NAMES), bits: Runs }, closed), {
      minItems: 1,
      maxItems: FIELD_NAMES.length,
    }),
    parity: Type.Array(
      Type.Object({ bit: Bit, kind: Type.Enum(['even', 'odd']), over: Runs }, closed),
      { maxItems: 16 },
    ),
    /** The card number is the UID as on air (in either byte order). */
    uid: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type WiegandLayout = Static<typeof WiegandLayout>;

/** A checked layout; bits now count from 0, so that they index a bit string. */
export interface CompiledLayout {
  id: string;
  length: number;
  uid: boolean;
  fields: readonly { name: FieldName; bits: readonly number[] }[];
  parity: readonly { bit: number; odd: boolean; over: readonly number[] }[];
}

const layoutOf = checkedConfig(WiegandLayout, 'Wiegand layout');

/** Checks a layout and prepares it for use; throws `CONFIG_INVALID` that says which bit is wrong and why. */
export function compileLayout(layout: unknown): CompiledLayout {
  const { id, length, fields, parity, uid } = layoutOf(layout);
  const fail = (what: string): never => {
    throw new AccessError('CONFIG_INVALID', `Wiegand layout "${id}": ${what}`);
  };
  const bitsOf = (runs: readonly [number, number][]): number[] => expand(runs, length, fail);
  const compiled: CompiledLayout = {
    id,
    length,
    uid: uid ?? false,
    fields: fields.map(({ name, bits }) => ({ name, bits: bitsOf(bits) })),
    parity: parity.map(({ bit, kind, over }) => ({
      bit: bitsOf([[bit, bit]])[0] ?? 0,
      odd: kind === 'odd',
      over: bitsOf(over),
    })),
  };
  checkFields(compiled, fail);
  checkParity(compiled, fail);
  return compiled;
}

type Fail = (what: string) => never;

function expand(runs: readonly [number, number][], length: number, fail: Fail): number[] {
  return runs.flatMap(([from, to]) => {
    if (from > to) fail(`the run of bits ${from} to ${to} runs backwards`);
    if (to > length) fail(`bit ${to} is outside 1 to ${length}`);
    return Array.from({ length: to - from + 1 }, (_, index) => from - 1 + index);
  });
}

function checkFields({ fields, parity }: CompiledLayout, fail: Fail): void {
  const names = new Set(fields.map(({ name }) => name));
  if (names.size < fields.length) fail('a field name stands twice');
  if (!names.has('card')) fail('the field "card" is missing');
  const used = [...fields.flatMap(({ bits }) => bits), ...parity.map(({ bit }) => bit)];
  const twice = used.find((bit, index) => used.indexOf(bit) !== index);
  if (twice !== undefined) fail(`bit ${twice + 1} is used twice`);
}

/** Computing parity in the listed order must give a frame that passes. */
function checkParity({ parity }: CompiledLayout, fail: Fail): void {
  parity.forEach(({ bit, over }, index) => {
    if (new Set(over).size < over.length) fail(`the parity of bit ${bit + 1} counts a bit twice`);
    const later = parity.slice(index).find((entry) => over.includes(entry.bit));
    if (later?.bit === bit) fail(`the parity of bit ${bit + 1} lists itself`);
    if (later) fail(`the parity of bit ${bit + 1} needs bit ${later.bit + 1}, which comes later`);
  });
}
