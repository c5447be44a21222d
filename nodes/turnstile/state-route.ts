import type { NodeAPI } from 'node-red';
import type { LiveState } from './live-state.ts';

const READ = 'gatewire.read';

/** The running turnstile nodes, by their ids. */
export type LiveStates = Map<string, () => LiveState>;

/** Serves `gatewire/turnstiles/<node id>/state` to a logged-in editor. */
export function serveStates(RED: NodeAPI, states: LiveStates): void {
  RED.httpAdmin.get(
    '/gatewire/turnstiles/:node/state',
    RED.auth.needsPermission(READ),
    (request, response) => {
      const state = states.get(String(request.params.node));
      if (state !== undefined) response.json(state());
      else response.status(404).json({ code: 'NOT_FOUND', message: 'this node is not deployed' });
    },
  );
}
