import { AccessError } from '../../lib/model/errors.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export interface OnlineVerifierConfig {
  link: string;
  /** Milliseconds for which a grant may be kept at a gateway; 0 for not at all. */
  keep: number;
  /** Questions a second that are decided for one gateway. */
  rate: number;
  /** Path of the HTTP endpoint; without it there is none. */
  path: string | undefined;
}

const MINUTE = 60_000;

export function normalise(settings: Settings): OnlineVerifierConfig {
  return {
    link: settings.text('link'),
    keep: Math.round(settings.number('keep', { min: 0, max: 1440, fallback: 0 }) * MINUTE),
    rate: settings.number('rate', { min: 1, max: 1000, fallback: 50 }),
    path: pathOf(settings.optionalText('path')),
  };
}

function pathOf(text: string | undefined): string | undefined {
  if (text === undefined || /^\/[\w./-]*$/.test(text)) return text;
  throw new AccessError('CONFIG_INVALID', `path "${text}" must begin with a slash`);
}
