import { createHmac, randomInt, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';
import Type, { type Static } from 'typebox';
import { Id, closed } from '../../model/fields.ts';

/** Letters and digits that nobody takes for one another. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const CODE_LENGTH = 10;
const GROUP = 5;

/** A code lives so long, in milliseconds, and bears so many wrong tries. */
export const CODE_LIFE = 600_000;
export const CODE_TRIES = 5;

/** An Ed25519 public key as the 32 bytes of RFC 8032, in base64url. */
export const PublicKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const Nonce = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' });
const Proof = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

/** What a new gateway sends: who it is, its key, and the proof that it was told the code. */
export const PairingRequest = Type.Object(
  { site: Id, gateway: Id, key: PublicKey, nonce: Nonce, proof: Proof },
  closed,
);
export type PairingRequest = Static<typeof PairingRequest>;

/** What the server answers: its key, and the proof that it knows the code, too. */
export const PairingAnswer = Type.Object(
  { site: Id, gateway: Id, key: PublicKey, nonce: Nonce, proof: Proof },
  closed,
);
export type PairingAnswer = Static<typeof PairingAnswer>;

/** What the server answers to everybody else. Not signed: it can only be believed as far as a cut wire. */
export const PairingRefusal = Type.Object(
  { refusal: Type.Enum(['notExpected', 'expired', 'tooManyTries', 'wrongCode']) },
  closed,
);
export type PairingRefusal = Static<typeof PairingRefusal>;

type Said = Pick<PairingRequest, 'site' | 'gateway' | 'key' | 'nonce'>;

/** A one-time code, as a person types it: two groups of five, about 49 bits. */
export function newPairingCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return `${letters.slice(0, GROUP).join('')}-${letters.slice(GROUP).join('')}`;
}

/** About 60 ms and 32 MiB a try. */
const COST: ScryptOptions = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

const derive = promisify<string, string, number, ScryptOptions, Buffer>(scrypt);

/** The secret of a code: slow on purpose, so that whoever has listened cannot try all codes. */
export function pairingSecret(
  code: string,
  { site, gateway }: Pick<Said, 'site' | 'gateway'>,
): Promise<Buffer> {
  const typed = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  return derive(typed, JSON.stringify(['gatewire pairing 1', site, gateway]), 32, COST);
}

/** Proves that whoever says this knows the code. The answer covers the request, so that no two of them can be mixed. */
export function pairingProof(secret: Buffer, said: Said, request?: Said): string {
  const parts = [said, ...(request === undefined ? [] : [request])];
  const text = JSON.stringify(
    parts.map(({ site, gateway, key, nonce }) => [site, gateway, key, nonce]),
  );
  return createHmac('sha256', secret).update(text).digest('base64url');
}

/** The password of the new gateway at the server's own broker, 43 characters: both sides know it, nobody sends it. */
export function pairingPassword(
  secret: Buffer,
  request: Pick<Said, 'nonce'>,
  answer: Pick<Said, 'nonce'>,
): string {
  const text = JSON.stringify(['broker password', request.nonce, answer.nonce]);
  return createHmac('sha256', secret).update(text).digest('base64url');
}

export function isProof(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
