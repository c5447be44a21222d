import type { NodeMessageInFlow } from 'node-red';
import type { Engine } from '../../lib/engine/engine.ts';
import type { DifferenceDecisions } from '../../lib/engine/fleet/fleet-engine.ts';
import type { RemoteCommand } from '../../lib/link/ends/command.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, Name } from '../../lib/model/fields.ts';
import { optional } from '../../lib/model/optional.ts';
import { parser } from '../../lib/model/parse.ts';
import type { ServerSync } from '../../lib/sync/server-sync.ts';

/** What a message may ask of a server; without one it carries a command in its payload. */
export const OPERATIONS = [
  'command',
  'fleet',
  'items',
  'compare',
  'erasures',
  'differences',
  'decide',
] as const;
type Operation = (typeof OPERATIONS)[number];

/** Rows of an answer, unless the message says otherwise. */
const ROWS = 100;

const id = parser(Id);
const name = parser(Name);

interface Parts {
  engine: Engine;
  sync: Pick<ServerSync, 'command' | 'attend'>;
  /** Who it is if the message does not say. */
  author: string;
}

/** A message whose form is checked by whoever gets it. */
interface Request {
  gateway: string;
  author: string;
  payload: unknown;
  reason: unknown;
}

type Perform = (parts: Parts, request: Request) => Promise<unknown>;

const PERFORM: Readonly<Record<Exclude<Operation, 'fleet' | 'erasures'>, Perform>> = {
  items: ({ engine }, { gateway }) => engine.fleetItems({ gateway, limit: ROWS }),
  compare: async ({ engine, sync }, { gateway }) => {
    await engine.compareGateway({ gateway });
    sync.attend(gateway);
  },
  differences: ({ engine }, { gateway, payload }) =>
    engine.differences({ limit: ROWS, ...asObject(payload), gateway }),
  decide: async ({ engine, sync }, { gateway, author, payload }) => {
    const decisions = asObject(payload) as unknown as DifferenceDecisions;
    const answer = await engine.decideDifferences({ ...decisions, gateway, author });
    sync.attend(gateway);
    return answer;
  },
  command: async ({ sync }, { gateway, author, payload, reason }) => ({
    command: await sync.command({
      ...{ gateway, author, order: payload as RemoteCommand['order'] },
      ...optional('reason', reason as string | undefined),
    }),
  }),
};

/** Does what a message asks; returns the answer. Throws INPUT_INVALID, or what the engine and the link say. */
export async function performAtServer(parts: Parts, message: NodeMessageInFlow): Promise<unknown> {
  const {
    operation = 'command',
    gateway,
    person,
    payload,
    reason,
  } = message as Record<string, unknown>;
  const known = OPERATIONS.find((one) => one === operation);
  if (known === undefined) {
    throw new AccessError('INPUT_INVALID', `msg.operation is one of ${OPERATIONS.join(', ')}`);
  }
  if (known === 'fleet') return parts.engine.fleet({});
  if (known === 'erasures') {
    return parts.engine.erasures(
      person === undefined ? {} : { person: id.parse(person, 'msg.person') },
    );
  }
  return PERFORM[known](parts, {
    gateway: id.parse(gateway, 'msg.gateway'),
    author: authorOf(message, parts.author),
    ...{ payload, reason },
  });
}

/** Who it is, as the records name them. */
export function authorOf(message: NodeMessageInFlow, otherwise: string): string {
  const { author } = message as { author?: unknown };
  return author === undefined ? otherwise : name.parse(author, 'msg.author');
}

/** What is no object says nothing, such as the time of an inject node. */
function asObject(payload: unknown): object {
  return typeof payload === 'object' && payload !== null ? payload : {};
}
