import Type, { type Static } from 'typebox';
import { closed } from '../../model/fields.ts';
import { cardReading } from '../card.ts';
import { LINE_ENDS, LineCutter } from '../framing/line-cutter.ts';
import { NOTATIONS, parseNumber } from '../number.ts';
import { broken } from '../reading.ts';
import type { Decoded } from '../reading.ts';
import { codeText, MAX_CODE_CHARACTERS, textOf, withoutAffixes } from '../text.ts';
import { isToken } from '../token/token.ts';
import { AffixSettings, ConversionSetting, defineForm } from './form.ts';

const MAX_NUMBER_LINE = 256;
const MAX_UTF8_BYTES = 4;
/** Room for the text of a code, the fixed parts and the symbology mark. */
const MAX_CODE_LINE = (MAX_CODE_CHARACTERS + 80) * MAX_UTF8_BYTES;

const NumberForm = Type.Object(
  {
    kind: Type.Literal('number'),
    notation: Type.Enum(NOTATIONS),
    end: Type.Enum(LINE_ENDS),
    /** Bytes of the number, for readers that cut leading zeros. */
    bytes: Type.Optional(Type.Integer({ minimum: 3, maximum: 32 })),
    ...AffixSettings,
    conversion: ConversionSetting,
  },
  closed,
);

/** A card number as a line of text: serial, TCP or typed like a keyboard. */
export const number = defineForm(NumberForm, (form) => ({
  yields: ['card'],
  cutter: new LineCutter(form.end, MAX_NUMBER_LINE),
  decode: (line) => [readNumber(line, form)],
}));

function readNumber(line: Uint8Array, form: Static<typeof NumberForm>): Decoded {
  const { notation, conversion } = form;
  const raw = textOf(line);
  const text = raw === undefined ? undefined : withoutAffixes(raw, form);
  const bytes = text === undefined ? undefined : parseNumber(text, notation, form.bytes);
  if (raw === undefined || bytes === undefined) return broken('form');
  const uid = notation !== 'threeFive';
  return cardReading({ bytes, uid, format: notation, raw }, conversion);
}

/** The text of a QR code as a line. */
export const qr = defineForm(
  Type.Object({ kind: Type.Literal('qr'), end: Type.Enum(LINE_ENDS), ...AffixSettings }, closed),
  (form) => ({
    yields: ['qr'],
    cutter: new LineCutter(form.end, MAX_CODE_LINE),
    decode(line) {
      const raw = textOf(line);
      const code = raw === undefined ? broken('form') : codeText(raw, form);
      if ('broken' in code) return [code];
      const format = isToken(code.text) ? 'token' : 'qr';
      return [{ reading: { type: 'qr', value: code.text, format, raw: code.text } }];
    },
  }),
);
