import type { GatewayEnd } from '../link/ends/gateway-end.ts';
import type { GatewayWatch } from '../link/presence/gateway-watch.ts';
import type { ServerEnd } from '../link/ends/server-end.ts';
import { configType } from './node.ts';
import type { SiteApi } from './site.ts';
import type { Status, StatusName } from './status.ts';

/** Who one is on a link. */
export const LINK_ROLES = ['gateway', 'server'] as const;
export type LinkRole = (typeof LINK_ROLES)[number];

/**
 * How a link is doing. `unpaired`: this gateway knows no server yet. `offline`: no broker, or nobody there who answers
 * as the server. `refused`: another gateway is at work under this name, and the server listens to that one.
 */
export interface LinkState {
  readonly name: 'unpaired' | 'offline' | 'online' | 'refused';
  /** Why it is not online, in plain English. */
  readonly reason?: string;
}

/** What a link config node offers to the nodes that use it: the end of its role, and how that is doing. */
export interface LinkApi {
  readonly role: LinkRole;
  readonly site: SiteApi;
  /** There in the role `gateway`, paired or not. */
  readonly gateway?: GatewayEnd;
  /** There in the role `server`. */
  readonly server?: ServerEnd;
  /** Who is there, in the role `server`. */
  readonly watch?: GatewayWatch;
  readonly state: LinkState;
  /** Tells every change of the state; the returned function ends that. */
  onState(listener: (state: LinkState) => void): () => void;
}

export const linkType = configType<LinkApi>('gatewire-link', 'link');

const SHOWN: Readonly<Record<LinkState['name'], StatusName>> = {
  unpaired: 'unpaired',
  offline: 'disconnected',
  online: 'ready',
  refused: 'fault',
};

/** What a node shows of the state of a link. */
export function shownLink({ name }: LinkState): StatusName {
  return SHOWN[name];
}

/** Shows the state of a link as the steady status of a node. Returns how to stop. */
export function followLink(link: Pick<LinkApi, 'state' | 'onState'>, status: Status): () => void {
  const show = ({ name }: LinkState): void => {
    status.show(SHOWN[name]);
  };
  show(link.state);
  return link.onState(show);
}
