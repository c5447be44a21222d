import Type from 'typebox';
import { closed } from '../../model/fields.ts';
import { hexOf } from '../bytes.ts';
import { cardReading } from '../card.ts';
import type { ConversionId } from '../conversion.ts';
import { em4100Tag, scanEm4100 } from '../frames/em4100.ts';
import { TAG_CHECKS, tagOf, tagScanner } from '../frames/rdm6300.ts';
import { ScanCutter } from '../framing/scan-cutter.ts';
import type { Scanner } from '../framing/scan-cutter.ts';
import { ConversionSetting, defineForm } from './form.ts';
import type { Source } from './form.ts';

const check = Type.Enum(TAG_CHECKS);

export const rdm6300 = defineForm(
  Type.Object({ kind: Type.Literal('rdm6300'), check, conversion: ConversionSetting }, closed),
  (form) => tagSource(form.kind, tagScanner(form.kind, form.check), tagOf, form.conversion),
);

export const id12 = defineForm(
  Type.Object({ kind: Type.Literal('id12'), check, conversion: ConversionSetting }, closed),
  (form) => tagSource(form.kind, tagScanner(form.kind, form.check), tagOf, form.conversion),
);

export const em4100 = defineForm(
  Type.Object({ kind: Type.Literal('em4100'), conversion: ConversionSetting }, closed),
  (form) => tagSource(form.kind, scanEm4100, em4100Tag, form.conversion),
);

function tagSource(
  format: string,
  scan: Scanner,
  tag: (frame: Uint8Array) => Uint8Array,
  conversion: ConversionId | undefined,
): Source {
  return {
    yields: ['card'],
    cutter: new ScanCutter(scan),
    decode: (frame) => [cardReading({ bytes: tag(frame), format, raw: hexOf(frame) }, conversion)],
  };
}
