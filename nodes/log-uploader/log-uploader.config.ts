import { MAX_BATCH } from '../../lib/link/log/records.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export const TRANSPORTS = ['link', 'wired'] as const;

export interface LogUploaderConfig {
  /** The link, or the site and the name of this gateway for a transport that the flow makes. */
  route: { link: string } | { site: string; gateway: string };
  /** Records in one batch at most. */
  batch: number;
  /** Whether pictures that are kept with records travel, too; over the link only. */
  pictures: boolean;
}

export function normalise(settings: Settings): LogUploaderConfig {
  const isLink = settings.choice('transport', TRANSPORTS, 'link') === 'link';
  return {
    route: isLink
      ? { link: settings.text('link') }
      : { site: settings.text('site'), gateway: settings.text('gateway') },
    batch: Math.round(settings.number('batch', { min: 1, max: MAX_BATCH, fallback: 100 })),
    pictures: isLink && settings.flag('pictures', true),
  };
}
