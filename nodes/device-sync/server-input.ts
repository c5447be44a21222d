import type { NodeMessageInFlow } from 'node-red';
import type { Engine } from '../../lib/engine/engine.ts';
import type { RemoteCommand } from '../../lib/link/command.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, Name } from '../../lib/model/fields.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import type { ServerSync } from '../../lib/sync/server-sync.ts';

/** What a message may ask of a server; without one it carries a command in its payload. */
export const OPERATIONS = ['command', 'fleet', 'items', 'compare', 'erasures'] as const;

const ITEMS = 100;

const id = parser(Id);
const name = parser(Name);

interface Parts {
  engine: Engine;
  sync: ServerSync;
  /** Who it is if the message does not say. */
  author: string;
}

/** Does what a message asks; returns the answer. Throws INPUT_INVALID, or what the engine and the link say. */
export async function performAtServer(
  { engine, sync, author }: Parts,
  message: NodeMessageInFlow,
): Promise<unknown> {
  const { operation = 'command', gateway, person, payload } = message as Record<string, unknown>;
  const named = () => id.parse(gateway, 'msg.gateway');
  switch (operation) {
    case 'fleet':
      return engine.fleet({});
    case 'items':
      return engine.fleetItems({ gateway: named(), limit: ITEMS });
    case 'compare':
      return engine.compareGateway({ gateway: named() });
    case 'erasures':
      return engine.erasures({
        ...(person !== undefined && { person: id.parse(person, 'msg.person') }),
      });
    case 'command':
      return {
        command: await sync.command({
          gateway: named(),
          order: payload as RemoteCommand['order'], // checked with the command
          author: message.author === undefined ? author : name.parse(message.author, 'msg.author'),
          ...optional('reason', message.reason as string | undefined),
        }),
      };
    default:
      throw new AccessError('INPUT_INVALID', `msg.operation is one of ${OPERATIONS.join(', ')}`);
  }
}
