import { CREDENTIAL_TYPES, type CredentialType } from '../model/credential.ts';

/** A set of credential types as one number. */
export type TypeSet = number;

/** The position of a type in CREDENTIAL_TYPES. A switch, because every decision asks for it. */
export function typeNumber(type: CredentialType): number {
  switch (type) {
    case 'face':
      return 0;
    case 'fingerprint':
      return 1;
    case 'qr':
      return 2;
    case 'pin':
      return 3;
    case 'card':
      return 4;
    case 'bluetooth':
      return 5;
    case 'plate':
      return 6;
  }
}

export function bitOf(type: CredentialType): TypeSet {
  return 1 << typeNumber(type);
}

export function typeSet(types: Iterable<CredentialType>): TypeSet {
  let set = 0;
  for (const type of types) set |= bitOf(type);
  return set;
}

export function typesIn(set: TypeSet): CredentialType[] {
  return CREDENTIAL_TYPES.filter((type) => (set & bitOf(type)) !== 0);
}
