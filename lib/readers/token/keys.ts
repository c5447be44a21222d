import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import type { TokenKey } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';

/**
 * The key that makes tokens: the 32 bytes of an Ed25519 private key, or the HMAC-SHA256 secret of 16 to 64
 * bytes, in base64. With HMAC it is the same as the checking key, so the gateway could make tokens, too.
 */
export type SigningKey = TokenKey;

const ED25519_BYTES = 32;
const ED25519_SIGNATURE = 64;
const HMAC_BYTES = { least: 16, most: 64 } as const;
/** DER header of an Ed25519 private key (RFC 8410). */
const PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Makes a key for a holder's phone, and the key that the gateway stores to check it. */
export function createTokenKeys(algorithm: TokenKey['algorithm']): {
  signing: SigningKey;
  checking: TokenKey;
} {
  if (algorithm === 'hmac') {
    const key = { algorithm, key: randomBytes(ED25519_BYTES).toString('base64') };
    return { signing: key, checking: key };
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const base64 = (part: string | undefined): string =>
    Buffer.from(part ?? '', 'base64url').toString('base64');
  return {
    signing: { algorithm, key: base64(privateKey.export({ format: 'jwk' }).d) },
    checking: { algorithm, key: base64(publicKey.export({ format: 'jwk' }).x) },
  };
}

/** The bytes of a key. Throws `INPUT_INVALID` if they are not of the length that the algorithm takes. */
export function tokenKeyBytes({ algorithm, key }: TokenKey): Buffer {
  const bytes = Buffer.from(key, 'base64');
  const fits =
    algorithm === 'ed25519'
      ? bytes.length === ED25519_BYTES
      : bytes.length >= HMAC_BYTES.least && bytes.length <= HMAC_BYTES.most;
  if (fits) return bytes;
  const wanted = algorithm === 'ed25519' ? '32 bytes' : '16 to 64 bytes';
  throw new AccessError('INPUT_INVALID', `a token key for ${algorithm} has ${wanted} in base64`);
}

/** The signature over a text, in base64url without padding. */
export function signText(text: string, signing: SigningKey): string {
  return signatureOf(Buffer.from(text), signing).toString('base64url');
}

function signatureOf(text: Buffer, signing: SigningKey): Buffer {
  const bytes = tokenKeyBytes(signing);
  if (signing.algorithm === 'hmac') return createHmac('sha256', bytes).update(text).digest();
  const der = Buffer.concat([PKCS8_HEADER, bytes]);
  return sign(null, text, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

/**
 * Whether a signature in base64url is genuine. Only the one spelling of each signature counts. Throws
 * `INPUT_INVALID` for a key that is none.
 */
export function isGenuine(text: string, signature: string, key: TokenKey): boolean {
  const sent = Buffer.from(signature, 'base64url');
  if (sent.toString('base64url') !== signature) return false;
  if (key.algorithm === 'ed25519') return isSignedBy(tokenKeyBytes(key), text, sent);
  const expected = signatureOf(Buffer.from(text), key);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

function isSignedBy(publicKey: Buffer, text: string, signature: Buffer): boolean {
  if (signature.length !== ED25519_SIGNATURE) return false;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
  return verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: 'jwk' }), signature);
}
