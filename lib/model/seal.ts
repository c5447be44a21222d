import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { AccessError } from './errors.ts';

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/**
 * Seals bytes with AES-256-GCM under a random nonce, bound to what they are: a format byte, the nonce, the tag, then
 * the text.
 */
export function sealBytes(key: KeyObject, bound: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), text]);
}

/** Opens what `sealBytes` made. Throws `KEY_MISMATCH` if it was changed, is bound to something else or has another key. */
export function openBytes(key: KeyObject, bound: string, sealed: Uint8Array): Buffer {
  try {
    if (sealed[0] !== FORMAT) throw new Error('unknown format');
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const tag = sealed.subarray(1 + NONCE_BYTES, HEAD_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(bound))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]);
  } catch (error) {
    throw new AccessError('KEY_MISMATCH', `The sealed ${bound} cannot be opened`, { cause: error });
  }
}
