import type { Settings } from '../../lib/runtime/settings.ts';

export interface SimulatedBoardConfig {
  /** TCP port on loopback. */
  port: number;
  channels: number;
}

export function normalise(settings: Settings): SimulatedBoardConfig {
  return {
    port: settings.number('port', { min: 1, max: 65535, fallback: 10502 }),
    channels: settings.number('channels', { min: 1, max: 64, fallback: 8 }),
  };
}
