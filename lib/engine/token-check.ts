import { canonicalValue, type TokenKey } from '../model/credential.ts';
import type { Reason } from '../model/reasons.ts';
import type { Policy } from '../policy/policy.ts';
import { isToken, parseToken } from '../readers/token/token.ts';
import { verifyToken } from '../readers/token/verify.ts';
import type { Moment } from './clock-trust.ts';
import type { Reading } from './readings.ts';
import type { Secrets } from './secrets.ts';
import type { SideWrite, Store } from './store/store.ts';
import type { UsedTokens } from './used-tokens.ts';

/** Where and when a token was shown. */
export interface TokenContext {
  site: string;
  accessPoint: string;
  moment: Moment;
}

export interface TokenVerdict {
  /** Digest of the credential that the token names; absent if it names none. */
  lookup?: string;
  problem?: Reason;
  /** What a grant uses up: the one-time id, and the wall time at which the token ends by itself. */
  use?: { token: string; expires: number };
}

/** Dynamic QR codes (T-02): genuine, for this place and time, and never twice. */
export interface TokenCheck {
  isToken(reading: Reading): boolean;
  check(reading: Reading, context: TokenContext): Promise<TokenVerdict>;
  isUsed(verdict: TokenVerdict): boolean;
  /** Marks the tokens of a grant at once; the writes belong to its record. */
  use(verdicts: Iterable<TokenVerdict>, now: number): SideWrite[];
}

interface Parts {
  policy: Policy;
  store: Store;
  secrets: Secrets;
  used: UsedTokens;
}

export function createTokenCheck({ policy, store, secrets, used }: Parts): TokenCheck {
  async function keyOf(lookup: string): Promise<TokenKey | 'unknown' | 'none'> {
    const index = policy.findCredential('qr', lookup);
    if (index === -1) return 'unknown';
    const { id } = policy.credentialAt(index);
    const sealed = (await store.secrets(id))?.tokenKey;
    return sealed === undefined ? 'none' : openTokenKey(secrets, id, sealed);
  }

  async function check(
    { canonical }: Reading,
    { moment, ...place }: TokenContext,
  ): Promise<TokenVerdict> {
    const claimed = parseToken(canonical)?.claims.credential;
    if (claimed === undefined) return { problem: 'malformed' };
    const lookup = secrets.lookup('qr', canonicalValue('qr', claimed));
    const key = await keyOf(lookup);
    if (key === 'unknown') return { lookup };
    if (key === 'none') return { lookup, problem: 'tokenInvalid' };
    if (!moment.trusted) return { lookup, problem: 'clockUntrusted' };
    const verdict = verifyToken(canonical, key, { ...place, now: moment.now });
    if (verdict.result !== 'ok') return { lookup, problem: verdict.result };
    return { lookup, use: { token: verdict.tokenId, expires: verdict.expires } };
  }

  return {
    isToken: ({ type, canonical }) => type === 'qr' && isToken(canonical),
    check,
    isUsed: ({ use }) => use !== undefined && used.has(use.token),
    use: (verdicts, now) =>
      [...verdicts].flatMap(({ use }) =>
        use === undefined ? [] : [used.use(use.token, use.expires, now)],
      ),
  };
}

/** The form in which a token key is sealed. */
export function sealTokenKey(secrets: Secrets, credential: string, key: TokenKey): Uint8Array {
  return secrets.seal(credential, 'tokenKey', Buffer.from(`${key.algorithm}:${key.key}`));
}

function openTokenKey(secrets: Secrets, credential: string, sealed: Uint8Array): TokenKey {
  const text = Buffer.from(secrets.open(credential, 'tokenKey', sealed)).toString();
  const [algorithm, key = ''] = text.split(':', 2);
  return { algorithm: algorithm === 'hmac' ? 'hmac' : 'ed25519', key };
}
