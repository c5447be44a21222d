import { bytesOfHex, hexOf } from '../bytes.ts';
import { arrange, canonicalCard, CONVERSION_IDS, CONVERSIONS } from '../conversion.ts';
import type { Conversion, ConversionId } from '../conversion.ts';
import { NOTATIONS, parseNumber } from '../number.ts';
import type { Notation } from '../number.ts';
import { decimalParts } from '../printed.ts';
import type { PrintedForm } from '../printed.ts';
import type { OpenReading } from '../reading.ts';
import type { CardForm } from './learnable.ts';

/** How the number that was read and the printed one agree; the smaller the rank the better. */
export interface Match {
  conversion: ConversionId;
  /**
   * How the printed number is to be understood, for `canonicalFromPrinted`. `cardField`: it is only the card
   * field of the format, the facility is not printed.
   */
  printed: PrintedForm | { as: 'cardField'; format: string };
  /** The reader gives only a part of the number: readers that give all of it need this conversion. */
  part?: ConversionId;
  rank: number;
}

/**
 * Ranks: the whole number; a part of what was read; a part of what is printed; the card field alone. Within
 * them the fewer bytes are lost the better; a number that must be told its width comes behind.
 */
const RANK = { whole: 0, partOfRead: 100, partOfPrinted: 200, cardField: 300 } as const;
const WIDTH_NEEDED = 50;

const WHOLE_ORDERS = ['asRead', 'reversed'] as const;
const PARTS = ['last4', 'first4', 'last3', 'first3'] as const;

/** Every way in which a reading agrees with a printed number, in one notation each. */
export function matches(reading: OpenReading, form: CardForm, printed: string): Match[] {
  const read = bytesOfHex(reading.report ?? '');
  const whole = [
    ...fieldMatches(reading, form, printed),
    ...NOTATIONS.flatMap((as) => wholeMatches(read, printed, as)),
  ];
  if (whole.length > 0) return bestOfEach(whole);
  const parts = NOTATIONS.flatMap((as) => partMatches(read, printed, as));
  return bestOfEach([...parts, ...cardFieldMatches(reading, form, printed)]);
}

/** Of notations that mean the same only the best is of use. */
function bestOfEach(found: readonly Match[]): Match[] {
  const best = new Map<string, Match>();
  for (const match of found.toSorted((a, b) => a.rank - b.rank)) {
    const key = `${match.conversion} ${match.part ?? ''}`;
    if (!best.has(key)) best.set(key, match);
  }
  return [...best.values()];
}

/** What is printed are all fields of the Wiegand format. */
function fieldMatches(reading: OpenReading, form: CardForm, printed: string): Match[] {
  const format = formatOf(form);
  const same = decimalParts(printed)?.join() === decimalParts(reading.printed ?? '')?.join();
  if (format === undefined || !same) return [];
  return [{ conversion: 'asRead', printed: { as: 'wiegand', format }, rank: RANK.whole }];
}

/** What is printed is the card field, which is the last one in every common format. */
function cardFieldMatches(reading: OpenReading, form: CardForm, printed: string): Match[] {
  const format = formatOf(form);
  const [number, ...more] = decimalParts(printed) ?? [];
  const card = decimalParts(reading.printed ?? '')?.at(-1);
  if (format === undefined || number === undefined || more.length > 0 || number !== card) return [];
  return [{ conversion: 'asRead', printed: { as: 'cardField', format }, rank: RANK.cardField }];
}

function formatOf(form: CardForm): string | undefined {
  const [format] = form.kind === 'wiegand' ? form.formats : [];
  return typeof format === 'string' ? format : undefined;
}

type PlainForm = Extract<PrintedForm, { as: Notation }>;

/** All of the printed number stands in what was read. */
function wholeMatches(read: Uint8Array, text: string, as: Notation): Match[] {
  return CONVERSION_IDS.filter((id) => changes(id, read)).flatMap((conversion): Match[] => {
    const value = arrange(read, conversion);
    const printed = printedForm(text, as, value);
    if (printed === undefined) return [];
    const lost = read.length - value.length;
    const rank = lost === 0 ? RANK.whole : RANK.partOfRead + lost;
    return [{ conversion, printed, rank: rank + (printed.bytes ? WIDTH_NEEDED : 0) }];
  });
}

/** The notation in which the text means this value, with its width only where that is needed. */
function printedForm(text: string, as: Notation, value: Uint8Array): PlainForm | undefined {
  const means = (bytes?: number): boolean => {
    const number = parseNumber(text, as, bytes);
    return number !== undefined && hexOf(number) === hexOf(value);
  };
  if (means()) return { as };
  return means(value.length) ? { as, bytes: value.length } : undefined;
}

/** What was read is a part of the printed number. */
function partMatches(read: Uint8Array, text: string, as: Notation): Match[] {
  const whole = parseNumber(text, as);
  if (whole === undefined) return [];
  return PARTS.filter((id) => changes(id, whole)).flatMap((part) => {
    const value = canonicalCard(arrange(whole, part));
    const rank = RANK.partOfPrinted + whole.length - CONVERSIONS[part].part.bytes;
    return WHOLE_ORDERS.filter((order) => canonicalCard(arrange(read, order)) === value).map(
      (conversion): Match => ({ conversion, printed: { as }, part, rank }),
    );
  });
}

/** A conversion to a part no shorter than the number is the same as one without. */
function changes(id: ConversionId, bytes: Uint8Array): boolean {
  const { part }: Conversion = CONVERSIONS[id];
  return part === undefined || bytes.length > part.bytes;
}
