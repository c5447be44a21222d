import Type from 'typebox';
import { CREDENTIAL_TYPES } from '../../model/credential.ts';
import { closed } from '../../model/fields.ts';
import { hexOf } from '../bytes.ts';
import { cardReading } from '../card.ts';
import { uidOf } from '../frames/pcsc.ts';
import { byteCutter } from '../framing/byte-cutter.ts';
import { LineCutter } from '../framing/line-cutter.ts';
import { KEY_CODES, keyOf } from '../keypad/keys.ts';
import { PinEntry, PinSettings } from '../keypad/pin-entry.ts';
import { broken } from '../reading.ts';
import { MAX_JSON_BYTES, parseDeviceJson } from '../terminal/json.ts';
import { readTerminal } from '../terminal/message.ts';
import { textOf } from '../text.ts';
import { ConversionSetting, defineForm } from './form.ts';

const MAX_ANSWER_BYTES = 64;

/** The answer of a PC/SC reader to the command that asks for the UID. It has no marks: silence ends it. */
export const pcsc = defineForm(
  Type.Object({ kind: Type.Literal('pcsc'), conversion: ConversionSetting }, closed),
  ({ conversion }) => ({
    yields: ['card'],
    cutter: new LineCutter('none', MAX_ANSWER_BYTES),
    decode(answer) {
      const found = uidOf(answer);
      if ('broken' in found) return [found];
      const raw = hexOf(answer);
      return [cardReading({ bytes: found.uid, uid: true, format: 'uid', raw }, conversion)];
    },
  }),
);

/** A keypad that sends one byte for each key. */
export const keypad = defineForm(
  Type.Object(
    { kind: Type.Literal('keypad'), code: Type.Enum(KEY_CODES), pin: Type.Optional(PinSettings) },
    closed,
  ),
  ({ code, pin }) => {
    const entry = new PinEntry('keypad', pin);
    return {
      yields: ['pin'],
      cutter: byteCutter,
      entry,
      decode([byte = 0], now) {
        const found = keyOf(byte, code);
        if ('key' in found) return entry.press(found.key, now);
        entry.spoil(now);
        return [found];
      },
    };
  },
);

/** A terminal that sends JSON: an object, or one object in each line. */
export const terminal = defineForm(
  Type.Object({ kind: Type.Literal('terminal'), conversion: ConversionSetting }, closed),
  ({ conversion }) => ({
    yields: CREDENTIAL_TYPES,
    cutter: new LineCutter('lf', MAX_JSON_BYTES),
    decode(line) {
      const text = textOf(line);
      const parsed = text === undefined ? broken('form') : parseDeviceJson(text);
      return ['broken' in parsed ? parsed : readTerminal(parsed.value, conversion)];
    },
    decodeObject: (object) => [readTerminal(object, conversion)],
  }),
);
