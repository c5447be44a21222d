import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AccessError, toAccessError } from '../model/errors.ts';
import { onClose, onInput, type CloseHandler, type InputHandler } from './lifecycle.ts';
import { Settings } from './settings.ts';
import { Status } from './status.ts';

export interface NodeContext<Config> {
  RED: NodeAPI;
  node: Node;
  config: Config;
  status: Status;
}

export interface NodeParts<Api> {
  input?: InputHandler;
  close?: CloseHandler;
  /** What a config node offers to the nodes that refer to it. */
  api?: Api;
}

export interface NodeSpec<Config, Api> {
  /** Turns the saved settings into a checked, read-only form. Throws CONFIG_INVALID. */
  normalise: (settings: Settings) => Config;
  start: (context: NodeContext<Config>) => NodeParts<Api>;
  /** Secret fields, kept by Node-RED outside the flow file. */
  credentials?: Record<string, { type: 'text' | 'password' }>;
}

type ConfigNode = Node & { gatewire?: unknown };

/**
 * Registers a node type. A node whose settings are wrong stays inert: it shows "misconfigured", says once
 * what is wrong, and fails every message with CONFIG_INVALID.
 */
export function registerNode<Config, Api = never>(
  RED: NodeAPI,
  type: string,
  spec: NodeSpec<Config, Api>,
): void {
  function GatewireNode(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new Status(this);
    const parts = assemble({ RED, node: this, status }, definition, spec);
    if (parts.api !== undefined) (this as ConfigNode).gatewire = parts.api;
    if (parts.input !== undefined) onInput(this, parts.input);
    onClose(this, async (removed) => {
      status.close();
      await parts.close?.(removed);
    });
  }
  RED.nodes.registerType(type, GatewireNode, { credentials: spec.credentials ?? {} });
}

function assemble<Config, Api>(
  base: Omit<NodeContext<Config>, 'config'>,
  definition: NodeDef,
  spec: NodeSpec<Config, Api>,
): NodeParts<Api> {
  try {
    const config = spec.normalise(new Settings({ ...definition }));
    return spec.start({ ...base, config });
  } catch (reason) {
    const error = toAccessError(reason);
    base.status.show('misconfigured');
    base.node.error(error);
    return {
      input: () => {
        throw new AccessError('CONFIG_INVALID', error.message, { cause: error });
      },
    };
  }
}

/** One kind of config node, seen from the nodes that refer to it. */
export interface ConfigType<Api> {
  readonly type: string;
  /**
   * The API of the config node that was chosen. Throws CONFIG_INVALID if nothing is chosen, or if the
   * config node is disabled, deleted or itself misconfigured.
   */
  of(RED: NodeAPI, id: string | undefined): Api;
}

/** `what` is how messages name it, for example "access point". */
export function configType<Api>(type: string, what: string): ConfigType<Api> {
  return {
    type,
    of(RED, id) {
      if (id === undefined) throw new AccessError('CONFIG_INVALID', `no ${what} is chosen`);
      const node = RED.nodes.getNode(id) as ConfigNode | null;
      if (node?.type !== type || node.gatewire === undefined) {
        throw new AccessError(
          'CONFIG_INVALID',
          `the chosen ${what} is missing, disabled or misconfigured`,
        );
      }
      return node.gatewire as Api;
    },
  };
}
