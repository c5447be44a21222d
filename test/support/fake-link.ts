import type { Node, NodeAPI, NodeDef } from 'node-red';
import { createEmitter } from '../../lib/model/emitter.ts';
import { linkType, type LinkApi, type LinkState } from '../../lib/runtime/link.ts';

/** A link whose ends a test holds, for nodes that refer to a `gatewire-link`. */
export interface FakeLink {
  api: LinkApi;
  setState(state: LinkState): void;
}

export function fakeLink(parts: Omit<LinkApi, 'state' | 'onState'>): FakeLink {
  const events = createEmitter<{ change: LinkState }>();
  let state: LinkState = { name: 'online' };
  return {
    api: {
      ...parts,
      get state() {
        return state;
      },
      onState: (listener) => events.on('change', listener),
    },
    setState(next) {
      state = next;
      events.emit('change', next);
    },
  };
}

/** Loads the config node type with these links, by the ids of their nodes. */
export function registerLinks(links: Readonly<Record<string, FakeLink>>) {
  return (RED: NodeAPI): void => {
    function LinkNode(this: Node & { gatewire?: LinkApi }, definition: NodeDef): void {
      RED.nodes.createNode(this, definition);
      const link = links[this.id];
      if (link !== undefined) this.gatewire = link.api;
    }
    RED.nodes.registerType(linkType.type, LinkNode);
  };
}
