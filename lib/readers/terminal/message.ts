import Type, { type Static } from 'typebox';
import { canonicalValue, CREDENTIAL_FORMS, CredentialType } from '../../model/credential.ts';
import { toAccessError } from '../../model/errors.ts';
import { closed, Instant, Name } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { bytesOfHex } from '../bytes.ts';
import { cardReading } from '../card.ts';
import type { ConversionId } from '../conversion.ts';
import { broken } from '../reading.ts';
import type { Decoded } from '../reading.ts';
import { MASK, Secret } from '../secret.ts';
import { codeText } from '../text.ts';

/**
 * What a terminal with its own intelligence reports: one credential, and if it likes the name of the reader
 * and the time of the read. For a face or a finger the value is the id of the template that it matched.
 */
export const TerminalMessage = Type.Object(
  {
    type: CredentialType,
    value: Type.String({ minLength: 1, maxLength: 512 }),
    reader: Type.Optional(Name),
    time: Type.Optional(Instant),
  },
  closed,
);
export type TerminalMessage = Static<typeof TerminalMessage>;

const FORMAT = 'terminal';
const MAX_DETAIL = 120;
const messages = parser(TerminalMessage);

/**
 * Checks a terminal's message and turns it into a reading; anything else is broken with `form`. Only the
 * message's own properties count, none that it inherits.
 */
export function readTerminal(input: unknown, conversion: ConversionId | undefined): Decoded {
  const message: unknown = typeof input === 'object' ? { ...input } : input;
  if (!messages.check(message)) return broken('form', { detail: faultOf(message) });
  const decoded = readValue(message, conversion);
  if ('broken' in decoded) return decoded;
  const { reader, time } = message;
  return {
    reading: {
      ...decoded.reading,
      ...(reader !== undefined && { reader }),
      ...(time !== undefined && { time }),
    },
  };
}

function readValue({ type, value }: TerminalMessage, conversion?: ConversionId): Decoded {
  if (type === 'qr') return readCode(value);
  const { pattern, form } = CREDENTIAL_FORMS[type];
  const canonical = canonicalValue(type, value);
  if (!pattern.test(canonical)) return broken('form', { detail: `${type}: must be ${form}` });
  if (type === 'pin') {
    return { reading: { type, secret: new Secret(canonical), format: FORMAT, raw: MASK } };
  }
  if (type !== 'card')
    return { reading: { type, value: canonical, format: FORMAT, raw: canonical } };
  const bytes = bytesOfHex(canonical);
  return cardReading({ bytes, uid: true, format: FORMAT, raw: canonical }, conversion);
}

function readCode(value: string): Decoded {
  const code = codeText(value, {});
  if ('broken' in code) return code;
  return { reading: { type: 'qr', value: code.text, format: FORMAT, raw: code.text } };
}

/** What the schema says, short and printable: the names of unknown keys are the sender's text. */
function faultOf(message: unknown): string {
  try {
    messages.parse(message, 'message');
    return 'not valid';
  } catch (error) {
    return toAccessError(error).message.replaceAll(/\p{C}/gu, '').slice(0, MAX_DETAIL);
  }
}
