import Type from 'typebox';
import type { Engine } from '../../lib/engine/engine.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { parser } from '../../lib/model/parse.ts';

type Perform = (engine: Engine, query: Record<string, unknown>) => Promise<unknown>;

const object = parser(Type.Record(Type.String(), Type.Unknown()));

/** The engine checks what it is asked. */
const OPERATIONS: Readonly<Record<string, Perform>> = {
  records: (engine, query) => engine.collectedRecords(query),
  logs: (engine) => engine.collectedLogs({}),
};

/** Carries out what a message asks for. Throws INPUT_INVALID for an operation that does not exist. */
export function perform(engine: Engine, operation: unknown, payload: unknown): Promise<unknown> {
  const isKnown = typeof operation === 'string' && Object.hasOwn(OPERATIONS, operation);
  const work = isKnown ? OPERATIONS[operation] : undefined;
  if (work === undefined) {
    const names = Object.keys(OPERATIONS).join(', ');
    throw new AccessError('INPUT_INVALID', `msg.operation must be one of ${names}`);
  }
  return work(engine, isEmpty(payload) ? {} : object.parse(payload, 'msg.payload'));
}

/** A timestamp of an inject node, or an empty text, asks for nothing in particular. */
function isEmpty(payload: unknown): boolean {
  return payload === undefined || payload === null || payload === '' || typeof payload === 'number';
}
