import type { NodeAPI } from 'node-red';
import { FactorJoin } from '../../lib/runtime/factor-join.ts';
import { registerNode } from '../../lib/runtime/node.ts';
import { accessPointType, siteType, type AccessPointApi } from '../../lib/runtime/site.ts';
import { normalise, type AccessPointConfig } from './access-point.config.ts';

/** The access point config node: one direction of one door, and what has to be presented there. */
export default function register(RED: NodeAPI): void {
  registerNode<AccessPointConfig, AccessPointApi>(RED, accessPointType.type, {
    normalise,
    start: ({ config }) => {
      const site = siteType.of(RED, config.site);
      const remove = site.addAccessPoint(config.settings);
      const factors = new FactorJoin(config.settings, site.engine);
      return {
        api: { settings: config.settings, site, factors },
        close: () => {
          factors.close();
          remove();
        },
      };
    },
  });
}
