import type { SideWrite } from './store/store.ts';

/** A used token is kept past its end, because a wall clock may be set back. Milliseconds. */
const GRACE = 86_400_000;
const SWEEP_EVERY = 1000;

/** One-time tokens that have opened already (T-02). The same list lies in the store. */
export interface UsedTokens {
  has(token: string): boolean;
  /** Marks the token at once; the returned write belongs to the record of the decision. */
  use(token: string, expires: number, now: number): SideWrite;
}

export function createUsedTokens(stored: { token: string; expires: number }[]): UsedTokens {
  const tokens = new Map(stored.map(({ token, expires }) => [token, expires]));
  let untilSweep = SWEEP_EVERY;

  function sweep(now: number): void {
    untilSweep = SWEEP_EVERY;
    for (const [token, expires] of tokens) if (expires + GRACE < now) tokens.delete(token);
  }

  return {
    has: (token) => tokens.has(token),
    use(token, expires, now) {
      untilSweep -= 1;
      if (untilSweep <= 0) sweep(now);
      tokens.set(token, expires);
      return { kind: 'usedToken', token, expires };
    },
  };
}
