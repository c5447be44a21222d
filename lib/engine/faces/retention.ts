import type { ClockTrust } from '../clock-trust.ts';
import type { Administration } from '../administration.ts';
import type { LocalClock } from '../passes/local-clock.ts';
import type { Store } from '../store/store.ts';
import type { FaceConfig } from './requests.ts';

const DAY = 86_400_000;
/** How often templates are looked through whose time is over, in milliseconds. */
const EVERY = 3_600_000;
const AT_A_TIME = 200;

interface Parts {
  store: Store;
  administration: Pick<Administration, 'change'>;
  local: LocalClock;
  trust: ClockTrust;
  config: () => FaceConfig;
  announce: () => void;
}

/** Deletes templates that nobody may keep any longer (N15). */
export interface Retention {
  /** Resolves with how many were deleted. While the clock is not trusted nothing is. */
  sweep(): Promise<number>;
  stop(): void;
}

export function createRetention(parts: Parts): Retention {
  const { store, administration, local, trust, config, announce } = parts;

  async function sweep(): Promise<number> {
    const { now, trusted } = trust.read();
    if (!trusted) return 0;
    const { keepAfterValidity, keepAfterWithdrawal } = config();
    const over = {
      validBefore: local(now - keepAfterValidity * DAY),
      withdrawnBefore: now - keepAfterWithdrawal * DAY,
    };
    let deleted = 0;
    for (;;) {
      const ids = await store.faces('expired', { ...over, limit: AT_A_TIME });
      const applied = await deleteFaces(ids);
      deleted += applied;
      if (ids.length < AT_A_TIME || applied === 0) return deleted;
    }
  }

  async function deleteFaces(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const changes = ids.map((id) => ({ op: 'delete', kind: 'credential', id }) as const);
    const { applied } = await administration.change(
      changes,
      { author: 'retention', atomic: false },
      { category: 'administration', code: 'templatesExpired', details: { templates: ids.length } },
    );
    if (applied > 0) announce();
    return applied;
  }

  const timer = setInterval(() => {
    sweep().catch(() => undefined); // The store says itself what is wrong with it, and the next sweep comes.
  }, EVERY).unref();

  return {
    sweep,
    stop() {
      clearInterval(timer);
    },
  };
}
