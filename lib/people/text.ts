import { AccessError } from '../model/errors.ts';

/** How the bytes of an import file may be encoded. A byte order mark in the file goes before the setting. */
export const ENCODINGS = ['utf-8', 'windows-1251', 'gb18030', 'utf-16le'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The largest import, in bytes, or in characters if it arrives as text. */
export const MAX_SIZE = 20 * 1024 * 1024;

const BYTE_ORDER_MARK = '\ufeff';
/** What a decoder puts where bytes made no sense. */
const REPLACEMENT = '\ufffd';

/**
 * The text of an import file, without byte order mark and with `\n` as the only line end. Throws
 * INPUT_INVALID if it is too large or not in the encoding that was chosen: a name that was read wrongly
 * must not get into the store.
 */
export function textOf(content: string | Uint8Array, encoding: Encoding): string {
  if (content.length > MAX_SIZE) {
    throw new AccessError('INPUT_INVALID', `the file is larger than ${MAX_SIZE / 1024 / 1024} MiB`);
  }
  const text = typeof content === 'string' ? content : decode(content, encoding);
  if (text.includes(REPLACEMENT)) {
    throw new AccessError(
      'INPUT_INVALID',
      'the text was read in a wrong encoding before it came here; pass the file on as a buffer and choose its encoding',
    );
  }
  const start = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  return text.slice(start).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

function decode(bytes: Uint8Array, chosen: Encoding): string {
  const encoding = marked(bytes) ?? chosen;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    const others = ENCODINGS.filter((known) => known !== encoding).join(', ');
    throw new AccessError(
      'INPUT_INVALID',
      `the file is not ${encoding}; choose its encoding (${others}) or save it as UTF-8`,
      { cause: error },
    );
  }
}

function marked(bytes: Uint8Array): Encoding | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  return undefined;
}
