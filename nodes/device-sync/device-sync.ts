import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { RemoteCommand } from '../../lib/link/ends/command.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { followLink, linkType, type LinkApi } from '../../lib/runtime/link.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { packageVersion } from '../../lib/runtime/version.ts';
import { GatewaySync } from '../../lib/sync/gateway-sync.ts';
import { ServerSync } from '../../lib/sync/server-sync.ts';
import { normalise, type DeviceSyncConfig } from './device-sync.config.ts';
import { performAtGateway } from './gateway-input.ts';
import { performAtServer } from './server-input.ts';

const AUTHOR_LENGTH = 64;

type Context = NodeContext<DeviceSyncConfig>;

/**
 * The device-sync node. At a server it keeps what its gateways hold as it shall be and sends them commands; at a
 * gateway it takes that over and obeys.
 */
export default function register(RED: NodeAPI): void {
  registerNode<DeviceSyncConfig>(RED, 'gatewire-device-sync', { normalise, start });
}

function start(context: Context): NodeParts<never> {
  const link = linkType.of(context.RED, context.config.link);
  const stopShowing = followLink(link, context.status);
  const parts = link.role === 'server' ? startServer(context, link) : startGateway(context, link);
  return {
    ...parts,
    close: async (removed) => {
      stopShowing();
      await parts.close?.(removed);
    },
  };
}

/** First output: openings, for a relay. Second: what became of commands. */
function startGateway({ node, status }: Context, link: LinkApi): NodeParts<never> {
  const { site } = link;
  const { engine } = site;
  const sync = new GatewaySync({
    end: present(link.gateway),
    engine,
    tellDoors: (group, event) => {
      site.doors.tell(group, event);
    },
    program: packageVersion(),
    onOpening: (decision, command) => {
      status.flash('granted');
      node.send([openingMessage(decision, command), null]);
    },
    onCommand: (result) => {
      node.send([null, { topic: 'command', payload: result }]);
    },
    onError: (error) => {
      node.error(error);
    },
  });
  return {
    input: async (message: NodeMessageInFlow, send) => {
      await performAtGateway({ engine, author: ownName(node) }, message);
      const { master } = await engine.health();
      send([null, Object.assign(message, { topic: 'master', payload: master })]);
    },
    close: () => {
      sync.close();
    },
  };
}

/** First output: answers. Second: what gateways tell by themselves. */
function startServer({ node, config }: Context, link: LinkApi): NodeParts<never> {
  const { engine } = link.site;
  const tell = (topic: string) => (payload: unknown) => {
    node.send([null, { topic, payload }]);
  };
  const sync = new ServerSync({
    end: present(link.server),
    engine,
    revocationLimit: config.revocationLimit,
    onCommand: tell('command'),
    onCaptured: tell('captured'),
    onPhotos: tell('photos'),
    onError: (error) => {
      node.error(error);
    },
  });
  return {
    input: async (message: NodeMessageInFlow, send) => {
      const answer = await performAtServer({ engine, sync, author: ownName(node) }, message);
      send([Object.assign(message, { payload: answer }), null]);
    },
    close: () => {
      sync.close();
    },
  };
}

/** Who it is if a message does not say. */
function ownName({ name, id }: Context['node']): string {
  return `flow:${name ?? id}`.slice(0, AUTHOR_LENGTH);
}

/** What a relay honours like any other grant. */
function openingMessage(decision: Decision, { id, author }: RemoteCommand) {
  const { at, accessPoint } = decision;
  const attempt = { id: decision.attempt, at, accessPoint, credentials: [] };
  return { topic: 'opening', command: id, author, access: { attempt, decision }, payload: true };
}

function present<T>(end: T | undefined): T {
  if (end === undefined) throw new AccessError('INTERNAL', 'the link has no end of its role');
  return end;
}
