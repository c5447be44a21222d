import Type from 'typebox';

/** A raw X25519 public key, base64url. */
export const ExchangeKey = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
