import type { NodeAPI } from 'node-red';
import type { Attempt } from '../../lib/model/attempt.ts';
import type { Decision, Outcome } from '../../lib/model/decision.ts';
import { toAccessError } from '../../lib/model/errors.ts';
import { attemptIn, openSecrets, unavailable } from '../../lib/runtime/attempt.ts';
import { withAccess } from '../../lib/runtime/message.ts';
import { registerNode } from '../../lib/runtime/node.ts';
import { accessPointType, followEngine, siteType, type SiteApi } from '../../lib/runtime/site.ts';
import { normalise, type PermissionCheckConfig } from './permission-check.config.ts';

const PORTS: readonly Outcome[] = ['granted', 'denied', 'unknown'];

/** The permission-check node: an attempt in, a recorded decision out, on the port of its outcome. */
export default function register(RED: NodeAPI): void {
  registerNode<PermissionCheckConfig>(RED, 'gatewire-permission-check', {
    normalise,
    start: ({ config, status }) => {
      const site = siteType.of(RED, config.site);
      const accessPoint =
        config.accessPoint === undefined
          ? undefined
          : accessPointType.of(RED, config.accessPoint).settings;
      const unfollow = followEngine(site, status, 'ready');
      return {
        input: async (message, send) => {
          const access = attemptIn(message, accessPoint);
          const decision = await decide(site, openSecrets(access.attempt, site.sealing));
          status.flash(decision.outcome);
          const out = withAccess(message, { ...access, decision }, decision.outcome === 'granted');
          send(PORTS.map((outcome) => (outcome === decision.outcome ? out : null)));
        },
        close: unfollow,
      };
    },
  });
}

/** While the engine is down the answer is no, and the node shows why. Nothing else is guessed. */
async function decide(site: SiteApi, attempt: Attempt): Promise<Decision> {
  try {
    return await site.engine.decide(attempt);
  } catch (reason) {
    if (toAccessError(reason).code !== 'ENGINE_UNAVAILABLE') throw reason;
    return unavailable(attempt, site.settings.language);
  }
}
