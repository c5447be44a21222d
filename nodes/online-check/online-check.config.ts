import { AccessError } from '../../lib/model/errors.ts';
import { MAX_LIMIT } from '../../lib/link/online/checks.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export interface OnlineCheckConfig {
  link: string;
  /** Config node of the access point; without it the attempt says where it happened. */
  accessPoint: string | undefined;
  /** Milliseconds that the server's answer may take. */
  limit: number;
  /** Where questions go over HTTP; without it they go over the link. */
  url: string | undefined;
}

export function normalise(settings: Settings): OnlineCheckConfig {
  const seconds = settings.number('limit', { min: 0.1, max: MAX_LIMIT / 1000, fallback: 2 });
  return {
    link: settings.text('link'),
    accessPoint: settings.optionalText('accessPoint'),
    limit: Math.round(seconds * 1000),
    url: urlOf(settings.optionalText('url')),
  };
}

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new AccessError('CONFIG_INVALID', `url "${text}" is not an address of http or https`);
}
