import { broken } from './reading.ts';
import type { Broken } from './reading.ts';

/** Fixed text that a reader puts before and after what it read. */
export interface Affixes {
  prefix?: string;
  suffix?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A line as text without the white space around it; undefined if it is not UTF-8. */
export function textOf(line: Uint8Array): string | undefined {
  try {
    return utf8.decode(line).trim();
  } catch {
    return undefined;
  }
}

/** The text between the fixed parts; undefined if one of them is missing. */
export function withoutAffixes(text: string, affixes: Affixes): string | undefined {
  const { prefix = '', suffix = '' } = affixes;
  const framed = text.length >= prefix.length + suffix.length;
  if (!framed || !text.startsWith(prefix) || !text.endsWith(suffix)) return undefined;
  return text.slice(prefix.length, text.length - suffix.length);
}

/** Most characters of a code's text (T-03: what a code holds is never a command, and never long). */
export const MAX_CODE_CHARACTERS = 256;

/** The mark that a scanner may put before a QR code's text to name the symbology (ISO/IEC 15424). */
const AIM_ID = /^\]Q\d/;

/**
 * The text of a QR code: 1 to 256 characters, none of them a control or format character, without the
 * scanner's fixed parts and symbology mark, whichever of them comes first.
 */
export function codeText(text: string, affixes: Affixes): { text: string } | { broken: Broken } {
  const marked = AIM_ID.test(text);
  const inner = withoutAffixes(text.replace(AIM_ID, ''), affixes);
  if (inner === undefined)
    return broken('form', { detail: 'the fixed prefix or suffix is missing' });
  const content = (marked ? inner : inner.replace(AIM_ID, '')).trim();
  if (content === '') return broken('tooShort');
  if (Array.from(content).length > MAX_CODE_CHARACTERS) return broken('tooLong');
  if (/\p{C}/u.test(content)) return broken('form', { detail: 'a control character' });
  return { text: content };
}
