import type { NodeAPI } from 'node-red';
import { toAccessError } from '../../lib/model/errors.ts';
import { codeOfServer, expectedGateway } from '../../lib/runtime/first-start.ts';
import { GatewayHost } from '../../lib/runtime/gateway-host.ts';
import { serveLinks } from '../../lib/runtime/link-admin.ts';
import { linkType, type LinkApi } from '../../lib/runtime/link.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { ServerHost } from '../../lib/runtime/server-host.ts';
import { siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { packageVersion } from '../../lib/runtime/version.ts';
import {
  normalise,
  withSecrets,
  withServerSecrets,
  type GatewayConfig,
  type LinkConfig,
  type LinkSecrets,
  type ServerConfig,
} from './link.config.ts';

type Warn = (problem: string) => void;

/** Who is named in the log for what a set-up program has asked for. */
const FIRST_START = 'first start';

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
      ? startGateway({ ...config, broker: withSecrets(config.broker, secrets) }, site, warn)
      : startServer({ ...config, broker: withServerSecrets(config.broker, secrets) }, site, warn);
  return { api: host, close: () => host.close() };
}

function startGateway({ gateway, broker }: GatewayConfig, site: SiteApi, warn: Warn): GatewayHost {
  const host = new GatewayHost({ site, gateway, broker, version: packageVersion(), warn });
  const code = codeOfServer();
  if (code === undefined) return host;
  onceUp(site, () => {
    if (host.state.name !== 'unpaired') return;
    host.pair(code, FIRST_START).catch((reason: unknown) => {
      warn(toAccessError(reason).message);
    });
  });
  return host;
}

function startServer({ broker }: ServerConfig, site: SiteApi, warn: Warn): ServerHost {
  const host = new ServerHost({ site, broker, warn });
  const expected = expectedGateway();
  if (expected === undefined) return host;
  onceUp(site, () => {
    host.invite(expected.gateway, FIRST_START, expected.code);
  });
  return host;
}

/** Who is taken in is recorded, and there is nothing to record with before the engine is there. */
function onceUp(site: SiteApi, work: () => void): void {
  const stop = site.onState((state) => {
    if (state === 'starting' || state === 'down') return;
    stop();
    work();
  });
}
