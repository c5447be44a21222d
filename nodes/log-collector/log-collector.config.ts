import type { Settings } from '../../lib/runtime/settings.ts';

export const TRANSPORTS = ['link', 'wired'] as const;

export interface LogCollectorConfig {
  /** The link, or the site for a transport that the flow makes. */
  route: { link: string } | { site: string };
  /** Whether pictures are taken that gateways keep with their records. */
  pictures: boolean;
}

export function normalise(settings: Settings): LogCollectorConfig {
  const isLink = settings.choice('transport', TRANSPORTS, 'link') === 'link';
  return {
    route: isLink ? { link: settings.text('link') } : { site: settings.text('site') },
    pictures: isLink && settings.flag('pictures', true),
  };
}
