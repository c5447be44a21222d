import { AccessError } from '../../model/errors.ts';
import { bytesOfBits } from '../bytes.ts';
import { broken } from '../reading.ts';
import type { Broken } from '../reading.ts';
import type { CompiledLayout, FieldName } from './layout.ts';

/** The fields of a card; which of them there are is up to the format. */
export type WiegandFields = Partial<Record<FieldName, bigint | number>>;

export interface WiegandCard {
  layout: CompiledLayout;
  fields: Partial<Record<FieldName, bigint>>;
  /** The field bits in the order of the layout as one number, in as few bytes as hold them all. */
  bytes: Uint8Array;
}

/**
 * Decodes a frame by the first format of its length whose parity holds. Broken with `length` if no format
 * has its length, else with `parity`; with the hint `swappedWires` if the inverted frame would pass.
 */
export function decodeFrame(
  bits: string,
  layouts: readonly CompiledLayout[],
): { card: WiegandCard } | { broken: Broken } {
  const fitting = layouts.filter(({ length }) => length === bits.length);
  if (fitting.length === 0) return broken('length', { detail: `${bits.length} bits` });
  const layout = fitting.find((candidate) => parityHolds(bits, candidate));
  if (layout) return { card: cardOf(bits, layout) };
  const inverted = bits.replaceAll(/./g, (bit) => (bit === '1' ? '0' : '1'));
  const swapped = fitting.some((candidate) => parityHolds(inverted, candidate));
  return broken('parity', swapped ? { hint: 'swappedWires' } : {});
}

/**
 * The frame that a card with these fields sends. Throws `INPUT_INVALID` if a field of the format is missing,
 * too large, or not one of the format.
 */
export function encodeFrame(layout: CompiledLayout, fields: WiegandFields): string {
  checkNames(layout, fields);
  const frame = new Array<string>(layout.length).fill('0');
  for (const { name, bits } of layout.fields) {
    const digits = fieldBits(layout, name, bits.length, fields);
    bits.forEach((bit, index) => (frame[bit] = digits.charAt(index)));
  }
  for (const { bit, odd, over } of layout.parity) {
    const ones = over.filter((index) => frame[index] === '1').length;
    frame[bit] = (ones % 2 === 1) === odd ? '0' : '1';
  }
  return frame.join('');
}

/** The card number that these fields make up, as `decodeFrame` gives it. Throws as `encodeFrame` does. */
export function packFields(layout: CompiledLayout, fields: WiegandFields): Uint8Array {
  return cardOf(encodeFrame(layout, fields), layout).bytes;
}

function parityHolds(bits: string, { parity }: CompiledLayout): boolean {
  return parity.every(({ bit, odd, over }) => {
    const ones = [bit, ...over].filter((index) => bits.charAt(index) === '1').length;
    return (ones % 2 === 1) === odd;
  });
}

function cardOf(frame: string, layout: CompiledLayout): WiegandCard {
  const parts = layout.fields.map(({ name, bits }) => ({
    name,
    digits: bits.map((bit) => frame.charAt(bit)).join(''),
  }));
  const fields = Object.fromEntries(parts.map(({ name, digits }) => [name, BigInt(`0b${digits}`)]));
  return { layout, fields, bytes: bytesOfBits(parts.map(({ digits }) => digits).join('')) };
}

function checkNames(layout: CompiledLayout, fields: WiegandFields): void {
  const known = new Set<string>(layout.fields.map(({ name }) => name));
  const unknown = Object.keys(fields).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new AccessError('INPUT_INVALID', `the format ${layout.id} has no field "${unknown}"`);
  }
}

function fieldBits(
  { id }: CompiledLayout,
  name: FieldName,
  width: number,
  fields: WiegandFields,
): string {
  const value = fields[name];
  const where = `the field "${name}" of the format ${id}`;
  if (value === undefined) throw new AccessError('INPUT_INVALID', `${where} is missing`);
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!whole || value < 0 || BigInt(value) >> BigInt(width) !== 0n) {
    throw new AccessError('INPUT_INVALID', `${where} takes whole numbers of ${width} bits`);
  }
  return value.toString(2).padStart(width, '0');
}
