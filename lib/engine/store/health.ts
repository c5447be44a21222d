import { statSync } from 'node:fs';
import type { Ballast } from './ballast.ts';
import { perStream, streamHealth, type Heads } from './heads.ts';
import { quotaShare } from './limits.ts';
import type { StoreHealth, StoreLimits } from './store.ts';

export interface HealthSource {
  file: string;
  ballast: Ballast;
  heads: Readonly<Heads>;
  limits: StoreLimits;
  /** The level of the quota that was last reached, 0 below the lowest. */
  quotaLevel: number;
  problems: readonly string[];
}

/**
 * The state of the store. Its problems are `storeBroken`, `storeFull`, `storeReplaced`, `walLarge`,
 * `quota70`, `quota85`, `quota95` and `ballastMissing`.
 */
export function storeHealth(source: HealthSource): StoreHealth {
  const { file, ballast, heads, limits, quotaLevel } = source;
  const problems = [...source.problems];
  if (quotaLevel > 0) problems.push(`quota${quotaLevel}`);
  if (!ballast.present) problems.push('ballastMissing');
  return {
    bytes: sizeOf(file) + sizeOf(`${file}-wal`),
    quota: quotaShare(heads, limits),
    ballast: ballast.present,
    streams: perStream((stream) => streamHealth(heads[stream])),
    problems,
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
