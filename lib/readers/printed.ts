import { AccessError } from '../model/errors.ts';
import { canonicalCard } from './conversion.ts';
import { parseNumber } from './number.ts';
import type { Notation } from './number.ts';
import { packFields } from './wiegand/codec.ts';
import { findLayout } from './wiegand/formats.ts';
import type { CompiledLayout, WiegandLayout } from './wiegand/layout.ts';

/**
 * What the number on a card, in a list or on another reader's display means: a plain number, of `bytes`
 * bytes if leading zeros are not written, or the fields of a Wiegand format in the order of its layout.
 */
export type PrintedForm =
  { as: Notation; bytes?: number } | { as: 'wiegand'; format: string | WiegandLayout };

/**
 * The canonical card value of a number typed in by hand, such as `0011781333`, `DE:AD:BE:EF` or `123,45678`.
 * Throws `INPUT_INVALID` if the number does not fit the form, `CONFIG_INVALID` for an unknown format.
 */
export function canonicalFromPrinted(printed: string, form: PrintedForm): string {
  if (form.as === 'wiegand') return canonicalFromFields(printed, findLayout(form.format));
  const bytes = parseNumber(printed, form.as, form.bytes);
  if (bytes === undefined || bytes.length === 0) {
    throw new AccessError('INPUT_INVALID', `not a card number in the form ${form.as}`);
  }
  return canonicalCard(bytes);
}

/** Decimal numbers with a comma or another separator between them; undefined if it is anything else. */
export function decimalParts(printed: string): bigint[] | undefined {
  const parts = printed.trim().split(/\s*[\s,.:;/-]\s*/);
  return parts.every((part) => /^\d{1,78}$/.test(part)) ? parts.map(BigInt) : undefined;
}

function canonicalFromFields(printed: string, layout: CompiledLayout): string {
  const numbers = decimalParts(printed);
  const names = layout.fields.map(({ name }) => name);
  if (numbers?.length !== names.length) {
    throw new AccessError(
      'INPUT_INVALID',
      `the format ${layout.id} takes ${names.join(', ')} as decimal numbers with a comma between them`,
    );
  }
  const fields = Object.fromEntries(names.map((name, index) => [name, numbers[index]]));
  return canonicalCard(packFields(layout, fields));
}
