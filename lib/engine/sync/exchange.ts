import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { AccessError } from '../../model/errors.ts';

/** The gateway of a site whose engine and the server's have a key in common. */
export interface Pair {
  site: string;
  gateway: string;
}

/** What two engines say to each other through others who must not read it. */
export interface Channel {
  /** AES-256-GCM with a random nonce, bound to what it is about; base64url. */
  seal(plain: Uint8Array, about: string): string;
  /** Opens what the other side has sealed about the same. Throws `KEY_MISMATCH`. */
  open(sealed: string, about: string): Uint8Array;
}

/** An engine's own key for agreeing with others (X25519, RFC 7748). */
export interface Exchange {
  /** Raw public key, base64url. */
  readonly publicKey: string;
  /** What this engine and the owner of another public key share. Throws `KEY_MISMATCH` for a key that is none. */
  channel(theirs: string, pair: Pair): Channel;
}

/** What stands before a raw private or public X25519 key in DER (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex');
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SITE_KEYS = 'site keys';

/** `secret` are 32 bytes of which nobody else knows anything. */
export function createExchange(secret: Uint8Array): Exchange {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PRIVATE_HEAD, secret]),
    format: 'der',
    type: 'pkcs8',
  });
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    publicKey: der.subarray(PUBLIC_HEAD.length).toString('base64url'),
    channel: (theirs, { site, gateway }) => {
      const shared = agree(privateKey, theirs);
      const about = `gatewire/1/sync\0${site}\0${gateway}`;
      const key = Buffer.from(hkdfSync('sha256', shared, '', about, KEY_BYTES));
      return {
        seal: (plain, subject) => seal(key, plain, subject),
        open: (sealed, subject) => open(key, sealed, subject),
      };
    },
  };
}

/** Seals the keys by which credentials are found in a site. */
export function sealSiteKeys(channel: Channel, keys: Uint8Array): string {
  return channel.seal(keys, SITE_KEYS);
}

/** Opens what `sealSiteKeys` has sealed; undefined if that is not possible. */
export function openSiteKeys(channel: Channel, sealed: string): Uint8Array | undefined {
  try {
    return channel.open(sealed, SITE_KEYS);
  } catch {
    return undefined;
  }
}

function agree(privateKey: KeyObject, theirs: string): Buffer {
  try {
    const der = Buffer.concat([PUBLIC_HEAD, Buffer.from(theirs, 'base64url')]);
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return diffieHellman({ privateKey, publicKey });
  } catch (error) {
    throw new AccessError('KEY_MISMATCH', 'no key can be agreed on', { cause: error });
  }
}

function seal(key: Buffer, plain: Uint8Array, subject: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(subject));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

function open(key: Buffer, sealed: string, subject: string): Uint8Array {
  try {
    const bytes = Buffer.from(sealed, 'base64url');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(subject))
      .setAuthTag(tag);
    const text = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch (error) {
    throw new AccessError('KEY_MISMATCH', `what was sealed about ${subject} cannot be opened`, {
      cause: error,
    });
  }
}
