import { AccessError } from '../../lib/model/errors.ts';
import type { Settings } from '../../lib/runtime/settings.ts';
import { typedField, type TypedValue } from '../../lib/runtime/typed-value.ts';

export interface ZoneTrackerConfig {
  site: string;
  /** Zones that the status shows; empty for those with a limit, or else the outermost ones. */
  shown: readonly string[];
  sharing: SharingSettings | undefined;
  /** The firm whose people alone may be asked about; empty for all. */
  scope: TypedValue;
}

export interface SharingSettings {
  /** Name of this gateway among the others. */
  gateway: string;
  peers: readonly string[];
  /** Milliseconds between two signs of life. */
  heartbeat: number;
  /** Milliseconds of silence after which another gateway is out of reach. */
  limit: number;
}

const SECOND = 1000;

export function normalise(settings: Settings): ZoneTrackerConfig {
  return {
    site: settings.text('site'),
    shown: list(settings, 'shown'),
    sharing: settings.flag('shares', false) ? sharing(settings) : undefined,
    scope: typedField(settings, 'scope', { value: '', type: 'str' }),
  };
}

function sharing(settings: Settings): SharingSettings {
  const heartbeat = settings.number('heartbeat', { min: 1, max: 600, fallback: 5 });
  const limit = settings.number('limit', { min: 1, max: 3600, fallback: 15 });
  const gateway = settings.text('gateway');
  const peers = list(settings, 'peers');
  if (peers.length === 0) throw new AccessError('CONFIG_INVALID', 'peers is missing');
  if (peers.includes(gateway)) {
    throw new AccessError('CONFIG_INVALID', `peers must not name this gateway, "${gateway}"`);
  }
  if (limit <= heartbeat) {
    throw new AccessError('CONFIG_INVALID', 'limit must be longer than heartbeat');
  }
  return { gateway, peers, heartbeat: heartbeat * SECOND, limit: limit * SECOND };
}

/** Names between commas, each once. */
function list(settings: Settings, field: string): string[] {
  const names = settings.text(field, '').split(',');
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))];
}
