import Type from 'typebox';
import type { Engine } from '../../lib/engine/engine.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { Id, ShortText, closed } from '../../lib/model/fields.ts';
import { parser } from '../../lib/model/parse.ts';

/** What is asked: the engine, and who has the pictures. */
export interface Asked {
  engine: Pick<Engine, 'collectedRecords' | 'collectedLogs'>;
  pictures: { read(gateway: string, snapshot: string): Promise<Buffer> };
}

type Perform = (asked: Asked, query: Record<string, unknown>) => Promise<unknown>;

const object = parser(Type.Record(Type.String(), Type.Unknown()));
const picture = parser(Type.Object({ gateway: Id, snapshot: ShortText }, closed));

/** The engine checks what it is asked. */
const OPERATIONS: Readonly<Record<string, Perform>> = {
  records: ({ engine }, query) => engine.collectedRecords(query),
  logs: ({ engine }) => engine.collectedLogs({}),
  picture: async ({ pictures }, query) => {
    const { gateway, snapshot } = picture.parse(query, 'msg.payload');
    return pictures.read(gateway, snapshot);
  },
};

/** Carries out what a message asks for. Throws INPUT_INVALID for an operation that does not exist. */
export function perform(asked: Asked, operation: unknown, payload: unknown): Promise<unknown> {
  const isKnown = typeof operation === 'string' && Object.hasOwn(OPERATIONS, operation);
  const work = isKnown ? OPERATIONS[operation] : undefined;
  if (work === undefined) {
    const names = Object.keys(OPERATIONS).join(', ');
    throw new AccessError('INPUT_INVALID', `msg.operation must be one of ${names}`);
  }
  return work(asked, isEmpty(payload) ? {} : object.parse(payload, 'msg.payload'));
}

/** A timestamp of an inject node, or an empty text, asks for nothing in particular. */
function isEmpty(payload: unknown): boolean {
  return payload === undefined || payload === null || payload === '' || typeof payload === 'number';
}
