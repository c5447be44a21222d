import type { PresentedCredential } from '../model/attempt.ts';
import { CREDENTIAL_FORMS, canonicalValue, type CredentialType } from '../model/credential.ts';
import { optional } from '../model/optional.ts';
import type { LoggedCredential } from '../model/record.ts';
import type { SiteSettings } from '../model/site.ts';
import { maskValue, printable } from './masking.ts';
import type { Secrets } from './secrets.ts';

/** Digests that are kept because their value is known to the site: one per card that really passes here. */
const MOST_REMEMBERED = 10_000;

/** A presented credential in its canonical form, with the digest by which it is looked up. */
export interface Reading {
  type: CredentialType;
  canonical: string;
  /** Absent if the value does not have the form of its type. */
  lookup?: string;
  /** For a PIN that may have been entered here before its site had keys in common. */
  formerLookup?: string;
  presented: PresentedCredential;
}

export interface Readings {
  read(presented: PresentedCredential): Reading;
  /** Remembers the digest of a value that somebody holds; strangers would only push those out. */
  remember(reading: Reading): void;
}

export function createReadings(secrets: Secrets): Readings {
  const known = new Map<string, string>();
  const nameOf = (type: CredentialType, canonical: string): string =>
    `${secrets.keysInUse}:${type}:${canonical}`;

  return {
    read(presented) {
      const { type } = presented;
      const canonical = canonicalValue(type, presented.value ?? '');
      if (!CREDENTIAL_FORMS[type].pattern.test(canonical)) return { type, canonical, presented };
      const lookup = known.get(nameOf(type, canonical)) ?? secrets.lookup(type, canonical);
      const former = type === 'pin' ? secrets.formerPinLookup(canonical) : undefined;
      return { type, canonical, lookup, presented, ...optional('formerLookup', former) };
    },
    remember({ type, canonical, lookup }) {
      if (lookup === undefined || type === 'pin') return;
      const name = nameOf(type, canonical);
      if (known.has(name)) return;
      const oldest = known.size < MOST_REMEMBERED ? undefined : known.keys().next().value;
      if (oldest !== undefined) known.delete(oldest);
      known.set(name, lookup);
    },
  };
}

const ALWAYS_DIGESTED: ReadonlySet<CredentialType> = new Set(['pin', 'face', 'fingerprint']);

/** The credential as the log keeps it (R-019, R-020, D6). */
export function toLogged(
  reading: Reading,
  credential: string | undefined,
  logValues: SiteSettings['logValues'] | undefined,
  secrets: Secrets,
): LoggedCredential {
  const { type, presented } = reading;
  const logged: LoggedCredential = { type, value: loggedValue(reading, logValues, secrets) };
  if (presented.format !== undefined) logged.format = presented.format;
  if (presented.reader !== undefined) logged.reader = presented.reader;
  if (credential !== undefined) logged.credential = credential;
  return logged;
}

function loggedValue(
  { type, canonical, lookup }: Reading,
  logValues: SiteSettings['logValues'] | undefined,
  secrets: Secrets,
): string {
  if (ALWAYS_DIGESTED.has(type)) return secrets.logDigest(type, canonical);
  const isToken = type === 'qr' && lookup === undefined; // worth something until it runs out
  const isPlain = logValues === 'plain' && !isToken;
  return printable(isPlain ? canonical : maskValue(type, canonical));
}
