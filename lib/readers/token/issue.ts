import { randomBytes } from 'node:crypto';
import { AccessError } from '../../model/errors.ts';
import { signText } from './keys.ts';
import type { SigningKey } from './keys.ts';
import { joinToken, MAX_LIFE, MAX_TOKEN_LENGTH, parseToken, signedText } from './token.ts';
import type { TokenClaims } from './token.ts';

const NONCE_BYTES = 16;

export interface TokenRequest extends Pick<TokenClaims, 'site' | 'accessPoints' | 'credential'> {
  /** Seconds, 1 to 30. */
  life: number;
  /** Given only where a token has to be repeatable, as in a test. */
  nonce?: string;
}

/**
 * Makes a token, as a phone app or the simulator does. `now` is wall time in milliseconds since 1970 UTC.
 * Throws `INPUT_INVALID` for a life beyond 30 s, ids too long for 256 characters, or a key that is none.
 */
export function issueToken(request: TokenRequest, signing: SigningKey, now: number): string {
  const { nonce = randomBytes(NONCE_BYTES).toString('base64url'), ...rest } = request;
  if (!Number.isInteger(rest.life) || rest.life < 1 || rest.life > MAX_LIFE) {
    throw new AccessError('INPUT_INVALID', `a token lives 1 to ${MAX_LIFE} seconds`);
  }
  const signed = signedText({ ...rest, nonce, issued: Math.floor(now / 1000) });
  const token = joinToken(signed, signText(signed, signing));
  if (parseToken(token) !== undefined) return token;
  throw new AccessError(
    'INPUT_INVALID',
    `these ids do not make a token of at most ${MAX_TOKEN_LENGTH} characters`,
  );
}
