import type { NodeAPI } from 'node-red';
import { registerNode } from '../../lib/runtime/node.ts';
import { Keeper } from './keeper.ts';
import { serveStates, type LiveStates } from './state-route.ts';
import { normalise, type TurnstileConfig } from './turnstile.config.ts';

/** The turnstile node: grants and signals of sensors in; commands, passages and alarms out. */
export default function register(RED: NodeAPI): void {
  const states: LiveStates = new Map();
  serveStates(RED, states);
  registerNode<TurnstileConfig>(RED, 'gatewire-turnstile', {
    normalise,
    start: (context) => {
      const keeper = new Keeper(context);
      states.set(context.node.id, () => keeper.state());
      return {
        input: (message) => keeper.input(message),
        close: async (removed) => {
          states.delete(context.node.id);
          await keeper.close(removed);
        },
      };
    },
  });
}
