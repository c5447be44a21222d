import type { NodeMessageInFlow } from 'node-red';
import type { Engine } from '../../lib/engine/engine.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { authorOf } from './server-input.ts';

/**
 * All that a message may ask of a gateway: who the master is (`master`), and that it becomes its own master without
 * its server (`takeMastership`). Throws INPUT_INVALID for anything else, CONFLICT unless the site is on its way to
 * local mode.
 */
export async function performAtGateway(
  { engine, author }: { engine: Engine; author: string },
  message: NodeMessageInFlow,
): Promise<void> {
  const { operation, reason } = message as Record<string, unknown>;
  if (operation === 'master') return;
  if (operation !== 'takeMastership') {
    throw new AccessError('INPUT_INVALID', 'a gateway takes its commands from the server only');
  }
  await engine.takeMastership({
    author: authorOf(message, author),
    reason: reason as string, // checked by the engine
  });
}
