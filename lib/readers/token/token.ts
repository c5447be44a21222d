import { CREDENTIAL_FORMS } from '../../model/credential.ts';

/** Every token begins with this; the digit is the version of the form. */
const MARK = 'GW1';
const SEPARATOR = ':';
const LIST_SEPARATOR = ',';

/** Longest token in characters. */
export const MAX_TOKEN_LENGTH = 256;
export const MAX_ACCESS_POINTS = 4;
/** Longest life of a token in seconds (T-02). */
export const MAX_LIFE = 30;

/** What a token says. Nothing of it may be believed before its signature was checked. */
export interface TokenClaims {
  site: string;
  /** The access points at which it opens, 1 to 4. */
  accessPoints: readonly string[];
  /** The value of the holder's QR credential: by it the key is found. */
  credential: string;
  /** The one-time id that the phone made up: 16 to 32 characters of base64url. */
  nonce: string;
  /** Seconds since 1970 UTC. */
  issued: number;
  /** Seconds from `issued` on. */
  life: number;
}

export interface ParsedToken {
  claims: TokenClaims;
  /** What was signed: everything before the last colon. */
  signed: string;
  /** Base64url without padding. */
  signature: string;
}

const TEXT = "(?:[A-Za-z0-9_.!~*'()-]|%[0-9A-Fa-f]{2})+";
const FIELDS = [
  MARK,
  `(${TEXT})`,
  `(${TEXT}(?:${LIST_SEPARATOR}${TEXT})*)`,
  `(${TEXT})`,
  '([A-Za-z0-9_-]{16,32})',
  '([1-9]\\d{8,10})',
  '([1-9]\\d{0,3})',
  '([A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86})',
];
const FORM = new RegExp(`^${FIELDS.join(SEPARATOR)}$`);

/** Whether the text of a QR code means to be a token, genuine or not. */
export function isToken(text: string): boolean {
  return text.startsWith(MARK + SEPARATOR);
}

/** Takes a token apart without believing it; undefined if it is not built as docs/qr-token.md says. */
export function parseToken(text: string): ParsedToken | undefined {
  if (text.length > MAX_TOKEN_LENGTH) return undefined;
  const fields = FORM.exec(text);
  if (fields === null) return undefined;
  const [, site = '', points = '', credential = '', nonce = '', issued, life, signature = ''] =
    fields;
  const names = decodeAll([site, credential, ...points.split(LIST_SEPARATOR)]);
  if (names === undefined) return undefined;
  const [siteName = '', credentialName = '', ...accessPoints] = names;
  const claims: TokenClaims = {
    site: siteName,
    accessPoints,
    credential: credentialName,
    nonce,
    issued: Number(issued),
    life: Number(life),
  };
  const signed = text.slice(0, text.lastIndexOf(SEPARATOR));
  return isWellFormed(claims) ? { claims, signed, signature } : undefined;
}

/** The text that has to be signed. */
export function signedText(claims: TokenClaims): string {
  return [
    MARK,
    encodeURIComponent(claims.site),
    claims.accessPoints.map(encodeURIComponent).join(LIST_SEPARATOR),
    encodeURIComponent(claims.credential),
    claims.nonce,
    String(claims.issued),
    String(claims.life),
  ].join(SEPARATOR);
}

/** The token with its signature. */
export function joinToken(signed: string, signature: string): string {
  return signed + SEPARATOR + signature;
}

function isWellFormed({ accessPoints, credential }: TokenClaims): boolean {
  return accessPoints.length <= MAX_ACCESS_POINTS && CREDENTIAL_FORMS.qr.pattern.test(credential);
}

function decodeAll(texts: readonly string[]): string[] | undefined {
  try {
    return texts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
