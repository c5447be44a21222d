import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { CredentialType } from '../model/credential.ts';
import { AccessError } from '../model/errors.ts';
import { openBytes, sealBytes } from '../model/seal.ts';
import { createTemplateKeeper } from './faces/kept-template.ts';
import type { EngineKeys } from './keys.ts';

/** What a sealed blob holds; bound into the seal, so that blobs cannot change places. */
export type SealedKind = 'value' | 'template' | 'photo' | 'tokenKey' | 'siteKeys';

/** Everything that is done with the engine's keys. */
export interface Secrets {
  /**
   * The keyed digest by which a credential is found: HMAC-SHA256 of type and canonical value, cut to
   * 128 bits, 22 characters of base64url. PINs have a key of their own (D4).
   */
  lookup(type: CredentialType, canonical: string): string;
  /**
   * The digest of a PIN with this engine's own key, by which one is found that was entered before the keys of the site
   * were adopted; undefined while the own keys are in use. Values of other types are known, and found anew at once.
   */
  formerPinLookup(canonical: string): string | undefined;
  /** The keys of `lookup`, as a site shares them: whoever finds a credential at one gateway finds it at all. */
  siteKeys(): Uint8Array;
  /** Changes whenever other keys are adopted: digests made before are worth nothing then. */
  readonly keysInUse: number;
  /** Finds credentials with the keys of another engine of the site from now on. Throws `KEY_MISMATCH`. */
  adoptSiteKeys(keys: Uint8Array): void;
  /** The key of pictures beside the log, which others than the engine seal: 32 bytes. */
  pictureKey(): Uint8Array;
  /** The digest that stands in the log for a PIN or a biometric value (D6): 22 characters of base64url. */
  logDigest(type: CredentialType, canonical: string): string;
  /**
   * AES-256-GCM with a random nonce, bound to the credential and to what the blob is. The template of a face is turned
   * before, with a key that no other engine has: `open` gives it back within a step of its quantisation.
   */
  seal(credential: string, kind: SealedKind, plain: Uint8Array): Uint8Array;
  /** Opens what `seal` made. Throws `KEY_MISMATCH` if it was changed, moved or sealed with another key. */
  open(credential: string, kind: SealedKind, sealed: Uint8Array): Uint8Array;
}

const DIGEST_BYTES = 16;
const SITE_KEY_BYTES = 32;

export function createSecrets(keys: EngineKeys): Secrets {
  // A key object is set up once; raw bytes would cost several times the work at each use.
  let lookup = createSecretKey(keys.lookup);
  const ownPinIndex = createSecretKey(keys.pinIndex);
  let pinIndex = ownPinIndex;
  let adoptions = 0;
  const logDigest = createSecretKey(keys.logDigest);
  const sealing = createSecretKey(keys.seal);
  const templates = createTemplateKeeper(keys.templates);
  return {
    lookup: (type, canonical) => digest(type === 'pin' ? pinIndex : lookup, type, canonical),
    pictureKey: () => keys.pictures,
    formerPinLookup: (canonical) =>
      pinIndex === ownPinIndex ? undefined : digest(ownPinIndex, 'pin', canonical),
    siteKeys: () => Buffer.concat([lookup.export(), pinIndex.export()]),
    adoptSiteKeys(shared) {
      [lookup, pinIndex] = readSiteKeys(shared);
      adoptions += 1;
    },
    get keysInUse() {
      return adoptions;
    },
    logDigest: (type, canonical) => digest(logDigest, type, canonical),
    seal(credential, kind, plain) {
      const kept = kind === 'template' ? templates.toKept(plain) : plain;
      return sealBytes(sealing, `${kind}:${credential}`, kept);
    },
    open(credential, kind, sealed) {
      const kept = openBytes(sealing, `${kind}:${credential}`, sealed);
      return kind === 'template' ? templates.fromKept(kept) : kept;
    },
  };
}

/** `Secrets.lookup` with other keys of `Secrets.siteKeys`. Throws `KEY_MISMATCH`. */
export function lookupWith(shared: Uint8Array): Secrets['lookup'] {
  const [lookup, pinIndex] = readSiteKeys(shared);
  return (type, canonical) => digest(type === 'pin' ? pinIndex : lookup, type, canonical);
}

function readSiteKeys(shared: Uint8Array): [lookup: KeyObject, pinIndex: KeyObject] {
  if (shared.length !== 2 * SITE_KEY_BYTES) {
    throw new AccessError('KEY_MISMATCH', 'The keys of the site cannot be read');
  }
  return [
    createSecretKey(shared.subarray(0, SITE_KEY_BYTES)),
    createSecretKey(shared.subarray(SITE_KEY_BYTES)),
  ];
}

function digest(key: KeyObject, type: CredentialType, canonical: string): string {
  return createHmac('sha256', key)
    .update(`${type}\0${canonical}`)
    .digest()
    .subarray(0, DIGEST_BYTES)
    .toString('base64url');
}
