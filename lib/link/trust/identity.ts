import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readIfThere } from './safe-file.ts';

/**
 * The Ed25519 key of this end of a link, kept in a file that only its owner may read. Made on first use: it never leaves
 * this machine, and whoever has the file is this machine to the other side.
 */
export function loadIdentity(file: string): KeyObject {
  const known = readIfThere(file);
  if (known !== undefined) return createPrivateKey(known);
  const { privateKey } = generateKeyPairSync('ed25519');
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx', flush: true });
  return privateKey;
}

/** The public half as messages carry it: the 32 bytes of RFC 8032 in base64url. */
export function publicText(key: KeyObject): string {
  const { x } = createPublicKey(key.export({ format: 'pem', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  if (x === undefined) throw new Error('not an Ed25519 key');
  return x;
}

/** The key of a text that `publicText` gave. */
export function publicKey(text: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' });
}
