import Type from 'typebox';
import { closed } from '../../model/fields.ts';
import { hexOf } from '../bytes.ts';
import { cardReading } from '../card.ts';
import type { ConversionId } from '../conversion.ts';
import type { TagReport } from '../frames/tag-report.ts';
import { answerTags, scanAnswer, TAG_LISTS } from '../frames/uhf-answer.ts';
import { moduleTags, scanModule } from '../frames/uhf-module.ts';
import { ScanCutter } from '../framing/scan-cutter.ts';
import type { Scanner } from '../framing/scan-cutter.ts';
import { broken } from '../reading.ts';
import { ConversionSetting, defineForm } from './form.ts';
import type { Source } from './form.ts';

export const uhfModule = defineForm(
  Type.Object({ kind: Type.Literal('uhfModule'), conversion: ConversionSetting }, closed),
  (form) => uhfSource(scanModule, moduleTags, form.conversion),
);

export const uhfAnswer = defineForm(
  Type.Object(
    {
      kind: Type.Literal('uhfAnswer'),
      list: Type.Enum(TAG_LISTS),
      conversion: ConversionSetting,
    },
    closed,
  ),
  (form) => uhfSource(scanAnswer, (frame) => answerTags(frame, form.list), form.conversion),
);

function uhfSource(
  scan: Scanner,
  tagsOf: (frame: Uint8Array) => TagReport[] | undefined,
  conversion: ConversionId | undefined,
): Source {
  return {
    yields: ['card'],
    cutter: new ScanCutter(scan),
    decode(frame) {
      const raw = hexOf(frame);
      const reading = ({ epc, signal }: TagReport) =>
        cardReading({ bytes: epc, format: 'epc', raw, ...(signal && { signal }) }, conversion);
      return tagsOf(frame)?.map(reading) ?? [broken('form')];
    },
  };
}
