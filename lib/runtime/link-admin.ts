import type { Request } from 'express';
import type { NodeAPI } from 'node-red';
import { AccessError } from '../model/errors.ts';
import { READ, WRITE, respond, userOf } from './admin.ts';
import { GatewayHost } from './gateway-host.ts';
import { linkType } from './link.ts';
import { ServerHost } from './server-host.ts';

/** What an administrator may do with a running link. */
const ACTIONS: Readonly<Record<string, (RED: NodeAPI, request: Request) => unknown>> = {
  invite: (RED, request) =>
    serverOf(RED, request).invite(field(request, 'gateway'), userOf(request)),
  revoke: async (RED, request) => {
    const server = serverOf(RED, request);
    await server.revoke(field(request, 'gateway'), userOf(request));
    return server.gateways;
  },
  pair: async (RED, request) => {
    const gateway = gatewayOf(RED, request);
    await gateway.pair(field(request, 'code'), userOf(request));
    return gateway.state;
  },
};

/**
 * Serves the routes below `gatewire/links/<id of the config node>/` of the admin API: what the link is doing, with the
 * permission `gatewire.read`; inviting, revoking and pairing with `gatewire.write`.
 */
export function serveLinks(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/gatewire/links/:link/state',
    RED.auth.needsPermission(READ),
    (request, response) => {
      void respond(response, () => describe(RED, request));
    },
  );
  for (const [name, act] of Object.entries(ACTIONS)) {
    RED.httpAdmin.post(
      `/gatewire/links/:link/${name}`,
      RED.auth.needsPermission(WRITE),
      (request, response) => {
        // A one-time code must not stay in a cache.
        response.set('cache-control', 'no-store');
        void respond(response, () => act(RED, request));
      },
    );
  }
}

function describe(RED: NodeAPI, request: Request): object {
  const link = linkType.of(RED, String(request.params.link));
  const { role, state } = link;
  if (!(link instanceof ServerHost)) return { role, state };
  return { role, state, port: link.port, gateways: link.gateways };
}

function serverOf(RED: NodeAPI, request: Request): ServerHost {
  const link = linkType.of(RED, String(request.params.link));
  if (link instanceof ServerHost) return link;
  throw new AccessError('INPUT_INVALID', 'this link is a gateway, not a server');
}

function gatewayOf(RED: NodeAPI, request: Request): GatewayHost {
  const link = linkType.of(RED, String(request.params.link));
  if (link instanceof GatewayHost) return link;
  throw new AccessError('INPUT_INVALID', 'this link is a server, not a gateway');
}

function field(request: Request, name: string): string {
  const value = (request.body as Partial<Record<string, unknown>> | undefined)?.[name];
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new AccessError('INPUT_INVALID', `${name} is missing`);
}
