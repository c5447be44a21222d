import type { NodeAPI } from 'node-red';
import { registerNode } from '../../lib/runtime/node.ts';
import { serveSites } from '../../lib/runtime/admin.ts';
import { SiteHost } from '../../lib/runtime/site-host.ts';
import { siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { normalise, type SiteConfig } from './site.config.ts';

/** The site config node: owns the engine, and with it people, rights and records. */
export default function register(RED: NodeAPI): void {
  serveSites(RED);
  registerNode<SiteConfig, SiteApi>(RED, siteType.type, {
    normalise: (settings) => normalise(settings, RED.settings.userDir ?? process.cwd()),
    start: ({ node, config }) => {
      const host = new SiteHost(config, (message) => {
        node.warn(message);
      });
      return { api: host, close: () => host.close() };
    },
  });
}
