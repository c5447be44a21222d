import Type from 'typebox';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { cardReading } from '../card.ts';
import type { ConversionId } from '../conversion.ts';
import { LineCutter } from '../framing/line-cutter.ts';
import { keyOf } from '../keypad/keys.ts';
import { PinEntry, PinSettings } from '../keypad/pin-entry.ts';
import { broken } from '../reading.ts';
import type { Decoded } from '../reading.ts';
import { textOf } from '../text.ts';
import { bitsOfBytes, bitsOfHex, bitsOfText, MAX_FRAME_BITS } from '../wiegand/bits.ts';
import { decodeFrame } from '../wiegand/codec.ts';
import { findLayout } from '../wiegand/formats.ts';
import { WiegandLayout } from '../wiegand/layout.ts';
import type { CompiledLayout } from '../wiegand/layout.ts';
import { ConversionSetting, defineForm } from './form.ts';

const WiegandForm = Type.Object(
  {
    kind: Type.Literal('wiegand'),
    /** Ids of common formats and own layouts; of two that fit a frame the first one counts. */
    formats: Type.Array(Type.Union([Type.String({ maxLength: 64 }), WiegandLayout]), {
      minItems: 1,
      maxItems: 16,
    }),
    /** The reader has a keypad that sends bursts of 4 or 8 bits. */
    keypad: Type.Optional(PinSettings),
    conversion: ConversionSetting,
  },
  closed,
);

/** A frame as the object that a GPIO, OSDP or converter node hands over. */
const Length = Type.Integer({ minimum: 1, maximum: MAX_FRAME_BITS });
const WiegandInput = Type.Union([
  Type.Object({ bits: Type.String({ maxLength: MAX_FRAME_BITS }) }, closed),
  Type.Object({ hex: Type.String({ maxLength: MAX_FRAME_BITS / 4 }), length: Length }, closed),
  Type.Object(
    {
      bytes: Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { maxItems: 32 }),
      length: Length,
    },
    closed,
  ),
]);
const inputs = parser(WiegandInput);

const KEY_BURSTS: Readonly<Record<number, '4bit' | '8bit'>> = { 4: '4bit', 8: '8bit' };
/** A frame so short is a damaged key, not a damaged card. */
const LONGEST_KEY = 8;

/** Wiegand frames: as lines of `0` and `1`, or as objects (`bits`; `hex` and `length`; `bytes` and `length`). */
export const wiegand = defineForm(WiegandForm, ({ formats, keypad, conversion }) => {
  const line = new WiegandLine(formats.map(findLayout), keypad, conversion);
  return {
    yields: keypad ? ['card', 'pin'] : ['card'],
    cutter: new LineCutter('any', MAX_FRAME_BITS),
    decode: (frame, now) => line.decode(bitsOfText(textOf(frame) ?? ''), now),
    decodeObject: (object, now) => line.decode(bitsOfInput(object), now),
    ...(line.entry && { entry: line.entry }),
  };
});

class WiegandLine {
  readonly entry: PinEntry | undefined;
  readonly #layouts: readonly CompiledLayout[];
  readonly #conversion: ConversionId | undefined;

  constructor(
    layouts: readonly CompiledLayout[],
    keypad: PinSettings | undefined,
    conversion: ConversionId | undefined,
  ) {
    this.#layouts = layouts;
    this.#conversion = conversion;
    this.entry = keypad && new PinEntry('wiegand', keypad);
  }

  decode(bits: string | undefined, now: number): Decoded[] {
    if (bits === undefined) return [broken('form')];
    if (this.entry && bits.length <= LONGEST_KEY) return this.#key(this.entry, bits, now);
    return [this.#card(bits)];
  }

  #card(bits: string): Decoded {
    const frame = decodeFrame(bits, this.#layouts);
    if ('broken' in frame) return frame;
    const { layout, fields, bytes } = frame.card;
    const printed = layout.fields.map(({ name }) => String(fields[name])).join(',');
    return cardReading(
      { bytes, uid: layout.uid, format: layout.id, raw: bits, printed },
      this.#conversion,
    );
  }

  #key(entry: PinEntry, bits: string, now: number): Decoded[] {
    const code = KEY_BURSTS[bits.length];
    const found = code ? keyOf(Number.parseInt(bits, 2), code) : broken('length');
    if ('key' in found) return entry.press(found.key, now);
    entry.spoil(now);
    return [found];
  }
}

function bitsOfInput(object: object): string | undefined {
  const input: unknown = withPlainBytes(object);
  if (!inputs.check(input)) return undefined;
  if ('bits' in input) return bitsOfText(input.bits);
  if ('hex' in input) return bitsOfHex(input.hex, input.length);
  return bitsOfBytes(Uint8Array.from(input.bytes), input.length);
}

/** Bytes may come as a buffer, too. */
function withPlainBytes(object: object): object {
  if (!('bytes' in object) || !(object.bytes instanceof Uint8Array)) return object;
  return { ...object, bytes: Array.from(object.bytes) };
}
