import Type, { type Static } from 'typebox';
import { CREDENTIAL_TYPES } from './credential-types.ts';
import { Attributes, Id, LocalDateTime, Name, closed } from './fields.ts';

export { CREDENTIAL_TYPES };
export const CredentialType = Type.Enum(CREDENTIAL_TYPES);
export type CredentialType = (typeof CREDENTIAL_TYPES)[number];

export interface CredentialForm {
  /** How the lookup value is written, after `canonicalValue` has been applied. */
  pattern: RegExp;
  /** What to tell someone whose value does not fit. */
  form: string;
}

/**
 * The stored form of each type. Face and fingerprint are found by the id of their template: the vector
 * itself is an opaque sealed blob that a matcher or the sensor compares.
 */
export const CREDENTIAL_FORMS: Readonly<Record<CredentialType, CredentialForm>> = {
  card: { pattern: /^(?:[0-9A-F]{2}){4,32}$/, form: '4 to 32 bytes in hexadecimal, as on air' },
  qr: { pattern: /^[\x20-\x7e]{1,64}$/, form: '1 to 64 printable characters' },
  pin: { pattern: /^\d{4,8}$/, form: '4 to 8 digits' },
  bluetooth: { pattern: /^(?:[0-9A-F]{2}){1,32}$/, form: '1 to 32 bytes in hexadecimal' },
  plate: { pattern: /^[\p{L}\p{N}]{2,16}$/u, form: '2 to 16 letters and digits' },
  face: { pattern: /^[\x21-\x7e]{1,36}$/, form: 'the id of the template, 1 to 36 characters' },
  fingerprint: {
    pattern: /^[\x21-\x7e]{1,36}$/,
    form: 'the id of the template, 1 to 36 characters',
  },
};

/** One spelling per value, so that look-ups never miss for a space, a colon or a small letter. */
export function canonicalValue(type: CredentialType, value: string): string {
  switch (type) {
    case 'card':
    case 'bluetooth':
      return value.replaceAll(/[\s:.-]/g, '').toUpperCase();
    case 'plate':
      return value
        .normalize('NFKC')
        .replaceAll(/[\s·.-]/gu, '')
        .toUpperCase();
    default:
      return value.trim();
  }
}

export const CREDENTIAL_STATUSES = [
  'active',
  'suspended',
  'blocked',
  'lost',
  'stolen',
  'damaged',
  'returned',
] as const;
export const CredentialStatus = Type.Enum(CREDENTIAL_STATUSES);
export type CredentialStatus = (typeof CREDENTIAL_STATUSES)[number];

/** Which algorithm made a biometric template (N5): templates of different models never mix. */
export const ModelIdentity = Type.Object(
  {
    algorithm: Name,
    version: Type.String({ minLength: 1, maxLength: 32 }),
    dimension: Type.Optional(Type.Integer({ minimum: 1, maximum: 4096 })),
    quantisation: Type.Optional(Type.String({ maxLength: 16 })),
    digest: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  closed,
);
export type ModelIdentity = Static<typeof ModelIdentity>;

/**
 * The key that checks a dynamic QR token of its holder: an Ed25519 public key (32 bytes) or an HMAC-SHA256
 * secret (16 to 64 bytes), in base64. A credential with a key never opens by its bare value.
 */
export const TokenKey = Type.Object(
  {
    algorithm: Type.Enum(['ed25519', 'hmac']),
    key: Type.String({ minLength: 22, maxLength: 88, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
  },
  closed,
);
export type TokenKey = Static<typeof TokenKey>;

/**
 * A medium that proves identity. `value` is given when the credential is created and is never
 * read back in the clear: the store keeps a keyed digest for look-up and a sealed copy, a PIN as a slow
 * salted hash (D4). `duress` marks a PIN that opens and alarms silently.
 */
export const Credential = Type.Object(
  {
    id: Id,
    person: Id,
    type: CredentialType,
    value: Type.String({ minLength: 1, maxLength: 256 }),
    status: Type.Optional(CredentialStatus),
    validFrom: Type.Optional(LocalDateTime),
    validTo: Type.Optional(LocalDateTime),
    label: Type.Optional(Name),
    duress: Type.Optional(Type.Boolean()),
    template: Type.Optional(Type.String({ maxLength: 4096, pattern: '^[A-Za-z0-9+/]*={0,2}$' })),
    model: Type.Optional(ModelIdentity),
    tokenKey: Type.Optional(TokenKey),
    attributes: Type.Optional(Attributes),
  },
  closed,
);
export type Credential = Static<typeof Credential>;
