import { sign, verify, type KeyObject } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';

/** Largest message on the link, in bytes. Files travel in parts. */
export const MAX_MESSAGE = 256 * 1024;

/**
 * A signed message. `content` is the message as JSON text, and exactly these characters are signed, so that nobody has
 * to agree on a canonical form.
 */
export const Envelope = Type.Object(
  {
    content: Type.String({ minLength: 2, maxLength: MAX_MESSAGE }),
    /** Ed25519 over the label, a colon and `content` in UTF-8; base64url, 86 characters. */
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
  },
  closed,
);
type Envelope = Static<typeof Envelope>;

const envelope = parser(Envelope);

/** Signs a message for one purpose: `label` keeps a signature from counting for another one. */
export function seal(message: unknown, label: string, key: KeyObject): string {
  const content = JSON.stringify(message);
  const signature = sign(null, signedBytes(label, content), key).toString('base64url');
  return JSON.stringify({ content, signature } satisfies Envelope);
}

/** The message in an envelope, if one of the keys has signed it for this purpose; else undefined. */
export function unseal(text: string, label: string, keys: readonly KeyObject[]): unknown {
  if (text.length > MAX_MESSAGE * 2) return undefined;
  const sealed = parse(text);
  if (!envelope.check(sealed)) return undefined;
  const { content, signature } = sealed;
  const bytes = Buffer.from(signature, 'base64url');
  // Its last character has bits that mean nothing: only the one spelling counts.
  if (bytes.toString('base64url') !== signature) return undefined;
  const signed = signedBytes(label, content);
  return keys.some((key) => verify(null, signed, key, bytes)) ? parse(content) : undefined;
}

function signedBytes(label: string, content: string): Buffer {
  return Buffer.from(`${label}:${content}`, 'utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
