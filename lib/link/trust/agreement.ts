import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** The prime of Curve25519. */
const P = 2n ** 255n - 19n;
/** What stands before the 32 bytes of an X25519 key in PKCS #8 and in a SubjectPublicKeyInfo (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex');
const RAW_BYTES = 32;

const known = new WeakMap<KeyObject, KeyObject>();

/**
 * The X25519 key that belongs to an Ed25519 key, private or public. Both kinds of keys are points of the same curve
 * in two coordinates (RFC 7748, section 4.1), so that the keys of a pairing can agree on secrets, too.
 */
export function agreementKey(key: KeyObject): KeyObject {
  const made = known.get(key) ?? (key.type === 'private' ? privateOf(key) : publicOf(key));
  known.set(key, made);
  return made;
}

/** The 32 bytes of an X25519 public key. */
export function rawPublic(key: KeyObject): Buffer {
  return publicHalf(key).export({ format: 'der', type: 'spki' }).subarray(-RAW_BYTES);
}

/** An X25519 public key from its 32 bytes. */
export function publicFromRaw(raw: Uint8Array): KeyObject {
  return createPublicKey({
    key: Buffer.concat([PUBLIC_HEAD, raw]),
    format: 'der',
    type: 'spki',
  });
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

/** The secret number of an Ed25519 key is the first half of the hash of its seed (RFC 8032, section 5.1.5). */
function privateOf(key: KeyObject): KeyObject {
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(-RAW_BYTES);
  const number = createHash('sha512').update(seed).digest().subarray(0, RAW_BYTES);
  return createPrivateKey({
    key: Buffer.concat([PRIVATE_HEAD, number]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** u = (1 + y) / (1 - y); the sign of x, in the highest bit, plays no part. */
function publicOf(key: KeyObject): KeyObject {
  const raw = rawPublic(key);
  const y = littleEndian(raw) & (2n ** 255n - 1n);
  return publicFromRaw(toLittleEndian(modulo((1n + y) * inverse(modulo(1n - y)))));
}

function modulo(value: bigint): bigint {
  return ((value % P) + P) % P;
}

/** By Fermat: value ^ (P - 2). */
function inverse(value: bigint): bigint {
  let result = 1n;
  for (let power = value, rest = P - 2n; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = modulo(result * power);
    power = modulo(power * power);
  }
  return result;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function toLittleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * RAW_BYTES, '0'), 'hex').reverse();
}
