import type { NodeAPI } from 'node-red';
import { linkType } from '../../lib/runtime/link.ts';
import { followLink } from '../../lib/runtime/link.ts';
import { registerNode } from '../../lib/runtime/node.ts';
import { serveText } from '../../lib/runtime/http-endpoint.ts';
import { VerifierDesk } from '../../lib/runtime/verifier-desk.ts';
import { normalise, type OnlineVerifierConfig } from './online-verifier.config.ts';

/** The online-verifier node of a server: answers what gateways ask, and tells the flow what was decided for whom. */
export default function register(RED: NodeAPI): void {
  registerNode<OnlineVerifierConfig>(RED, 'gatewire-online-verifier', {
    normalise,
    start: ({ node, config, status }) => {
      const link = linkType.of(RED, config.link);
      const unfollow = followLink(link, status);
      const desk = new VerifierDesk(link, config, {
        answered: ({ gateway, attempt, decision }) => {
          status.flash(decision.outcome);
          const payload = decision.outcome === 'granted';
          node.send([{ topic: gateway, payload, access: { attempt, decision } }, null]);
        },
        refused: ({ gateway, ...payload }) => {
          node.send([null, { topic: gateway, payload }]);
        },
        failed: (error) => {
          node.error(error);
        },
      });
      const stopServing =
        config.path === undefined
          ? () => undefined
          : serveText(RED, config.path, (text) => desk.answerText(text));
      return {
        close: () => {
          stopServing();
          desk.close();
          unfollow();
        },
      };
    },
  });
}
