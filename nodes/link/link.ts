import type { NodeAPI } from 'node-red';
import { GatewayHost } from '../../lib/runtime/gateway-host.ts';
import { serveLinks } from '../../lib/runtime/link-admin.ts';
import { linkType, type LinkApi } from '../../lib/runtime/link.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { ServerHost } from '../../lib/runtime/server-host.ts';
import { siteType } from '../../lib/runtime/site.ts';
import { packageVersion } from '../../lib/runtime/version.ts';
import { normalise, withSecrets, type LinkConfig, type LinkSecrets } from './link.config.ts';

/** The link config node: the connection between a gateway and its server. */
export default function register(RED: NodeAPI): void {
  serveLinks(RED);
  registerNode<LinkConfig, LinkApi>(RED, linkType.type, {
    normalise: (settings) => normalise(settings, RED.settings.userDir ?? process.cwd()),
    start,
    credentials: { user: { type: 'text' }, password: { type: 'password' } },
  });
}

function start({ RED, node, config }: NodeContext<LinkConfig>): NodeParts<LinkApi> {
  const site = siteType.of(RED, config.site);
  const secrets = (node as { credentials?: LinkSecrets }).credentials ?? {};
  const warn = (problem: string): void => {
    node.warn(problem);
  };
  const host =
    config.role === 'gateway'
      ? new GatewayHost({
          site,
          gateway: config.gateway,
          broker: withSecrets(config.broker, secrets),
          version: packageVersion(),
          warn,
        })
      : new ServerHost({
          site,
          broker:
            'external' in config.broker
              ? { external: withSecrets(config.broker.external, secrets) }
              : config.broker,
          warn,
        });
  return { api: host, close: () => host.close() };
}
