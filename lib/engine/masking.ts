import type { CredentialType } from '../model/credential.ts';

const MASK = '****';
const MOST_SHOWN = 4;
const UNPRINTABLE = /\p{C}/gu;

/**
 * A value that a person can recognise but nobody can use (D6): the last quarter, at most four characters.
 * Of a PIN nothing is shown, not even its length.
 */
export function maskValue(type: CredentialType, canonical: string): string {
  if (type === 'pin') return MASK;
  const shown = Math.min(MOST_SHOWN, Math.floor(canonical.length / 4));
  return shown === 0 ? MASK : `${MASK}${canonical.slice(-shown)}`;
}

/** Text from outside made harmless for a log: no control or direction characters, bounded. */
export function printable(text: string, limit = 256): string {
  return text.slice(0, limit).replaceAll(UNPRINTABLE, '\ufffd');
}
