import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import Type from 'typebox';
import { agreementKey, publicFromRaw, rawPublic } from './agreement.ts';

/** A sealed text of at most `bytes` bytes, as it stands in a message. */
export function Sealed(bytes: number) {
  const most = Math.ceil(((HEAD_BYTES + bytes + MAC_BYTES) * 4) / 3);
  return Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 108, maxLength: most });
}

const POINT_BYTES = 32;
const IV_BYTES = 16;
const HEAD_BYTES = POINT_BYTES + IV_BYTES;
const MAC_BYTES = 32;
const KEY_BYTES = 32;

/**
 * Seals a text so that only the holder of an Ed25519 key can read it: the broker and whoever listens see nothing of
 * it. X25519 with a fresh key, HKDF-SHA256 (salt: both public keys, info: `label`) for a key of AES-256-CTR and one of
 * HMAC-SHA256. Fresh public key, IV, text, MAC over all of them; base64url. Who has sealed it, it does not say: the
 * message around it is signed. All of it can be done with the `openssl` program.
 */
export function sealFor(text: string, recipient: KeyObject, label: string): string {
  const fresh = generateKeyPairSync('x25519');
  const theirs = agreementKey(recipient);
  const point = rawPublic(fresh.publicKey);
  const shared = diffieHellman({ privateKey: fresh.privateKey, publicKey: theirs });
  const keys = deriveKeys(shared, point, rawPublic(theirs), label);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-ctr', keys.text, iv);
  const body = Buffer.concat([point, iv, cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([body, macOf(body, keys.mac)]).toString('base64url');
}

/** What `sealFor` has sealed for this key and purpose; undefined for anything else. */
export function openSealed(sealed: string, key: KeyObject, label: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < HEAD_BYTES + MAC_BYTES) return undefined;
  const [body, mac] = [bytes.subarray(0, -MAC_BYTES), bytes.subarray(-MAC_BYTES)];
  const keys = agreedKeys(body.subarray(0, POINT_BYTES), agreementKey(key), label);
  if (keys === undefined || !timingSafeEqual(mac, macOf(body, keys.mac))) return undefined;
  const iv = body.subarray(POINT_BYTES, HEAD_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', keys.text, iv);
  return Buffer.concat([decipher.update(body.subarray(HEAD_BYTES)), decipher.final()]).toString();
}

interface Keys {
  text: Buffer;
  mac: Buffer;
}

/** Undefined for a point that agrees on the same secret with everybody. */
function agreedKeys(point: Buffer, mine: KeyObject, label: string): Keys | undefined {
  try {
    const shared = diffieHellman({ privateKey: mine, publicKey: publicFromRaw(point) });
    return deriveKeys(shared, point, rawPublic(mine), label);
  } catch {
    return undefined;
  }
}

function deriveKeys(shared: Buffer, point: Buffer, recipient: Buffer, label: string): Keys {
  const salt = Buffer.concat([point, recipient]);
  const bytes = Buffer.from(hkdfSync('sha256', shared, salt, label, 2 * KEY_BYTES));
  return { text: bytes.subarray(0, KEY_BYTES), mac: bytes.subarray(KEY_BYTES) };
}

function macOf(body: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest();
}
