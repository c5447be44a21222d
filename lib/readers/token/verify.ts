import { createHash } from 'node:crypto';
import type { TokenKey } from '../../model/credential.ts';
import { isGenuine } from './keys.ts';
import { MAX_LIFE, parseToken } from './token.ts';
import type { ParsedToken, TokenClaims } from './token.ts';

/** How far, in milliseconds, the phone's clock may run ahead of the gateway's. */
export const EARLY_TOLERANCE = 5000;
const TOKEN_ID_LENGTH = 22;

/** Where and when a token was shown. `now` is wall time in milliseconds since 1970 UTC. */
export interface TokenContext {
  site: string;
  accessPoint: string;
  now: number;
}

/**
 * The answer; `result` is a reason of the decision unless it is `ok`. `why` is for the log. `tokenId` names the
 * token for single use: whoever opens has to store it until `expires` (wall time in milliseconds) and refuse
 * it a second time.
 */
export type TokenVerdict =
  | { result: 'ok'; credential: string; tokenId: string; expires: number }
  | { result: 'tokenInvalid'; why: 'signature' | 'key' | 'site' | 'accessPoint' | 'life' }
  | { result: 'tokenExpired'; why: 'early' | 'late' }
  | { result: 'malformed' };

/**
 * Checks a token with the key of the credential that it names (`parseToken` tells which). It holds from 5 s
 * before it was issued, for a gateway clock that is slow, up to its end and not longer. Never throws: a key
 * that is none makes it invalid. Does not know whether the token was used before.
 */
export function verifyToken(text: string, key: TokenKey, context: TokenContext): TokenVerdict {
  const token = parseToken(text);
  if (token === undefined) return { result: 'malformed' };
  return (
    faultOfSignature(token, key) ??
    faultOfPlace(token.claims, context) ??
    faultOfTime(token.claims, context.now) ?? {
      result: 'ok',
      credential: token.claims.credential,
      tokenId: tokenIdOf(token.claims),
      expires: expiryOf(token.claims),
    }
  );
}

function faultOfSignature(token: ParsedToken, key: TokenKey): TokenVerdict | undefined {
  try {
    if (isGenuine(token.signed, token.signature, key)) return undefined;
    return { result: 'tokenInvalid', why: 'signature' };
  } catch {
    return { result: 'tokenInvalid', why: 'key' };
  }
}

function faultOfPlace(claims: TokenClaims, context: TokenContext): TokenVerdict | undefined {
  if (claims.site !== context.site) return { result: 'tokenInvalid', why: 'site' };
  if (claims.accessPoints.includes(context.accessPoint)) return undefined;
  return { result: 'tokenInvalid', why: 'accessPoint' };
}

function faultOfTime(claims: TokenClaims, now: number): TokenVerdict | undefined {
  if (claims.life > MAX_LIFE) return { result: 'tokenInvalid', why: 'life' };
  if (now < claims.issued * 1000 - EARLY_TOLERANCE) return { result: 'tokenExpired', why: 'early' };
  return now < expiryOf(claims) ? undefined : { result: 'tokenExpired', why: 'late' };
}

function expiryOf({ issued, life }: TokenClaims): number {
  return (issued + life) * 1000;
}

/** One id for a credential's nonce, whatever else stands in the token; tells nothing of the credential. */
function tokenIdOf({ credential, nonce }: TokenClaims): string {
  const digest = createHash('sha256').update(`${nonce}:${credential}`).digest('base64url');
  return digest.slice(0, TOKEN_ID_LENGTH);
}
