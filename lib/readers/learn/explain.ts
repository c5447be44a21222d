import { CONVERSIONS } from '../conversion.ts';
import type { Conversion, ConversionId } from '../conversion.ts';
import type { Match } from './match.ts';
import type { CardForm } from './learnable.ts';

const NOTATION_NAMES = {
  decimal: 'the printed decimal number',
  hex: 'the printed hexadecimal number',
  threeFive: 'the printed number in the form 3+5',
} as const;

/** Tells a candidate of the learn mode in plain English. */
export function explain(form: CardForm, match: Match, randomUid: boolean): string {
  const sentences = [`${formName(form)}: ${agreement(match)}.`];
  if (match.part) {
    sentences.push(`Readers that give the whole number need the conversion ${match.part}.`);
  }
  if (randomUid)
    sentences.push('This is a random number, a new one at each contact: do not enrol it.');
  return sentences.join(' ');
}

function formName(form: CardForm): string {
  switch (form.kind) {
    case 'wiegand':
      return `Wiegand ${form.formats.map((format) => (typeof format === 'string' ? format : format.id)).join(', ')}`;
    case 'rdm6300':
    case 'id12':
      return `${form.kind} with check ${form.check}`;
    case 'uhfAnswer':
      return `${form.kind} with list ${form.list}`;
    case 'number':
      return `number as ${form.notation}`;
    default:
      return form.kind;
  }
}

function agreement({ conversion, printed, part }: Match): string {
  if (printed.as === 'wiegand') return 'the fields are the printed numbers';
  if (printed.as === 'cardField') {
    return 'the printed number is the card field alone; the facility is part of the value, too';
  }
  const whole = NOTATION_NAMES[printed.as];
  const read = conversionName(conversion);
  return part ? `${read} is only ${partName(part)} of ${whole}` : `${read} is ${whole}`;
}

function conversionName(id: ConversionId): string {
  const { reverse, part }: Conversion = CONVERSIONS[id];
  const order = reverse ? 'the number with its bytes reversed' : 'the number as read';
  return part ? `${partName(id)} of ${order}` : order;
}

function partName(id: ConversionId): string {
  const { part }: Conversion = CONVERSIONS[id];
  return part ? `the ${part.end} ${part.bytes} bytes` : 'all';
}
