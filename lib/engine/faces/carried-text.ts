import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';
import type { ModelIdentity } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';
import { fromBase45, toBase45 } from '../../readers/base45.ts';

/** What the text of every carried template begins with; the digit is the version of the form. */
export const CARRIED_MARK = 'GWF1:';
/** Longest text: a template of 512 bytes takes 880 characters, for which a QR code of version 18 is enough. */
export const MOST_CARRIED = 1000;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MODEL_BYTES = 8;

/** A template on the medium of its owner. */
export interface Carried {
  credential: string;
  template: Uint8Array;
}

/**
 * The text of a template that its owner carries: AES-256-GCM with a key of the site, so that nobody else can read it and
 * nobody can make one or change it. It names the credential that it belongs to and the model that made it.
 */
export function writeCarried(
  siteKeys: Uint8Array,
  { credential, template }: Carried,
  model: ModelIdentity,
): string {
  const id = Buffer.from(credential);
  const plain = Buffer.concat([fingerprint(model), Buffer.of(id.length), id, template]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(siteKeys), nonce).setAAD(about());
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return CARRIED_MARK + toBase45(Buffer.concat([nonce, cipher.getAuthTag(), text]));
}

/**
 * Reads what `writeCarried` made. Throws INPUT_INVALID for anything that this site has not made, MODEL_MISMATCH for a
 * template of another model than this one.
 */
export function readCarried(siteKeys: Uint8Array, text: string, model: ModelIdentity): Carried {
  const plain = opened(siteKeys, text);
  if (!plain.subarray(0, MODEL_BYTES).equals(fingerprint(model))) {
    throw new AccessError(
      'MODEL_MISMATCH',
      'the carried template is of another model: issue it anew',
    );
  }
  const start = MODEL_BYTES + 1;
  const end = start + (plain[MODEL_BYTES] ?? 0);
  return { credential: plain.toString('utf8', start, end), template: plain.subarray(end) };
}

function opened(siteKeys: Uint8Array, text: string): Buffer {
  try {
    if (!text.startsWith(CARRIED_MARK)) throw new Error('unknown form');
    const bytes = fromBase45(text.slice(CARRIED_MARK.length));
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', keyOf(siteKeys), nonce, {
      authTagLength: TAG_BYTES,
    })
      .setAAD(about())
      .setAuthTag(tag);
    const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch (error) {
    throw new AccessError('INPUT_INVALID', 'the carried template was not issued by this site', {
      cause: error,
    });
  }
}

function keyOf(siteKeys: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', siteKeys, '', 'gatewire carried template', KEY_BYTES));
}

function about(): Buffer {
  return Buffer.from(CARRIED_MARK);
}

/** Everything that has to be equal for two templates to be compared, in eight bytes. */
function fingerprint({
  algorithm,
  version,
  dimension,
  quantisation,
  digest,
}: ModelIdentity): Buffer {
  const all = JSON.stringify([algorithm, version, dimension, quantisation, digest]);
  return hash('sha256', all, 'buffer').subarray(0, MODEL_BYTES);
}
