import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { OPERATIONS, PERFORM, type Answer, type Surroundings } from '../../lib/release/perform.ts';
import { Zone } from '../../lib/policy/zone.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { followEngine, siteType } from '../../lib/runtime/site.ts';
import { explainDecision } from './blocked-exit.ts';
import {
  DECISION,
  FROM_MESSAGE,
  normalise,
  OVER_HTTP,
  tokenIn,
  type ExitReleaseConfig,
} from './exit-release.config.ts';
import { answerHttp, type HttpAnswer } from './over-http.ts';
import { chosenOperation, requestOf } from './request.ts';

type Context = NodeContext<ExitReleaseConfig>;
type Work = (message: NodeMessageInFlow) => Promise<Answer | HttpAnswer>;

const MESSAGE_OPERATIONS = [...OPERATIONS, DECISION] as const;

/** The exit-release node: deals, their marks, and why somebody may not leave with his goods. */
export default function register(RED: NodeAPI): void {
  registerNode<ExitReleaseConfig>(RED, 'gatewire-exit-release', {
    normalise,
    start,
    credentials: { token: { type: 'password' } },
  });
}

function start(context: Context): NodeParts<never> {
  const { RED, config, status } = context;
  const site = siteType.of(RED, config.site);
  const unfollow = followEngine(site, status, 'ready');
  const { zone, language } = site.settings;
  const work = workOf(context, { engine: site.engine, zone: new Zone(zone), language });
  return {
    input: async (message, send) => {
      try {
        const answer = await work(message);
        status.flash(answer.refusals.length === 0 ? 'done' : 'partly');
        send(portsOf(RED, message, answer));
      } catch (reason) {
        status.flash('fault');
        throw reason;
      }
    },
    close: unfollow,
  };
}

function workOf(context: Context, around: Surroundings): Work {
  const { node, config } = context;
  const { operation } = config;
  if (operation === OVER_HTTP) {
    const token = tokenIn(node.credentials);
    return (message) => answerHttp(around, token, message, () => requestOf(context, message));
  }
  return async (message) => {
    const chosen =
      operation === FROM_MESSAGE ? chosenOperation(message, MESSAGE_OPERATIONS) : operation;
    if (chosen === DECISION) return explainDecision(around, message);
    return PERFORM[chosen](around, await requestOf(context, message));
  };
}

/** The result, an event for each thing that happened, and what was refused if anything was. */
function portsOf(
  RED: NodeAPI,
  message: NodeMessageInFlow,
  answer: Answer | HttpAnswer,
): (NodeMessageInFlow | NodeMessageInFlow[] | null)[] {
  const { payload, events, refusals } = answer;
  const copy = (content: unknown): NodeMessageInFlow =>
    Object.assign(RED.util.cloneMessage(message), { payload: content });
  const told = events.map((event) => copy(event));
  const refused = refusals.length === 0 ? null : copy(refusals);
  const status = 'statusCode' in answer ? { statusCode: answer.statusCode } : {};
  return [Object.assign(message, { payload }, status), told.length === 0 ? null : told, refused];
}
