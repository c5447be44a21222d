import { hexOf } from './bytes.ts';
import { arrange, canonicalCard, CONVERSIONS, isRandomUid, MAX_CARD_BYTES } from './conversion.ts';
import type { ConversionId } from './conversion.ts';
import { broken } from './reading.ts';
import type { Decoded, OpenReading } from './reading.ts';

/** A card number as it came out of a frame, and what else is known of it. */
export interface CardReport extends Pick<OpenReading, 'format' | 'raw' | 'printed' | 'signal'> {
  bytes: Uint8Array;
  /** The number is a UID as on air, in either byte order, and not a number programmed by someone. */
  uid?: boolean;
}

/** Turns what a reader reported into a card reading with its canonical value. */
export function cardReading(report: CardReport, conversion: ConversionId = 'asRead'): Decoded {
  const { bytes, uid, ...known } = report;
  if (bytes.length === 0) return broken('tooShort');
  const value = arrange(bytes, conversion);
  if (value.length > MAX_CARD_BYTES) return broken('tooLong');
  const onAir = CONVERSIONS[conversion].reverse ? bytes.toReversed() : bytes;
  const random = uid === true && isRandomUid(onAir);
  return {
    reading: {
      type: 'card',
      value: canonicalCard(value),
      report: hexOf(bytes),
      ...known,
      ...(random && { randomUid: true }),
    },
  };
}
