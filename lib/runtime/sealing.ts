import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AccessError } from '../model/errors.ts';

const NONCE = 12;
const TAG = 16;

/**
 * Hides secrets (PINs) while they travel through a flow: AES-256-GCM under a key that lives in this process
 * only. A sealed value means nothing in a debug panel, in a saved message or after a restart.
 */
export class Sealing {
  readonly #key = randomBytes(32);

  seal(secret: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** Throws INPUT_INVALID for anything that this process did not seal itself. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE), {
        authTagLength: TAG,
      });
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      const body = decipher.update(bytes.subarray(NONCE + TAG));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch (error) {
      throw new AccessError('INPUT_INVALID', 'a sealed value is not from this process', {
        cause: error,
      });
    }
  }
}
