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

const POINT_BYTES = 32;
const IV_BYTES = 16;
const HEAD_BYTES = POINT_BYTES + IV_BYTES;
const MAC_BYTES = 32;
const KEY_BYTES = 32;
/** For what the agreed keys are: the `info` of HKDF. */
const PURPOSE = 'gatewire sealed 1';
/** So often at most a fresh key is used. A new one costs more than ten seals. */
const USES = 1000;
/** Keys of so many senders are remembered. */
const REMEMBERED = 256;

/** A sealed text of at most `bytes` bytes, as it stands in a message. */
export function Sealed(bytes: number) {
  const most = Math.ceil(((HEAD_BYTES + bytes + MAC_BYTES) * 4) / 3);
  return Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 107, maxLength: most });
}

/**
 * Seals a text so that only the holder of an Ed25519 key can read it: the broker and whoever listens see nothing of
 * it. X25519 with a fresh key; HKDF-SHA256 (salt: both public keys) gives a key of AES-256-CTR and one of HMAC-SHA256.
 * The result is fresh public key, IV, text and MAC, in base64url; the MAC covers the label, a zero byte and all before
 * it. It does not say who has sealed it: the message around it is signed. The `openssl` program can do all of it.
 */
export function sealFor(text: string, recipient: KeyObject, label: string): string {
  const { point, keys } = senderFor(recipient);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-ctr', keys.text, iv);
  const body = Buffer.concat([point, iv, cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([body, macOf(body, label, keys)]).toString('base64url');
}

/** What `sealFor` has sealed for this key under this label; undefined for anything else. */
export function openSealed(sealed: string, key: KeyObject, label: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < HEAD_BYTES + MAC_BYTES) return undefined;
  const [body, mac] = [bytes.subarray(0, -MAC_BYTES), bytes.subarray(-MAC_BYTES)];
  const keys = keysFrom(body.subarray(0, POINT_BYTES), key);
  if (keys === undefined || !timingSafeEqual(mac, macOf(body, label, keys))) return undefined;
  const iv = body.subarray(POINT_BYTES, HEAD_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', keys.text, iv);
  return Buffer.concat([decipher.update(body.subarray(HEAD_BYTES)), decipher.final()]).toString();
}

interface Keys {
  text: Buffer;
  mac: Buffer;
}

interface Sender {
  point: Buffer;
  keys: Keys;
  uses: number;
}

const senders = new WeakMap<KeyObject, Sender>();
const heard = new WeakMap<KeyObject, Map<string, Keys>>();

function senderFor(recipient: KeyObject): Sender {
  let sender = senders.get(recipient);
  if (sender === undefined || sender.uses >= USES) {
    sender = newSender(agreementKey(recipient));
    senders.set(recipient, sender);
  }
  sender.uses += 1;
  return sender;
}

function newSender(publicKey: KeyObject): Sender {
  const fresh = generateKeyPairSync('x25519');
  const point = rawPublic(fresh.publicKey);
  const shared = diffieHellman({ privateKey: fresh.privateKey, publicKey });
  return { point, keys: deriveKeys(shared, point, rawPublic(publicKey)), uses: 0 };
}

/** Undefined for a point that would agree on the same secret with everybody. */
function keysFrom(point: Buffer, key: KeyObject): Keys | undefined {
  const known = heard.get(key) ?? new Map<string, Keys>();
  heard.set(key, known);
  const name = point.toString('base64url');
  const keys = known.get(name) ?? agreedKeys(point, agreementKey(key));
  const oldest = known.size < REMEMBERED ? undefined : known.keys().next().value;
  if (oldest !== undefined) known.delete(oldest);
  if (keys !== undefined) known.set(name, keys);
  return keys;
}

function agreedKeys(point: Buffer, privateKey: KeyObject): Keys | undefined {
  try {
    const shared = diffieHellman({ privateKey, publicKey: publicFromRaw(point) });
    return deriveKeys(shared, point, rawPublic(privateKey));
  } catch {
    return undefined;
  }
}

function deriveKeys(shared: Buffer, point: Buffer, recipient: Buffer): Keys {
  const salt = Buffer.concat([point, recipient]);
  const bytes = Buffer.from(hkdfSync('sha256', shared, salt, PURPOSE, 2 * KEY_BYTES));
  return { text: bytes.subarray(0, KEY_BYTES), mac: bytes.subarray(KEY_BYTES) };
}

function macOf(body: Buffer, label: string, { mac }: Keys): Buffer {
  return createHmac('sha256', mac).update(`${label}\0`).update(body).digest();
}
