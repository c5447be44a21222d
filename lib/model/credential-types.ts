/** The six types of, and the licence plate. Apart, so that the dialogs can use it too. */
export const CREDENTIAL_TYPES = [
  'face',
  'fingerprint',
  'qr',
  'pin',
  'card',
  'bluetooth',
  'plate',
] as const;

export type CredentialType = (typeof CREDENTIAL_TYPES)[number];
