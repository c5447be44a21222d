import type { Settings } from '../../lib/runtime/settings.ts';

export interface DeviceSyncConfig {
  link: string;
  /** Milliseconds after which a revocation that a gateway has not confirmed is an alarm. */
  revocationLimit: number;
}

const SECOND = 1000;

export function normalise(settings: Settings): DeviceSyncConfig {
  const seconds = settings.number('revocationLimit', { min: 5, max: 3600, fallback: 60 });
  return { link: settings.text('link'), revocationLimit: seconds * SECOND };
}
