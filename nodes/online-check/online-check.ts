import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { Decision, Outcome } from '../../lib/model/decision.ts';
import type { Access } from '../../lib/model/message.ts';
import { attemptIn } from '../../lib/runtime/attempt.ts';
import { linkType } from '../../lib/runtime/link.ts';
import { withAccess } from '../../lib/runtime/message.ts';
import { registerNode } from '../../lib/runtime/node.ts';
import { OnlineDesk } from '../../lib/runtime/online-desk.ts';
import { accessPointType } from '../../lib/runtime/site.ts';
import type { Send } from '../../lib/runtime/lifecycle.ts';
import { normalise, type OnlineCheckConfig } from './online-check.config.ts';

const PORTS: readonly Outcome[] = ['granted', 'denied', 'unknown'];

/** The online-check node: an attempt in, the server's recorded decision out, on the port of its outcome. */
export default function register(RED: NodeAPI): void {
  registerNode<OnlineCheckConfig>(RED, 'gatewire-online-check', {
    normalise,
    start: ({ config, status }) => {
      const link = linkType.of(RED, config.link);
      const accessPoint =
        config.accessPoint === undefined
          ? undefined
          : accessPointType.of(RED, config.accessPoint).settings;
      const desk = new OnlineDesk(link, config, status);
      return {
        input: async (message, send) => {
          const access = attemptIn(message, accessPoint);
          const decision = decidedBefore(access) ?? (await desk.decide(access.attempt, message));
          status.flash(decision.outcome);
          deliver(message, { ...access, decision }, send);
        },
        close: () => {
          desk.close();
        },
      };
    },
  });
}

/** Known and refused is final, and granted needs nobody else: only the unknown is put to the server (D8). */
function decidedBefore({ attempt, decision }: Access): Decision | undefined {
  const isFinal = decision?.attempt === attempt.id && decision.outcome !== 'unknown';
  return isFinal ? decision : undefined;
}

function deliver(
  message: NodeMessageInFlow,
  access: Access & { decision: Decision },
  send: Send,
): void {
  const { outcome } = access.decision;
  const out = withAccess(message, access, outcome === 'granted');
  send(PORTS.map((port) => (port === outcome ? out : null)));
}
